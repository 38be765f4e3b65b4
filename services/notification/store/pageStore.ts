import type { OrderEvent } from '../../shared/contracts/events';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import { heard, type MessageRow, newMessage } from '../domain/messages';
import { emptyPage, foldEvents, type MyPage } from '../domain/myPage';
import { rebuiltPage } from '../domain/rebuild';
import { pageMark, type ViewRedis } from './viewRedis';

/** My pages in Redis, each written together with the ledger rows for what changed on it. */
export interface PageStore {
  read(orderId: string): Promise<MyPage | undefined>;
  /** Folds events of one order in that came live. The page as it is stored now, and whether it has something to send. */
  take(orderId: string, events: readonly OrderEvent[]): Promise<{ page: MyPage; isDue: boolean }>;
  /** Puts the page that the whole history makes in the place of the stored one, unless that shows more. */
  rebuild(orderId: string, history: readonly OrderEvent[], now: Date): Promise<RebuildOutcome>;
  /** Takes a page away that is still as it was read, with what is due of it. Its ledger rows stay. */
  remove(page: MyPage): Promise<boolean>;
  /** Every order that has a page; one may come twice. */
  orderIds(): AsyncIterable<string>;
}

export type RebuildOutcome =
  | { outcome: 'rebuilt' | 'unchanged'; page: MyPage; rowsAdded: number }
  | { outcome: 'newer there' };

export function createPageStore(view: ViewRedis): PageStore {
  const { redis, shardOf, pageKey, rowsKey, dueKey, replaceRow } = view;
  const keysOf = (orderId: string) => [pageKey(orderId), rowsKey(orderId), dueKey(shardOf(orderId))];

  /** Writes only if the stored page is still what `stored` says; the number of rows added, or undefined. */
  async function write(
    orderId: string,
    stored: string | null,
    page: string,
    rows: readonly MessageRow[],
  ): Promise<number | undefined> {
    const added = await redis.eval(writeScript, {
      keys: keysOf(orderId),
      arguments: [
        stored ?? '',
        page,
        orderId,
        hasPending(rows) ? String(Date.now()) : '',
        ...rows.flatMap((row) => [row.messageId, JSON.stringify(row)]),
      ],
    });
    return Number(added) < 0 ? undefined : Number(added);
  }

  /** Tries again for as long as others change the page between its reading and its writing. */
  async function changing<Result>(
    orderId: string,
    change: (stored: string | null, before: MyPage) => Promise<Result | undefined>,
  ): Promise<Result> {
    for (let round = 0; round < roundsMax; round++) {
      const stored = await redis.get(pageKey(orderId));
      const result = await change(stored, stored ? parsePage(stored) : emptyPage(orderId));
      if (result !== undefined) return result;
    }
    throw new Error('my page was changed by others again and again');
  }

  /** A rebuild may have been faster than an event: its row was left for the event to make it due. */
  async function hear(orderId: string, repeats: readonly OrderEvent[]): Promise<boolean> {
    let isDue = false;
    for (const { version } of repeats) {
      const messageId = `${orderId}.${version}`;
      const stored = await redis.hGet(rowsKey(orderId), messageId);
      const row = stored ? heard(JSON.parse(stored) as MessageRow) : undefined;
      if (!stored || !row) continue;
      if (await replaceRow(row, stored)) isDue = true;
    }
    return isDue;
  }

  return {
    async read(orderId) {
      const stored = await redis.get(pageKey(orderId));
      return stored ? parsePage(stored) : undefined;
    },

    async take(orderId, events) {
      const taken = await changing(orderId, async (stored, before) => {
        const { page, steps } = foldEvents(before, events);
        const rows = steps.map(newMessage);
        if (page !== before && (await write(orderId, stored, JSON.stringify(page), rows)) === undefined) {
          return undefined;
        }
        return { before, page, isDue: hasPending(rows) };
      });
      reachCrashPoint('MyPage.after-write');
      const repeats = events.filter(({ version }) => version <= taken.before.version);
      const isHeard = await hear(orderId, repeats);
      return { page: taken.page, isDue: taken.isDue || isHeard };
    },

    rebuild: (orderId, history, now) =>
      changing<RebuildOutcome>(orderId, async (stored, before) => {
        const rebuilt = rebuiltPage(before, history, now);
        if (!rebuilt) return { outcome: 'newer there' };
        const page = JSON.stringify(rebuilt.page);
        const rowsAdded = await write(orderId, stored, page, rebuilt.rows);
        if (rowsAdded === undefined) return undefined;
        return { outcome: page === stored ? 'unchanged' : 'rebuilt', page: rebuilt.page, rowsAdded };
      }),

    async remove(page) {
      const { orderId } = page;
      const removed = await redis.eval(removeScript, {
        keys: [pageKey(orderId), dueKey(shardOf(orderId))],
        arguments: [JSON.stringify(page), orderId],
      });
      return removed === 1;
    },

    async *orderIds() {
      for await (const keys of redis.scanIterator({ MATCH: `{s*}${pageMark}*`, COUNT: 1_000 })) {
        for (const key of keys) yield key.slice(key.indexOf(pageMark) + pageMark.length);
      }
    },
  };
}

function parsePage(stored: string): MyPage {
  return JSON.parse(stored) as MyPage;
}

function hasPending(rows: readonly MessageRow[]): boolean {
  return rows.some(({ delivery }) => delivery.state === 'pending');
}

const roundsMax = 20;

// A row that is there already stays as it is: it says what was sent. What is due keeps its place in the queue.
const writeScript = `
local stored = redis.call('GET', KEYS[1]) or ''
if stored ~= ARGV[1] then return -1 end
redis.call('SET', KEYS[1], ARGV[2])
local added = 0
for i = 5, #ARGV, 2 do added = added + redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 1]) end
if added > 0 and ARGV[4] ~= '' then redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[3]) end
return added`;

const removeScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[2])
return 1`;
