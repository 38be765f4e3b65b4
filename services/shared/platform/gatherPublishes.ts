import { setTimeout as sleep } from 'node:timers/promises';
import { type PublishedEvent, type Sidecar, SidecarError } from './sidecar';

type Publish = Sidecar['publish'];

interface Gathering {
  events: PublishedEvent[];
  published: Promise<void>;
}

/**
 * Publishes to each topic at most every `gapMs`, and what comes meanwhile all at once: under load, what many turns tell goes
 * out by few calls, while what comes alone waits for nobody. Each caller waits until his own events were taken.
 */
export function gatherPublishes(
  publish: Publish,
  gapMs: number,
  { now = () => performance.now(), wait = sleep as (ms: number) => Promise<unknown> } = {},
): Publish {
  const lastAt = new Map<string, number>();
  const gatherings = new Map<string, Gathering>();

  function publishNow(topic: string, events: readonly PublishedEvent[]): Promise<void> {
    lastAt.set(topic, now());
    return publish(topic, events);
  }

  async function publishGathered(topic: string, events: PublishedEvent[], waitMs: number): Promise<void> {
    await wait(waitMs);
    gatherings.delete(topic);
    await publishNow(topic, events);
  }

  return async (topic, events) => {
    const gathering = gatherings.get(topic) ?? beginGathering(topic);
    if (!gathering) return publishNow(topic, events);
    gathering.events.push(...events);
    try {
      await gathering.published;
    } catch (error) {
      // What nobody may publish is refused for itself alone; what nobody answered, for all of them.
      const mayBeOthers = error instanceof SidecarError && error.failure === 'refused';
      if (!mayBeOthers || gathering.events.length === events.length) throw error;
      await publishNow(topic, events);
    }
  };

  function beginGathering(topic: string): Gathering | undefined {
    const waitMs = (lastAt.get(topic) ?? Number.NEGATIVE_INFINITY) + gapMs - now();
    if (waitMs <= 0) return undefined;
    const events: PublishedEvent[] = [];
    const gathering = { events, published: publishGathered(topic, events, waitMs) };
    gatherings.set(topic, gathering);
    return gathering;
  }
}
