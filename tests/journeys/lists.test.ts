import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createClient } from 'redis';
import { projectRoot } from '../../tools/system/plan';
import { type Api, goodCard } from '../support/api';
import { readBooks } from '../support/books';
import { openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(300_000);

const run = promisify(execFile);
/** Fewer where it is run once more for each variant. */
const ordersTotal = Number(process.env.TEST_LIST_ORDERS ?? 1_000);
const center = openEveryDay(100);

describe('Lists', () => {
  let system: TestSystem;
  let api: Api;
  const ids: string[] = [];

  beforeAll(async () => {
    system = await startTestSystem({ env: { CALENDARS: JSON.stringify({ seoul: center }) } });
    api = system.api;
    await withWorkers(24, ordersTotal, async (n) => {
      const placed = await api.order({ name: `guest ${n}`, ...(n % 4 === 0 ? {} : { cardNo: goodCard }) });
      expect(placed.status).toBe(201);
      ids.push(placed.body.orderId);
      if (n % 5 === 0) expect((await api.cancel(placed.body.orderId)).status).toBe(200);
    });
    await lawsHold(system.infra.redisUrl, { seatsPerTime: () => 100, withinMs: 120_000 });
  });
  afterAll(() => system.end());

  async function withWorkers(count: number, jobs: number, job: (n: number) => Promise<void>) {
    let next = 0;
    await Promise.all(
      Array.from({ length: count }, async () => {
        while (next < jobs) await job(next++);
      }),
    );
  }

  /** Every item, page by page, by the list's own links. */
  // biome-ignore lint/suspicious/noExplicitAny: items of many lists.
  async function all(path: string): Promise<any[]> {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const items: any[] = [];
    let href: string | undefined = path;
    let pages = 0;
    while (href) {
      const { status, body }: Awaited<ReturnType<Api['get']>> = await api.get(href);
      expect([href, status]).toEqual([href, 200]);
      items.push(...(Object.values(body._embedded)[0] as []));
      pages += 1;
      expect(body.page.number).toBe(pages - 1);
      const next: string | undefined = body._links.next?.href;
      if (!next) expect([body.page.totalPages, body.page.totalElements]).toEqual([pages, items.length]);
      href = next?.slice(next.indexOf('/', 8));
    }
    return items;
  }

  // Which of a list's items each of its sorts goes by.
  const visitAt = (item: { date: string; time: string }) => `${item.date} ${item.time}`;
  test.each([
    ['/orders', 'placedAt', ({ placedAt }: { placedAt: string }) => placedAt],
    ['/orders', 'visitAt', visitAt],
    ['/mypages', 'placedAt', ({ placedAt }: { placedAt: string }) => placedAt],
    ['/mypages', 'visitAt', visitAt],
    ['/mypages', 'updatedAt', undefined],
    ['/paymentHistories', 'createdAt', undefined],
    ['/paymentHistories', 'amountKrw', undefined],
  ])('When %s is paged by %s, then each order comes exactly once, in order', async (path, sort, by) => {
    for (const [direction, size] of [
      ['asc', 100],
      ['desc', 37],
    ] as const) {
      const items = await all(`${path}?sort=${sort},${direction}&size=${size}`);
      expect(items.map(({ orderId }) => orderId).sort()).toEqual([...ids].sort());
      if (!by) continue;
      const values = items.map(by as (item: unknown) => string);
      const sorted = [...values].sort();
      expect(values).toEqual(direction === 'asc' ? sorted : sorted.reverse());
    }
  });

  test('When reservations are paged, then each that the centre has comes exactly once', async () => {
    const { reservations } = await readBooks(system.infra.redisUrl);
    const known = [...reservations].filter(([, { status }]) => status !== 'none').map(([id]) => id);
    for (const sort of ['receivedAt', 'visitAt']) {
      const items = await all(`/reservations?sort=${sort},asc&size=100`);
      expect(new Set(items.map(({ orderId }) => orderId)).size).toBe(items.length);
      expect(known).toEqual(expect.arrayContaining(items.map(({ orderId }) => orderId)));
      const received = await all(`/reservations?sort=${sort},desc&size=100&status=received`);
      const expected = [...reservations].filter(([, { status }]) => status === 'received').map(([id]) => id);
      expect(received.map(({ orderId }) => orderId).sort()).toEqual(expected.sort());
    }
  });

  test('When a list is narrowed to a status, then it has those and no others', async () => {
    const { orders } = await readBooks(system.infra.redisUrl);
    for (const status of ['canceled', 'Payment Requested', 'Reservation Complete']) {
      const expected = [...orders].filter(([, order]) => order.status === status).map(([id]) => id);
      for (const path of ['/orders', '/mypages']) {
        const items = await all(`${path}?status=${encodeURIComponent(status)}&size=100`);
        expect(items.map(({ orderId }) => orderId).sort()).toEqual(expected.sort());
      }
    }
    expect((await api.get('/orders?status=expired')).body).toMatchObject({
      _embedded: { orders: [] },
      page: { totalElements: 0, totalPages: 0, number: 0, size: 20 },
    });
  });

  test('When a list is asked for what it cannot give, then the parameter at fault is named', async () => {
    for (const [query, parameter] of [
      ['size=101', 'size'],
      ['size=0', 'size'],
      ['page=-1', 'page'],
      ['sort=price', 'sort'],
      ['sort=placedAt,up', 'sort'],
      ['status=lost', 'status'],
    ]) {
      const { status, body } = await api.get(`/orders?${query}`);
      expect([query, status, body.errors?.[0]?.parameter]).toEqual([query, 422, parameter]);
    }
  });

  test('When my pages are rebuilt from nothing, then they equal what they were before', async () => {
    const before = await readBooks(system.infra.redisUrl);
    const listed = await all('/mypages?size=100');
    const redis = createClient({ url: system.infra.redisUrl });
    await redis.connect();
    const views = (await redis.keys('*')).filter(
      (key) => key.includes(':page:') || key.startsWith('list:{mypages}'),
    );
    expect(views.length).toBeGreaterThanOrEqual(ordersTotal);
    await redis.del(views);
    redis.destroy();
    expect((await api.get('/mypages')).body.page.totalElements).toBe(0);

    const { stdout } = await run(
      process.execPath,
      ['dist/tools/rebuild.js', `--port=${new URL(system.url('notification')).port}`],
      {
        cwd: projectRoot,
      },
    );
    expect(stdout).toContain(String(ordersTotal));
    const after = await readBooks(system.infra.redisUrl);
    expect(after.pages.size).toBe(before.pages.size);
    for (const [id, page] of before.pages) expect(after.pages.get(id)).toEqual(page);
    expect(after.messages).toEqual(before.messages);
    expect(await all('/mypages?size=100')).toEqual(listed);
  });
});
