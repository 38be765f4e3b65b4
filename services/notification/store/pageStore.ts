import { createHash } from 'node:crypto';
import { createClient } from 'redis';
import { type MessageRow, newMessages } from '../domain/messages';
import { emptyPage, type MyPage } from '../domain/myPage';

/**
 * My pages and the SMS ledger in Redis. An order's keys share a shard, `{s<n>}`, so that one atomic script writes the
 * page, its new rows and the index of what is due, on a cluster too.
 */
export interface PageStore {
  read(orderId: string): Promise<MyPage | undefined>;
  messages(orderId: string): Promise<MessageRow[]>;
  /** Changes pages by `fold`, each written only if nobody else changed it meanwhile. Returns the shards with new rows. */
  change(orderIds: readonly string[], fold: (page: MyPage) => MyPage): Promise<Set<number>>;
  /** Orders of a shard with a message to send that is due, longest waiting first. */
  dueOrders(shard: number, now: Date, max: number): Promise<string[]>;
  /** Takes an order off the index of what is due if nothing of it is left to send. */
  forgetIfDone(orderId: string): Promise<void>;
  /** Stores what became of a row; with nothing left to send, the order is due no more, else at `nextTry`. */
  recordDelivery(row: MessageRow, nextTry: Date): Promise<void>;
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

export function shardOf(orderId: string, shards: number): number {
  return createHash('md5').update(orderId).digest().readUInt32BE(0) % shards;
}

export function createPageStore(options: { redisUrl: string; shards: number }): PageStore {
  const { redisUrl, shards } = options;
  const redis = createClient({ url: redisUrl, socket: { connectTimeout: 2_000 }, disableOfflineQueue: true });
  redis.on('error', () => {});
  // Connects, and connects again, by itself; until then every call fails at once and the broker keeps the events.
  redis.connect().catch(() => {});

  const tag = (orderId: string) => `{s${shardOf(orderId, shards)}}`;
  const pageKey = (orderId: string) => `${tag(orderId)}:page:${orderId}`;
  const rowsKey = (orderId: string) => `${tag(orderId)}:sms:${orderId}`;
  const dueKey = (shard: number) => `{s${shard}}:due`;

  async function readStored(orderId: string): Promise<string | null> {
    return redis.get(pageKey(orderId));
  }

  // Optimistic: the script takes the page only if the stored one is still what it was folded from.
  async function changeOne(orderId: string, fold: (page: MyPage) => MyPage): Promise<boolean> {
    for (let round = 0; round < roundsMax; round++) {
      const stored = await readStored(orderId);
      const before = stored ? (JSON.parse(stored) as MyPage) : emptyPage(orderId);
      const after = fold(before);
      if (after === before) return false;
      const rows = newMessages(before, after);
      const pending = rows.some(({ delivery }) => delivery.state === 'pending');
      const written = await redis.eval(writeScript, {
        keys: [pageKey(orderId), rowsKey(orderId), dueKey(shardOf(orderId, shards))],
        arguments: [
          stored ?? '',
          JSON.stringify(after),
          orderId,
          pending ? String(Date.now()) : '',
          ...rows.flatMap((row) => [row.messageId, JSON.stringify(row)]),
        ],
      });
      if (written === 1) return pending;
    }
    throw new Error('my page was changed by others again and again');
  }

  async function storeDelivery(orderId: string, row: MessageRow | undefined, nextTry: Date): Promise<void> {
    await redis.eval(deliveryScript, {
      keys: [rowsKey(orderId), dueKey(shardOf(orderId, shards))],
      arguments: [row?.messageId ?? '', row ? JSON.stringify(row) : '', orderId, String(nextTry.getTime())],
    });
  }

  return {
    async read(orderId) {
      const stored = await readStored(orderId);
      return stored ? (JSON.parse(stored) as MyPage) : undefined;
    },

    async messages(orderId) {
      const rows = Object.values(await redis.hGetAll(rowsKey(orderId))).map(
        (row) => JSON.parse(row) as MessageRow,
      );
      return rows.sort((a, b) => sequenceOf(a) - sequenceOf(b));
    },

    async change(orderIds, fold) {
      const changed = await Promise.all(
        orderIds.map(async (orderId) =>
          (await changeOne(orderId, fold)) ? shardOf(orderId, shards) : undefined,
        ),
      );
      return new Set(changed.filter((shard) => shard !== undefined));
    },

    dueOrders: (shard, now, max) =>
      redis.zRange(dueKey(shard), '-inf', now.getTime(), { BY: 'SCORE', LIMIT: { offset: 0, count: max } }),

    recordDelivery: (row, nextTry) => storeDelivery(row.orderId, row, nextTry),
    forgetIfDone: (orderId) => storeDelivery(orderId, undefined, new Date()),

    async isReachable() {
      return redis.isReady && (await redis.ping()) === 'PONG';
    },

    async close() {
      redis.destroy();
    },
  };
}

function sequenceOf(row: MessageRow): number {
  return Number(row.messageId.split('.').at(-1));
}

const roundsMax = 20;

const writeScript = `
local stored = redis.call('GET', KEYS[1]) or ''
if stored ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
for i = 5, #ARGV, 2 do redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 1]) end
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[3]) end
return 1`;

const deliveryScript = `
if ARGV[1] ~= '' then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
for _, row in ipairs(redis.call('HVALS', KEYS[1])) do
  if cjson.decode(row).delivery.state == 'pending' then
    redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
    return 1
  end
end
redis.call('ZREM', KEYS[2], ARGV[3])
return 0`;
