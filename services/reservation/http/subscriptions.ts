import { topics } from '../../shared/contracts/events';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { orRefuse } from '../../shared/platform/problem';
import type { TopicHandler } from '../../shared/platform/subscriber';
import type { ReservationContract } from '../actors/reservationActor';

/** A paid order is a request to the centre. */
export function reservationSubscriptions(
  callReservation: ReturnType<typeof actorCaller<ReservationContract>>,
): TopicHandler[] {
  return [
    {
      topic: topics.payments,
      async handle(event) {
        if (event.type === 'PaymentApproved')
          orRefuse(await callReservation(event.orderId, 'receive', { event }));
      },
    },
  ];
}
