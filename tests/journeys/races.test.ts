import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard, type Reply } from '../support/api';
import { openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(240_000);

const center = openEveryDay(400);
const holdSeconds = 6;

describe('Decisions of the same moment', () => {
  let system: TestSystem;
  let api: Api;

  beforeAll(async () => {
    system = await startTestSystem({
      env: {
        CALENDARS: JSON.stringify({ seoul: center }),
        HOLD_MINUTES: String(holdSeconds / 60),
        SWEEP_SECONDS: '1',
      },
    });
    api = system.api;
  });
  afterAll(() => system.end());

  /** At once, in an order that differs from one time to the next, for calls leave in the order of their making. */
  function atOnce<T>(n: number, calls: (() => Promise<T>)[]): Promise<T[]> {
    const turned = calls.map((_, i) => calls[(i + n) % calls.length] as () => Promise<T>);
    return Promise.all(turned.map((call) => call())).then((replies) =>
      calls.map((_, i) => replies[(i - (n % calls.length) + calls.length) % calls.length] as T),
    );
  }
  const history = async (orderId: string): Promise<string[]> =>
    (await api.get(`/orders/${orderId}`)).body.history.map(({ status }: { status: string }) => status);
  const outcome = ({ status, body }: Reply) => `${status} ${body.code ?? body.status}`;

  async function raceOfPaid(n: number): Promise<string> {
    const { orderId } = (await api.order({ cardNo: goodCard, phone: phoneOf(n) })).body;
    await eventually('received', async () => (await api.get(`/reservations/${orderId}`)).status === 200);
    const rejects = n % 4 === 3;
    const [canceled, decided, canceledByCenter] = (await atOnce(n, [
      () => api.cancel(orderId),
      () => (rejects ? api.reject(orderId) : api.confirm(orderId)),
      () => (n % 2 === 0 ? api.centerCancels(orderId) : api.cancel(orderId)),
    ])) as [Reply, Reply, Reply];
    const path = await history(orderId);
    const ends = path.filter((status) => ['canceled', 'rejected', 'expired'].includes(status));
    // One end, and everybody was told what really happened.
    expect(ends).toHaveLength(1);
    expect(path.at(-1)).toBe(ends[0]);
    expect([n, outcome(decided), path.includes(rejects ? 'rejected' : 'confirmed')]).toEqual([
      n,
      decided.status === 201 ? `201 ${rejects ? 'rejected' : 'confirmed'}` : '409 reservation_ended',
      decided.status === 201,
    ]);
    const { by } = (await api.get(`/orders/${orderId}`)).body;
    const told = [outcome(canceled), outcome(canceledByCenter)];
    if (ends[0] === 'rejected') expect(told).not.toContain('201 canceled');
    else if (n % 2 === 0) {
      expect([n, by, told]).toEqual([
        n,
        by,
        by === 'customer' ? ['200 canceled', '409 reservation_ended'] : ['200 canceled', '201 canceled'],
      ]);
    } else expect(told).toEqual(['200 canceled', '200 canceled']);
    return ends[0] as string;
  }

  async function raceOfHeld(n: number): Promise<string> {
    const placed = await api.order({ phone: phoneOf(n) });
    const { orderId, paymentDueAt } = placed.body;
    // The sweep comes once a second, so some are before it and some after.
    await sleep(Date.parse(paymentDueAt) - Date.now() + (n % 10) * 150 - 300);
    const [paid, canceled, confirmed] = (await atOnce(n, [
      () => api.pay(orderId),
      () => api.cancel(orderId),
      () => api.confirm(orderId),
    ])) as [Reply, Reply, Reply];
    const end = await eventually('an end, or a paid order', async () => {
      const path = await history(orderId);
      return path.find((status) => ['canceled', 'expired', 'Reservation Complete'].includes(status));
    });
    const path = await history(orderId);
    expect(path.filter((status) => ['canceled', 'expired'].includes(status)).length).toBeLessThanOrEqual(1);
    expect([n, end, outcome(canceled)]).toEqual([
      n,
      end,
      path.includes('canceled') ? '200 canceled' : '409 order_ended',
    ]);
    expect([n, outcome(paid), path.includes('Pay Approved')]).toEqual([
      n,
      paid.status === 201 ? '201 captured' : '409 payment_closed',
      paid.status === 201,
    ]);
    if (confirmed.status === 201) expect(path).toContain('confirmed');
    return path.at(-1) as string;
  }

  const phoneOf = (n: number) => `010-4000-${String(n).padStart(4, '0')}`;

  async function inBatches(count: number, size: number, race: (n: number) => Promise<string>) {
    const ends: Record<string, number> = {};
    for (let begun = 0; begun < count; begun += size) {
      const batch = Array.from({ length: Math.min(size, count - begun) }, (_, i) => race(begun + i));
      for (const end of await Promise.all(batch)) ends[end] = (ends[end] ?? 0) + 1;
    }
    return ends;
  }

  test('When a paid order is canceled, confirmed, rejected and canceled by the centre at once, 100 times, then one wins', async () => {
    const ends = await inBatches(100, 10, raceOfPaid);
    expect(Object.values(ends).reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  test('When a held order is paid, canceled, confirmed and expires at once, 100 times, then one wins', async () => {
    const ends = await inBatches(100, 50, raceOfHeld);
    expect(Object.values(ends).reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  test('When all is quiet, then seats, money, quotas, views and messages agree with the winners', async () => {
    await lawsHold(system.infra.redisUrl, { seatsPerTime: () => 400 });
  });
});
