import { hash } from 'node:crypto';
import { openRedis, type Redis } from '../../shared/platform/redis';
import type { MessageRow } from '../domain/messages';

/**
 * Where my pages and the SMS ledger lie in Redis. An order's keys share a shard, `{s<n>}`, so that one atomic script
 * writes its page, its rows and the index of what is due, on a cluster too.
 */
export interface ViewRedis {
  redis: Redis;
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
  // Until it is connected, every call fails at once and the broker keeps the events.
  const { redis } = openRedis(redisUrl);
  const shardOf = (orderId: string) => hash('md5', orderId, 'buffer').readUInt32BE(0) % shards;
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

const replaceRowScript = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[4])
return 1`;
