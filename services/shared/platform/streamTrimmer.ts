import type { Logger } from './logger';
import { openRedis } from './redis';
import { keptFrom } from './streamTrim';

interface TrimmerOptions {
  /** The Redis that the pub/sub component uses. */
  redisUrl: string;
  /** Each topic with the consumers that have to have read what goes. */
  consumersOf: Readonly<Record<string, readonly string[]>>;
  log: Logger;
}

/**
 * Dapr's Redis pub/sub never drops what was published, or by a length that does not ask who has read it. This drops what
 * all consumer groups have acknowledged, and nothing else. Any number of these may run at once, and any of them may die:
 * what is done twice is done once, and a group only ever moves on.
 */
export function createStreamTrimmer({ redisUrl, consumersOf, log }: TrimmerOptions) {
  const { redis } = openRedis(redisUrl);

  /** How many entries went. */
  async function trim(topic: string): Promise<number> {
    if ((await redis.exists(topic)) === 0) return 0;
    const groups = await redis.xInfoGroups(topic);
    const read = await Promise.all(
      groups.map(async ({ name, pending, 'last-delivered-id': lastDeliveredId }) => {
        // Asked after the group: what was open then and is not now was acknowledged, and nothing older can be opened.
        const { firstId } =
          Number(pending) > 0 ? await redis.xPending(topic, String(name)) : { firstId: null };
        return {
          name: String(name),
          lastDeliveredId: String(lastDeliveredId),
          oldestPendingId: firstId ? String(firstId) : undefined,
        };
      }),
    );
    const from = keptFrom(read, consumersOf[topic] ?? []);
    if (from === undefined) return 0;
    return Number(await redis.sendCommand(['XTRIM', topic, 'MINID', '=', from]));
  }

  async function trimAll(): Promise<void> {
    for (const topic of Object.keys(consumersOf)) {
      try {
        const count = await trim(topic);
        if (count > 0) log.debug({ topic, count }, 'entries dropped that all have read');
      } catch (error) {
        log.warn({ err: error, topic }, 'a stream was not trimmed; the next round tries again');
      }
    }
  }

  return { trim, trimAll, close: async () => redis.destroy() };
}

/** Trims every so many seconds, one round after the other, until told to stop; that waits for a round under way. */
export function keepTrimming(options: TrimmerOptions & { everySeconds: number }): { stop(): Promise<void> } {
  const trimmer = createStreamTrimmer(options);
  let round = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(trimmer.trimAll);
  }, options.everySeconds * 1_000);
  return {
    async stop() {
      clearInterval(timer);
      await round;
      await trimmer.close();
    },
  };
}
