import { topics } from '../../shared/contracts/events';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import { orRefuse } from '../../shared/platform/problem';
import type { TopicHandler } from '../../shared/platform/subscriber';
import type { OrderContract } from '../actors/orderContract';

/**
 * Order follows payment, and hears from the centre that a request has come in; all else of the centre was decided here
 * before it was told.
 */
export function orderSubscriptions(callOrder: ReturnType<typeof actorCaller<OrderContract>>): TopicHandler[] {
  const handle = async (event: StampedEvent) => {
    orRefuse(await callOrder(event.orderId, 'takeIn', { event }));
  };
  const only = (type: string) => async (event: StampedEvent) => {
    if (event.type === type) await handle(event);
  };
  return [
    { topic: topics.payments, handle: only('PaymentApproved') },
    { topic: topics.reservations, handle: only('ReservationReceived') },
  ];
}
