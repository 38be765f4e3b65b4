import { orderEvent, topics } from '../../shared/contracts/events';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import { orRefuse } from '../../shared/platform/problem';
import type { TopicHandler } from '../../shared/platform/subscriber';
import type { ReservationContract } from '../actors/reservationActor';
import { newsOf } from '../domain/orderNews';

/** The centre follows its orders: a paid one is a request, which may be moved and may end. */
export function reservationSubscriptions(
  callReservation: ReturnType<typeof actorCaller<ReservationContract>>,
): TopicHandler[] {
  async function handle(event: StampedEvent): Promise<void> {
    const known = orderEvent.safeParse(event);
    const news = known.success ? newsOf(known.data) : undefined;
    if (news) orRefuse(await callReservation(event.orderId, 'follow', { news }));
  }

  return [
    { topic: topics.orders, handle },
    { topic: topics.orderChanges, handle },
  ];
}
