import { orderEvent, topics } from '../../shared/contracts/events';
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

/** Folds what the orders tell into my pages, and wakes who sends the messages about it. */
export function notificationSubscriptions({ pages, list, wake }: SubscriptionOptions): TopicHandler[] {
  // A repeat is listed again too: whoever took the event in may have died before the list heard of it.
  async function handle(event: StampedEvent): Promise<void> {
    // One of a later version of this system must not be passed over, for those behind it wait for it on the page:
    // the broker keeps it.
    const { page, isDue } = await pages.take(event.orderId, [orderEvent.parse(event)]);
    if (isDue) wake(event.orderId);
    await list.put(page);
  }

  return [
    { topic: topics.orders, handle },
    { topic: topics.orderSteps, handle },
    { topic: topics.orderChanges, handle },
  ];
}
