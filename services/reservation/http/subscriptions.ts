import { orderEvent, paymentEvent, topics } from '../../shared/contracts/events';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { orRefuse } from '../../shared/platform/problem';
import type { TopicHandler } from '../../shared/platform/subscriber';
import type { ReservationContract } from '../actors/reservationActor';

/** A paid order is a request to the centre: paid when it was placed, or later. */
export function reservationSubscriptions(
  callReservation: ReturnType<typeof actorCaller<ReservationContract>>,
): TopicHandler[] {
  return [
    {
      topic: topics.orders,
      async handle(event) {
        const known = orderEvent.safeParse(event);
        if (!known.success || known.data.type !== 'OrderPlaced') return;
        const { payment, seat, orderType, name } = known.data.data;
        // One that still awaits its money is no request yet.
        if (!payment) return;
        const booking = { seat, orderType, ...(name ? { name } : {}) };
        orRefuse(
          await callReservation(event.orderId, 'receive', { eventId: event.eventId, booking, payment }),
        );
      },
    },
    {
      topic: topics.payments,
      async handle(event) {
        const known = paymentEvent.safeParse(event);
        if (!known.success || known.data.type !== 'PaymentApproved') return;
        const { booking, payment } = known.data.data;
        orRefuse(
          await callReservation(event.orderId, 'receive', { eventId: event.eventId, booking, payment }),
        );
      },
    },
  ];
}
