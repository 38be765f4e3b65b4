import { topics } from '../../shared/contracts/events';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import { orRefuse } from '../../shared/platform/problem';
import type { TopicHandler } from '../../shared/platform/subscriber';
import type { OrderContract } from '../actors/orderContract';

/** Order follows what payment and the centre say of its orders. */
export function orderSubscriptions(callOrder: ReturnType<typeof actorCaller<OrderContract>>): TopicHandler[] {
  const handle = async (event: StampedEvent) => {
    orRefuse(await callOrder(event.orderId, 'takeIn', { event }));
  };
  return [
    { topic: topics.payments, handle },
    { topic: topics.reservations, handle },
  ];
}
