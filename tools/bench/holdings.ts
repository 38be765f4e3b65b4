import { createClient } from 'redis';
import { consumersOf } from '../../services/shared/contracts/consumers';
import type { Infra } from '../system/infra';

/** What a system holds, and what of it ought to be nothing once all is quiet. */
export interface Holdings {
  keys: number;
  bytes: number;
  /** By topic: entries that are still there. */
  streams: Record<string, number>;
  /** Reminders that the scheduler has, but for those that stay: each shard's look for messages. */
  reminders: number;
  /** Holds that a slot still has to visit. */
  unsettled: number;
  /** Orders with a message to send. */
  due: number;
}

const topics = Object.keys(consumersOf);

export function isAtRest({ streams, reminders, unsettled, due }: Holdings): boolean {
  const unread = Object.values(streams).reduce((sum, each) => sum + each, 0);
  return unread + reminders + unsettled + due === 0;
}

export function readHoldings({ redisUrl, ports }: Infra): Promise<Holdings> {
  return reading(redisUrl, (redis) => readFrom(redis, ports));
}

/**
 * Whether something is on its way, as far as that is to be seen without going through all that is held: a slot with a hold
 * to visit has a reminder.
 */
export function isUnderWay({ redisUrl, ports }: Infra): Promise<boolean> {
  return reading(redisUrl, async (redis) => {
    const waiting = await Promise.all([
      ...topics.map((topic) => redis.xLen(topic)),
      ...Array.from({ length: shards }, (_, shard) => redis.zCard(`{s${shard}}:due`)),
      countReminders(ports.etcdClient),
    ]);
    return waiting.some((count) => count > 0);
  });
}

/** As many as my pages lie in by the standard setting. */
export const shards = 8;

async function reading<Result>(
  redisUrl: string,
  read: (redis: ReturnType<typeof redisAt>) => Promise<Result>,
): Promise<Result> {
  const redis = redisAt(redisUrl);
  redis.on('error', () => {});
  await redis.connect();
  try {
    return await read(redis);
  } finally {
    redis.destroy();
  }
}

function redisAt(url: string) {
  // Many commands at once wait for one another.
  return createClient({ url, commandOptions: { timeout: 300_000 } });
}

async function readFrom(redis: ReturnType<typeof redisAt>, ports: Infra['ports']): Promise<Holdings> {
  const lengths = await Promise.all(topics.map((topic) => redis.xLen(topic)));
  const memory = /used_memory:(\d+)/.exec(await redis.info('memory'));
  let due = 0;
  let unsettled = 0;
  for await (const keys of redis.scanIterator({ MATCH: '{s*}:due', COUNT: 10_000 })) {
    for (const key of keys) due += await redis.zCard(key);
  }
  for await (const keys of redis.scanIterator({ MATCH: 'order||Slot||*', COUNT: 10_000 })) {
    for (const data of await Promise.all(keys.map((key) => redis.hGet(key, 'data')))) {
      const slot = JSON.parse(data ?? '{}') as { state?: { unsettled?: object } };
      unsettled += Object.keys(slot.state?.unsettled ?? {}).length;
    }
  }
  const keys = await redis.dbSize();
  return {
    keys,
    bytes: Number(memory?.[1]),
    streams: Object.fromEntries(topics.map((topic, i) => [topic, lengths[i] ?? 0])),
    reminders: await countReminders(ports.etcdClient),
    unsettled,
    due,
  };
}

/** As the scheduler's own store has them: `dapr/jobs/actorreminder||<namespace>||<type>||<id>||<name>`. */
async function countReminders(storePort: number): Promise<number> {
  const prefix = 'dapr/jobs/';
  const answer = await fetch(`http://127.0.0.1:${storePort}/v3/kv/range`, {
    method: 'POST',
    body: JSON.stringify({
      key: Buffer.from(prefix).toString('base64'),
      range_end: Buffer.from('dapr/jobs0').toString('base64'),
      keys_only: true,
    }),
    signal: AbortSignal.timeout(5_000),
  });
  const { kvs = [] } = (await answer.json()) as { kvs?: { key: string }[] };
  const names = kvs.map(({ key }) => Buffer.from(key, 'base64').toString());
  const left = names.filter((name) => !name.includes('||Dispatcher||'));
  // Each shard has one, always: where none is found, this looks in the wrong place.
  if (left.length === names.length) throw new Error('no reminder of any dispatcher is found');
  return left.length;
}
