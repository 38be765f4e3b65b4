import { type BookingEvent, bookingEvent, topics } from '../../shared/contracts/events';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import type { TopicHandler } from '../../shared/platform/subscriber';
import { foldEvent } from '../domain/myPage';
import type { PageStore } from '../store/pageStore';

/** Folds what the other services tell into my pages, many at a time, and wakes the senders of the shards concerned. */
export function notificationSubscriptions(pages: PageStore, wake: (shard: number) => void): TopicHandler[] {
  async function handleMany(events: readonly StampedEvent[]): Promise<void> {
    const byOrder = new Map<string, BookingEvent[]>();
    for (const event of events) {
      const known = bookingEvent.safeParse(event);
      // An event type of a later version of this system says nothing to this one.
      if (known.success) byOrder.set(event.orderId, [...(byOrder.get(event.orderId) ?? []), known.data]);
    }
    const shards = await pages.change([...byOrder.keys()], (page) =>
      (byOrder.get(page.orderId) ?? []).reduce(foldEvent, page),
    );
    for (const shard of shards) wake(shard);
  }

  return Object.values(topics).map((topic) => ({ topic, handleMany, max: 100, waitMs: 20 }));
}
