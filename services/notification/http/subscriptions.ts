import { type OrderEvent, orderEvent, topics } from '../../shared/contracts/events';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import type { TopicHandler } from '../../shared/platform/subscriber';
import type { PageList } from '../store/pageList';
import type { PageStore } from '../store/pageStore';

interface SubscriptionOptions {
  pages: Pick<PageStore, 'take'>;
  list: Pick<PageList, 'put'>;
  /** Has an order's messages sent soon. */
  wake: (orderId: string) => void;
}

/** Folds what the orders tell into my pages, many at a time, and wakes who sends the messages about it. */
export function notificationSubscriptions({ pages, list, wake }: SubscriptionOptions): TopicHandler[] {
  async function handleMany(events: readonly StampedEvent[]): Promise<void> {
    const byOrder = new Map<string, OrderEvent[]>();
    for (const event of events) {
      // One of a later version of this system must not be passed over, for those behind it wait for it on the page:
      // the broker keeps it.
      const known = orderEvent.parse(event);
      byOrder.set(event.orderId, [...(byOrder.get(event.orderId) ?? []), known]);
    }
    await Promise.all([...byOrder].map(([orderId, ofOrder]) => takeIn(orderId, ofOrder)));
  }

  // A repeat is listed again too: whoever took the event in may have died before the list heard of it.
  async function takeIn(orderId: string, events: readonly OrderEvent[]): Promise<void> {
    const { page, isDue } = await pages.take(orderId, events);
    if (isDue) wake(orderId);
    await list.put(page);
  }

  return [{ topic: topics.orders, handleMany, max: 100, waitMs: 20 }];
}
