import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { type KeyedAsking, type MessageRow, resent } from '../domain/messages';
import type { ViewRedis } from './viewRedis';

/** The SMS ledger in Redis: rows are made with the page (see PageStore), here they are read and their fate is kept. */
export interface Ledger {
  /** An order's rows, in the order of its changes. */
  messages(orderId: string): Promise<MessageRow[]>;
  message(messageId: string): Promise<MessageRow | undefined>;
  /** Makes a failed row pending again, once for a request that has a key; refused if it did not fail. */
  resend(row: MessageRow, asked?: KeyedAsking): Promise<{ row: MessageRow } | Refusal>;
  shardOf(orderId: string): number;
  /** Orders of a shard with a message to send that is due, longest waiting first. */
  dueOrders(shard: number, now: Date, max: number): Promise<string[]>;
  /** Takes an order off the index of what is due if nothing of it is left to send. */
  forgetIfDone(orderId: string): Promise<void>;
  /** Takes an order off that index though rows are pending: there is nobody to send them to. */
  forget(orderId: string): Promise<void>;
  /** Stores what became of a row; with nothing left to send, the order is due no more, else at `nextTry`. */
  recordDelivery(row: MessageRow, nextTry: Date): Promise<void>;
}

export function createLedger({ redis, shardOf, rowsKey, dueKey, replaceRow }: ViewRedis): Ledger {
  async function storeDelivery(orderId: string, row: MessageRow | undefined, nextTry: Date): Promise<void> {
    await redis.eval(deliveryScript, {
      keys: [rowsKey(orderId), dueKey(shardOf(orderId))],
      arguments: [row?.messageId ?? '', row ? JSON.stringify(row) : '', orderId, String(nextTry.getTime())],
    });
  }

  return {
    shardOf,

    async messages(orderId) {
      const rows = Object.values(await redis.hGetAll(rowsKey(orderId))).map(
        (row) => JSON.parse(row) as MessageRow,
      );
      return rows.sort((a, b) => sequenceOf(a) - sequenceOf(b));
    },

    async message(messageId) {
      const orderId = messageId.slice(0, messageId.lastIndexOf('.'));
      const stored = await redis.hGet(rowsKey(orderId), messageId);
      return stored ? (JSON.parse(stored) as MessageRow) : undefined;
    },

    async resend({ orderId, messageId }, asked) {
      for (;;) {
        const stored = await redis.hGet(rowsKey(orderId), messageId);
        if (!stored) return refuse('message_not_found');
        const before = JSON.parse(stored) as MessageRow;
        const row = resent(before, asked);
        if (isRefusal(row)) return row;
        if (row === before) return { row };
        if (await replaceRow(row, stored)) return { row };
      }
    },

    dueOrders: (shard, now, max) =>
      redis.zRange(dueKey(shard), '-inf', now.getTime(), { BY: 'SCORE', LIMIT: { offset: 0, count: max } }),

    recordDelivery: (row, nextTry) => storeDelivery(row.orderId, row, nextTry),
    forgetIfDone: (orderId) => storeDelivery(orderId, undefined, new Date()),
    async forget(orderId) {
      await redis.zRem(dueKey(shardOf(orderId)), orderId);
    },
  };
}

function sequenceOf(row: MessageRow): number {
  return Number(row.messageId.split('.').at(-1));
}

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
