import type { Sidecar } from '../sidecar';
import type { NewEvent, StampedEvent } from './definition';
import type { Envelope, OutboxEntry } from './envelope';

/** Gives new events their identity, which is the same however often the turn is repeated from the same state. */
export function stampEvents(
  source: { type: string; id: string },
  envelope: Envelope<unknown>,
  events: readonly NewEvent[],
  now: Date,
): OutboxEntry[] {
  return events.map(({ topic, type, orderId, occurredAt, data }, index) => {
    const version = envelope.eventCount + 1 + index;
    const event: StampedEvent = {
      eventId: `${source.type}.${source.id}.${version}`.toLowerCase(),
      orderId,
      type,
      version,
      occurredAt: occurredAt ?? now.toISOString(),
      data,
    };
    return { topic, event };
  });
}

/**
 * Publishes what lies in an outbox. Throws if any of it was not taken. A broker that knows no bulk, such as Redis, gets
 * the events of one topic side by side, in no order: consumers go by their versions.
 */
export async function publishOutbox(sidecar: Sidecar, outbox: readonly OutboxEntry[]): Promise<void> {
  const byTopic = new Map<string, StampedEvent[]>();
  for (const { topic, event } of outbox) byTopic.set(topic, [...(byTopic.get(topic) ?? []), event]);
  for (const [topic, events] of byTopic) await sidecar.publish(topic, events);
}
