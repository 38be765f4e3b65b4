import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import type { MessageRow } from '../../services/notification/domain/messages';
import type { MyPage } from '../../services/notification/domain/myPage';
import {
  folded,
  type Happening,
  moved,
  payment,
  placed,
  progressed,
  seat,
  stories,
  told,
} from '../../services/notification/domain/order.sample';
import { rebuildRoute } from '../../services/notification/http/rebuildRoute';
import { notificationSubscriptions } from '../../services/notification/http/subscriptions';
import { createLedger, type Ledger } from '../../services/notification/store/ledger';
import { createPageList, type PageList } from '../../services/notification/store/pageList';
import { createPageStore, type PageStore } from '../../services/notification/store/pageStore';
import {
  noTotals,
  type OrderSource,
  type RebuildTotals,
  rebuildPages,
} from '../../services/notification/store/rebuild';
import { createViewRedis, type ViewRedis } from '../../services/notification/store/viewRedis';
import type { OrderEvent } from '../../services/shared/contracts/events';
import type { StampedEvent } from '../../services/shared/platform/actorHost/definition';
import { createHttpApp } from '../../services/shared/platform/httpApp';
import { createListIndex, type ListIndex } from '../../services/shared/platform/listIndex';
import { createLogger } from '../../services/shared/platform/logger';
import { freePorts, projectRoot } from '../../tools/system/plan';
import { eventually } from '../../tools/system/waiting';
import { startRedis } from '../support/redisOfItsOwn';

// My pages, their list and the SMS ledger on a real Redis, and their rebuild out of a history that stands in for order's.

jest.setTimeout(60_000);

const now = new Date('2026-08-01T00:00:00.000Z');

let server: Awaited<ReturnType<typeof startRedis>>;
let redis: ReturnType<typeof createClient>;
let view: ViewRedis;
let index: ListIndex;
let pages: PageStore;
let ledger: Ledger;
let list: PageList;
/** All that the orders ever told, by order. */
let orders: Map<string, OrderEvent[]>;

beforeAll(async () => {
  server = await startRedis();
  redis = createClient({ url: server.url });
  await redis.connect();
  view = createViewRedis({ redisUrl: server.url, shards: 3 });
  index = createListIndex({ redisUrl: server.url, name: 'mypages' });
  await eventually('Redis is reached', async () => (await view.isReachable()) && index.isReachable());
  pages = createPageStore(view);
  ledger = createLedger(view);
  list = createPageList(index);
});
afterAll(async () => {
  await view?.close();
  await index?.close();
  redis?.destroy();
  await server?.stop();
});
beforeEach(async () => {
  await redis.flushAll();
  orders = new Map();
});

describe('events that come live', () => {
  test('When they come in portions side by side, then the page is their fold, and each change has one row', async () => {
    for (const [n, happenings] of Object.values(stories).entries()) {
      const events = orderOf(n, happenings);
      const { orderId } = events[0] as OrderEvent;
      await Promise.all(events.toReversed().map((event) => take([event])));
      expect(await pages.read(orderId)).toEqual(folded(events, orderId));
      const rows = await ledger.messages(orderId);
      expect(rows.map(({ messageId, delivery }) => [messageId, delivery.state])).toEqual(
        events.map(({ version }) => [`${orderId}.${version}`, 'pending']),
      );
      expect((await listed()).find((page) => page.orderId === orderId)?.version).toBe(events.length);
    }
  });

  test('When the process died between page and list, then the repeat lists the page', async () => {
    const events = orderOf(1);
    await pages.take(idOf(1), events);
    expect(await listed()).toEqual([]);
    await take(events.slice(0, 1));
    expect((await listed()).map(({ orderId, version }) => [orderId, version])).toEqual([
      [idOf(1), events.length],
    ]);
    expect((await ledger.messages(idOf(1))).length).toBe(events.length);
  });

  test('When only a later event is here, then nothing is shown, listed or due', async () => {
    await take(orderOf(1).slice(1));
    expect((await pages.read(idOf(1)))?.status).toBeUndefined();
    expect(await listed()).toEqual([]);
    expect(await dueOrders()).toEqual([]);
  });

  test('When a status changes, then the page leaves the one list and is in the other', async () => {
    const events = orderOf(1, [
      placed({ payment }),
      progressed('Reservation Complete'),
      progressed('confirmed'),
    ]);
    await take(events.slice(0, 2));
    expect(await idsOf({ status: 'Reservation Complete' })).toEqual([idOf(1)]);
    await take(events.slice(2));
    expect(await idsOf({ status: 'Reservation Complete' })).toEqual([]);
    expect(await idsOf({ status: 'confirmed' })).toEqual([idOf(1)]);
  });

  test('When they are listed, then in the order of their placement, their visit or their last change', async () => {
    const at = (date: string) => ({ ...seat, date });
    await take(orderOf(3, [placed({ seat: at('2026-08-03') })]));
    await take(
      orderOf(1, [
        placed({ seat: at('2026-08-09') }),
        moved({ booking: { seat: at('2026-08-01'), orderType: 'basic' } }),
      ]),
    );
    await take(orderOf(2, [placed({ seat: at('2026-08-02') })]));
    expect(await idsOf({ sort: 'placedAt' })).toEqual([1, 2, 3].map(idOf));
    expect(await idsOf({ sort: 'visitAt' })).toEqual([1, 2, 3].map(idOf));
    expect(await idsOf({ sort: 'updatedAt' })).toEqual([2, 3, 1].map(idOf));
    expect(await idsOf({ sort: 'visitAt', descending: true })).toEqual([3, 2, 1].map(idOf));
  });
});

describe('the SMS ledger', () => {
  test('When all of an order is sent, then it is due no more; when it failed and is sent again, it is', async () => {
    await take(orderOf(1, [placed()]));
    expect(await dueOrders()).toEqual([idOf(1)]);
    const [row] = (await ledger.messages(idOf(1))) as [MessageRow];
    const failure = { reason: 'number_unreachable', tries: 1, failedAt: now.toISOString() };
    await ledger.recordDelivery({ ...row, delivery: { state: 'failed', ...failure } }, now);
    expect(await dueOrders()).toEqual([]);

    const answers = await Promise.all(Array.from({ length: 5 }, () => ledger.resend(row)));
    expect(answers.filter((answer) => 'row' in answer)).toHaveLength(1);
    expect(answers.filter((answer) => 'refused' in answer)).toHaveLength(4);
    expect(await ledger.message(row.messageId)).toEqual({
      ...row,
      delivery: { state: 'pending', tries: 0 },
      earlierFailures: [failure],
    });
    expect(await dueOrders()).toEqual([idOf(1)]);
  });
});

describe('a rebuild', () => {
  /** Some of each story, as they came live. */
  async function liveOrders(): Promise<Map<string, MyPage | undefined>> {
    for (let n = 1; n <= 230; n++) await take(orderOf(n, Object.values(stories)[n % 7]));
    return storedPages();
  }

  test('When it builds from nothing, then pages and list are what they were, and no message is due', async () => {
    const before = await liveOrders();
    const listBefore = await listed();
    await redis.flushAll();

    const totals = await rebuild();

    expect(await storedPages()).toEqual(before);
    expect(await listed()).toEqual(listBefore);
    const events = [...orders.values()].flat().length;
    expect(totals).toEqual({ ...noTotals(), orders: 230, rebuilt: 230, rowsAdded: events });
    expect(await dueOrders()).toEqual([]);
    const rows = await ledger.messages(idOf(1));
    expect(rows.map(({ delivery }) => delivery)).toEqual(
      rows.map(() => ({
        state: 'failed',
        reason: 'unknown_after_rebuild',
        tries: 0,
        failedAt: now.toISOString(),
      })),
    );
  });

  test('When nothing is wrong, then it changes nothing, once, twice, and twice at once', async () => {
    await liveOrders();
    const before = await everything();
    const nothing = { ...noTotals(), orders: 230, unchanged: 230 };
    expect(await rebuild()).toEqual(nothing);
    expect(await Promise.all([rebuild(), rebuild()])).toEqual([nothing, nothing]);
    expect(await everything()).toEqual(before);
  });

  test('When pages and list are spoilt, then they are mended, and the ledger is as it was', async () => {
    const before = await liveOrders();
    const [listBefore, rowsBefore] = [await listed(), await ledger.messages(idOf(1))];
    const spoilt = { ...(before.get(idOf(1)) as MyPage), timeline: [], status: 'no show' };
    await redis.set(view.pageKey(idOf(1)), JSON.stringify(spoilt));
    await redis.del(view.pageKey(idOf(2)));
    await index.remove(idOf(3));
    // The same version with another content, and a version that no event ever had.
    await index.restore(idOf(4), 1_000, {
      doc: { spoilt: true },
      sorts: { placedAt: '1' },
      facets: ['status:x'],
    });
    const { version = 0 } = before.get(idOf(5)) ?? {};
    await index.restore(idOf(5), version, { doc: { spoilt: true }, sorts: { placedAt: '1' }, facets: [] });

    const totals = await rebuild();

    expect(totals).toEqual({ ...noTotals(), orders: 230, rebuilt: 2, unchanged: 228 });
    expect(await storedPages()).toEqual(before);
    expect(await listed()).toEqual(listBefore);
    expect(await ledger.messages(idOf(1))).toEqual(rowsBefore);
  });

  test('When a row is lost and others were sent, then the one is added as failed, and the others stay', async () => {
    await take(orderOf(1));
    const [first, second, ...rest] = (await ledger.messages(idOf(1))) as [MessageRow, MessageRow];
    await ledger.recordDelivery(
      { ...first, delivery: { state: 'sent', tries: 1, sentAt: now.toISOString() } },
      now,
    );
    await redis.hDel(view.rowsKey(idOf(1)), second.messageId);

    expect((await rebuild()).rowsAdded).toBe(1);

    const rows = await ledger.messages(idOf(1));
    expect(rows.map(({ delivery }) => delivery.state)).toEqual([
      'sent',
      'failed',
      ...rest.map(() => 'pending'),
    ]);
    expect({ ...rows[1], delivery: 0 }).toEqual({ ...second, delivery: 0 });
    await take(orders.get(idOf(1)) ?? []);
    expect(await ledger.messages(idOf(1))).toEqual(rows);
  });

  test('When there are ghosts, then pages and entries of orders that do not exist go, and what was sent to them stays', async () => {
    await liveOrders();
    const before = await storedPages();
    await take(told([placed()], idOf(901)));
    await take(told([placed(), moved()], idOf(902)).slice(1));
    const ghost = told([placed()], idOf(903));
    await take(ghost);
    await redis.del(view.pageKey(idOf(903)));
    expect((await dueOrders()).includes(idOf(901))).toBe(true);

    expect((await rebuild()).removed).toBe(3);

    expect(await storedPages()).toEqual(before);
    expect((await listed()).map(({ orderId }) => orderId).sort()).toEqual([...orders.keys()].sort());
    expect(await ledger.messages(idOf(901))).toHaveLength(1);
    expect((await dueOrders()).includes(idOf(901))).toBe(false);
  });

  test('When an order is placed after the history was read, then its page is none of a ghost', async () => {
    await liveOrders();
    const source = history();
    const totals = await rebuild({
      async history(page) {
        const answer = await source.history(page);
        if (answer.next === undefined) await take(orderOf(999, [placed()]));
        return answer;
      },
    });
    expect(totals.removed).toBe(0);
    expect((await pages.read(idOf(999)))?.status).toBe('Payment Requested');
    expect(await listed()).toHaveLength(231);
  });

  test('When order does not answer, then the rebuild fails, and nothing is lost', async () => {
    await liveOrders();
    await take(told([placed()], idOf(901)));
    const before = await everything();
    const unreachable = () => Promise.reject(new Error('order answered 503'));
    await expect(rebuild({ exists: unreachable })).rejects.toThrow('order answered 503');
    await expect(rebuild({ history: unreachable })).rejects.toThrow('order answered 503');
    expect(await everything()).toEqual(before);
  });

  test('When a live event makes a page newer than the history that was read, then the history is read again', async () => {
    const events = orderOf(1, [
      placed({ payment }),
      progressed('Reservation Complete'),
      progressed('confirmed'),
    ]);
    orders.set(idOf(1), events.slice(0, 2));
    await take(events.slice(0, 2));
    const source = history();
    let readings = 0;
    const totals = await rebuild({
      async history(page) {
        const answer = await source.history(page);
        readings += 1;
        if (readings === 1) {
          orders.set(idOf(1), events);
          await take(events.slice(2));
        }
        return answer;
      },
    });
    expect([readings, totals.unchanged, totals.newerThanHistory]).toEqual([2, 1, 0]);
    expect(await pages.read(idOf(1))).toEqual(folded(events, idOf(1)));
    expect((await listed())[0]?.version).toBe(3);
  });

  test('When a page shows more than its order will tell, then it is left, and that is said', async () => {
    const events = orderOf(1);
    await take(events);
    orders.set(idOf(1), events.slice(0, 1));
    const before = await everything();
    expect((await rebuild()).newerThanHistory).toBe(1);
    expect(await everything()).toEqual(before);
  });

  test('When it is faster than an event, then the event makes the message due, once', async () => {
    const events = orderOf(1, [placed(), progressed('Pay Approved')]);
    await take(events.slice(0, 1));
    await rebuild();
    expect((await ledger.messages(idOf(1))).map(({ delivery }) => delivery.state)).toEqual([
      'pending',
      'failed',
    ]);
    await take(events.slice(1));
    const rows = await ledger.messages(idOf(1));
    expect(rows.map(({ delivery }) => delivery.state)).toEqual(['pending', 'pending']);
    expect(await dueOrders()).toEqual([idOf(1)]);
    const [, second] = rows as [MessageRow, MessageRow];
    await ledger.recordDelivery(
      { ...second, delivery: { state: 'sent', tries: 1, sentAt: now.toISOString() } },
      now,
    );
    await take(events.slice(1));
    expect((await ledger.message(second.messageId))?.delivery.state).toBe('sent');
  });

  test('When it runs beside live events, again and again, then all is as without it', async () => {
    const all = Array.from({ length: 60 }, (_, n) => orderOf(n + 1, Object.values(stories)[n % 7]));
    const live = (async () => {
      const arrivals = all
        .flat()
        .toSorted((a, b) => a.eventId.localeCompare(b.eventId) || a.version - b.version);
      for (let at = 0; at < arrivals.length; at += 5) await take(arrivals.slice(at, at + 5).reverse());
    })();
    let isOver = false;
    const rebuilding = (async () => {
      while (!isOver) await rebuild();
    })();
    await live;
    isOver = true;
    await rebuilding;

    for (const events of all) {
      const { orderId } = events[0] as OrderEvent;
      expect(await pages.read(orderId)).toEqual(folded(events, orderId));
      const rows = await ledger.messages(orderId);
      expect(rows.map(({ delivery }) => delivery.state)).toEqual(events.map(() => 'pending'));
    }
    expect(await listed()).toHaveLength(60);
    expect(await dueOrders()).toHaveLength(60);
  });
});

describe('npm run rebuild:mypages', () => {
  let app: Server;
  let port: number;
  let source: OrderSource;

  beforeEach(async () => {
    source = history();
    const parts = {
      pages,
      list,
      clock: () => now,
      isStopping: () => false,
      log: createLogger('test', 'fatal'),
    };
    const orderSource: OrderSource = {
      history: (page) => source.history(page),
      exists: (orderId) => source.exists(orderId),
    };
    app = createServer(
      createHttpApp({ log: parts.log, routers: [rebuildRoute({ ...parts, orders: orderSource })] }),
    );
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    port = (app.address() as AddressInfo).port;
  });
  afterEach(() => new Promise((resolve) => app.close(resolve)));

  test('When it goes well, then it says what it did, and ends with 0', async () => {
    for (let n = 1; n <= 60; n++) orderOf(n, [placed()]);
    await take(told([placed()], idOf(901)));
    expect(await command([`--port=${port}`])).toEqual({
      code: 0,
      out: '✓ my pages are rebuilt: 60 orders, 60 pages differed, 0 did not, 1 removed, 60 rows added to the SMS ledger\n',
      errors: '',
    });
    expect(await listed()).toHaveLength(60);
  });

  test('When it takes long, then it says how far it is', async () => {
    orderOf(1, [placed()]);
    const slow = history();
    source = {
      ...slow,
      async history(page) {
        await sleep(4_500);
        return slow.history(page);
      },
    };
    const { code, out } = await command([], { NOTIFICATION_PORT: String(port) });
    expect(code).toBe(0);
    expect(out.match(/^· 0 orders, .*$/gm)?.length).toBeGreaterThanOrEqual(1);
    expect(out).toMatch(/^✓ .*: 1 orders, /m);
  });

  test('When order does not answer, then it says so, and ends with 1', async () => {
    source = {
      ...history(),
      history: () => Promise.reject(new Error('order answered 503 to /order-events')),
    };
    expect(await command([`--port=${port}`])).toEqual({
      code: 1,
      out: '',
      errors: '✗ my pages were not rebuilt: order answered 503 to /order-events\n',
    });
  });

  test('When nothing runs there, or the port is none, then it says so, and ends with 1', async () => {
    const [free = 0] = await freePorts(1);
    const nobody = await command([`--port=${free}`]);
    expect([nobody.code, nobody.errors]).toEqual([1, expect.stringContaining('is the system running?')]);
    const wrong = await command(['--port=none']);
    expect([wrong.code, wrong.errors]).toEqual([1, expect.stringContaining('not "none"')]);
  });

  test('When its caller goes away, then the rebuild ends before its next page', async () => {
    for (let n = 1; n <= 120; n++) orderOf(n, [placed()]);
    const read: number[] = [];
    const caller = new AbortController();
    source = {
      ...history(),
      async history(page) {
        read.push(page);
        caller.abort();
        await sleep(200);
        return history().history(page);
      },
    };
    await expect(
      fetch(`http://127.0.0.1:${port}/mypages/rebuild`, { method: 'POST', signal: caller.signal }).then(
        (answer) => answer.text(),
      ),
    ).rejects.toThrow();
    await eventually('the first page is done', async () => (await listed()).length === 50);
    await sleep(300);
    expect(read).toEqual([0]);
  });
});

async function command(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'tools', 'rebuild.js'), ...args], {
    env: { ...process.env, ...env },
  });
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, out, errors };
}

function idOf(n: number): string {
  return `01980000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

/** The events of order `n`, which has told them all, later orders later. */
function orderOf(n: number, happenings: readonly Happening[] = stories['paid at once and completed'] ?? []) {
  const events = told(happenings, idOf(n)).map((event) => ({
    ...event,
    occurredAt: new Date(Date.parse(event.occurredAt) + n).toISOString(),
  }));
  orders.set(idOf(n), events);
  return events;
}

/** As the subscription does it. */
async function take(events: readonly OrderEvent[]): Promise<void> {
  const [handler] = notificationSubscriptions({ pages, list, wake: () => {} });
  if (!handler) throw new Error('nobody takes the events in');
  for (const event of events) await handler.handle(event as unknown as StampedEvent);
}

function history(): OrderSource {
  return {
    async history(page) {
      const all = [...orders].map(([orderId, events]) => ({ orderId, events }));
      const next = (page + 1) * 50 < all.length ? { next: page + 1 } : {};
      return { orders: structuredClone(all.slice(page * 50, page * 50 + 50)), ...next };
    },
    exists: async (orderId) => orders.has(orderId),
  };
}

async function rebuild(changed: Partial<OrderSource> = {}): Promise<RebuildTotals> {
  const totals = noTotals();
  const source = { ...history(), ...changed };
  await rebuildPages({ orders: source, pages, list, clock: () => now, isStopped: () => false }, totals);
  return totals;
}

async function storedPages(): Promise<Map<string, MyPage | undefined>> {
  const found = new Map<string, MyPage | undefined>();
  for await (const orderId of pages.orderIds()) found.set(orderId, await pages.read(orderId));
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

async function listed() {
  const { pages: found, total } = await list.page({
    sort: 'placedAt',
    descending: false,
    page: 0,
    size: 1_000,
  });
  expect(found).toHaveLength(total);
  return found;
}

async function idsOf(query: Partial<Parameters<PageList['page']>[0]>): Promise<string[]> {
  const { pages: found } = await list.page({
    sort: 'placedAt',
    descending: false,
    page: 0,
    size: 100,
    ...query,
  });
  return found.map(({ orderId }) => orderId);
}

async function dueOrders(): Promise<string[]> {
  const later = new Date(Date.now() + 60_000);
  const shards = await Promise.all([0, 1, 2].map((shard) => ledger.dueOrders(shard, later, 1_000)));
  return shards.flat();
}

/** All that Redis has. */
async function everything(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of (await redis.keys('*')).sort()) {
    const type = await redis.type(key);
    if (type === 'string') found[key] = await redis.get(key);
    else if (type === 'hash') found[key] = { ...(await redis.hGetAll(key)) };
    else found[key] = await redis.zRangeWithScores(key, 0, -1);
  }
  return found;
}
