import { createHash } from 'node:crypto';
import { createClient } from 'redis';
import type { MessageRow } from '../domain/messages';

/**
 * Where my pages and the SMS ledger lie in Redis. An order's keys share a shard, `{s<n>}`, so that one atomic script
 * writes its page, its rows and the index of what is due, on a cluster too.
 */
export interface ViewRedis {
  redis: ReturnType<typeof connect>;
  shardOf(orderId: string): number;
  pageKey(orderId: string): string;
  rowsKey(orderId: string): string;
  dueKey(shard: number): string;
  /** Replaces a ledger row that is still what was read, and has its order looked at soon. Whether it was. */
  replaceRow(row: MessageRow, stored: string): Promise<boolean>;
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

export function createViewRedis({ redisUrl, shards }: { redisUrl: string; shards: number }): ViewRedis {
  const redis = connect(redisUrl);
  const shardOf = (orderId: string) => createHash('md5').update(orderId).digest().readUInt32BE(0) % shards;
  const rowsKey = (orderId: string) => `{s${shardOf(orderId)}}:sms:${orderId}`;
  const dueKey = (shard: number) => `{s${shard}}:due`;
  return {
    redis,
    shardOf,
    pageKey: (orderId) => `{s${shardOf(orderId)}}${pageMark}${orderId}`,
    rowsKey,
    dueKey,
    async replaceRow(row, stored) {
      const { orderId, messageId } = row;
      const replaced = await redis.eval(replaceRowScript, {
        keys: [rowsKey(orderId), dueKey(shardOf(orderId))],
        arguments: [messageId, stored, JSON.stringify(row), orderId, String(Date.now())],
      });
      return replaced === 1;
    },
    async isReachable() {
      return redis.isReady && (await redis.ping()) === 'PONG';
    },
    async close() {
      redis.destroy();
    },
  };
}

export const pageMark = ':page:';

function connect(redisUrl: string) {
  const redis = createClient({ url: redisUrl, socket: { connectTimeout: 2_000 }, disableOfflineQueue: true });
  redis.on('error', () => {});
  // Connects, and connects again, by itself; until then every call fails at once and the broker keeps the events.
  redis.connect().catch(() => {});
  return redis;
}

const replaceRowScript = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[4])
return 1`;
