import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard } from '../support/api';
import { dayFromToday, openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

const center = openEveryDay(20);
const today = (days: number) => dayFromToday(days, center.zone);

describe('A cancellation', () => {
  let system: TestSystem;
  let api: Api;

  beforeAll(async () => {
    system = await startTestSystem({
      envOf: { order: { CALENDARS: JSON.stringify({ seoul: center }) } },
      env: { CALENDARS: JSON.stringify({ seoul: center }) },
    });
    api = system.api;
  });
  afterAll(() => system.end());

  const reaches = (orderId: string, status: string) =>
    eventually(`my page says ${status}`, async () => (await api.myPageStatus(orderId)) === status, {
      withinMs: 10_000,
    });
  async function paid(days = 5): Promise<string> {
    const { orderId } = (await api.order({ cardNo: goodCard, date: today(days) })).body;
    await reaches(orderId, 'Reservation Complete');
    return orderId;
  }
  const everything = async (orderId: string) =>
    Promise.all(
      [
        `/orders/${orderId}`,
        `/paymentHistories/${orderId}`,
        `/reservations/${orderId}`,
        `/mypages/${orderId}`,
      ].map(async (path) => (await api.get(path)).body),
    );

  // The tiers' edges; midnight, month and year are in refundPolicy.test.ts.
  test.each([
    [0, 0],
    [1, 25_000],
    [2, 25_000],
    [3, 50_000],
    [4, 50_000],
  ])('When it comes %i days before the visit, then %i won go back, as quoted', async (days, refundKrw) => {
    const orderId = await paid(days);
    const { refundQuote } = (await api.get(`/orders/${orderId}`)).body;
    expect(refundQuote).toMatchObject({ refundKrw, feeKrw: 50_000 - refundKrw });
    const canceled = await api.cancel(orderId);
    expect([canceled.status, canceled.body]).toMatchObject([
      200,
      { status: 'canceled', by: 'customer', refundKrw, feeKrw: 50_000 - refundKrw },
    ]);
    expect(Object.keys(canceled.body._links).sort()).toEqual(['mypage', 'self']);
    expect((await api.get(`/paymentHistories/${orderId}`)).body).toMatchObject({
      status: 'canceled',
      refundedKrw: refundKrw,
    });
    await reaches(orderId, 'canceled');
    await eventually(
      'the centre has it as canceled',
      async () => (await api.get(`/reservations/${orderId}`)).body.status === 'canceled',
      { withinMs: 10_000 },
    );
  });

  test('When the centre has confirmed, then it goes the same way, and the order is kept with its history', async () => {
    const orderId = await paid();
    await api.confirm(orderId);
    expect((await api.cancel(orderId)).body).toMatchObject({ status: 'canceled', refundKrw: 50_000 });
    await reaches(orderId, 'canceled');
    const { history, deletedAt } = (await api.get(`/orders/${orderId}`)).body;
    expect(history.map(({ status }: { status: string }) => status)).toEqual([
      'Pay Approved',
      'Reservation Complete',
      'confirmed',
      'canceled',
    ]);
    expect(deletedAt).toEqual(history.at(-1).at);
    expect((await api.get('/orders?status=canceled&size=100')).body._embedded.orders).toEqual(
      expect.arrayContaining([expect.objectContaining({ orderId })]),
    );
  });

  test('When the order is not paid yet, then no money moves and none can come any more', async () => {
    const { orderId } = (await api.order({ date: today(4) })).body;
    expect((await api.cancel(orderId)).body).toMatchObject({ status: 'canceled', refundKrw: 0, feeKrw: 0 });
    const late = await api.pay(orderId);
    expect([late.status, late.body.code]).toEqual([409, 'payment_closed']);
    await reaches(orderId, 'canceled');
  });

  test('When it comes twice, then the answer is the same and nothing happens again', async () => {
    const orderId = await paid(2);
    const [one, two] = await Promise.all([api.cancel(orderId), api.cancel(orderId)]);
    const three = await api.cancel(orderId);
    expect([one.status, two.status, three.status]).toEqual([200, 200, 200]);
    expect(two.body).toEqual(one.body);
    expect(three.body).toEqual(one.body);
  });

  test('When it is done, then seat and quota are free again', async () => {
    const phone = '010-7777-0000';
    const date = today(7);
    const order = () => api.order({ phone, date, cardNo: goodCard });
    const first = await Promise.all(Array.from({ length: 10 }, order));
    expect((await order()).body.code).toBe('person_limit_reached');
    await api.cancel(first[0]?.body.orderId);
    expect((await order()).status).toBe(201);
  });

  test('When the centre cancels, then all is refunded, whatever the day, and everybody is told why', async () => {
    const orderId = await paid(1);
    const canceled = await api.centerCancels(orderId, 'the scanner is broken');
    expect([canceled.status, canceled.body]).toMatchObject([
      201,
      { status: 'canceled', by: 'center', reason: 'the scanner is broken' },
    ]);
    expect(canceled.headers.get('location')).toBe(`${system.url('gateway')}/cancellations/${orderId}`);
    await reaches(orderId, 'canceled');
    expect((await api.get(`/orders/${orderId}`)).body).toMatchObject({
      status: 'canceled',
      by: 'center',
      refundKrw: 50_000,
      reason: 'the scanner is broken',
    });
    await eventually(
      'the refund is paid out',
      async () => (await api.get(`/paymentHistories/${orderId}`)).body.refundedKrw === 50_000,
      { withinMs: 10_000 },
    );
    const both = (await api.get('/cancellations?size=100')).body._embedded.cancellations;
    expect(new Set(both.map(({ by }: { by: string }) => by))).toEqual(new Set(['customer', 'center']));
  });

  test('When the centre rejects, then all is refunded', async () => {
    const orderId = await paid(1);
    const rejected = await api.reject(orderId, 'too many guests');
    expect([rejected.status, rejected.body.status]).toEqual([201, 'rejected']);
    await reaches(orderId, 'rejected');
    await eventually(
      'the refund is paid out',
      async () => (await api.get(`/paymentHistories/${orderId}`)).body.refundedKrw === 50_000,
      { withinMs: 10_000 },
    );
    for (const [late, code] of [
      [await api.cancel(orderId), 'order_ended'],
      [await api.confirm(orderId), 'reservation_ended'],
      [await api.move(orderId, { date: today(9) }), 'order_ended'],
    ] as const) {
      expect([late.status, late.body.code]).toEqual([409, code]);
    }
  });

  test('When the order is canceled, then the centre cannot confirm it, from that moment on', async () => {
    const orderId = await paid();
    await api.cancel(orderId);
    const confirmed = await api.confirm(orderId);
    expect([confirmed.status, confirmed.body.code]).toEqual([409, 'reservation_ended']);
    await reaches(orderId, 'canceled');
    const before = await everything(orderId);
    expect((await api.centerCancels(orderId)).body.code).toBe('reservation_ended');
    expect(await everything(orderId)).toEqual(before);
  });

  test('When payment is stopped, then it is refused and nothing changes; and then it works', async () => {
    const orderId = await paid(2);
    const held = (await api.order({ date: today(8) })).body.orderId;
    const before = [await everything(orderId), (await api.get(`/orders/${held}`)).body];
    const payment = appOf(system.apps, 'payment').service;
    await payment.kill();
    for (const id of [orderId, held]) {
      const refused = await api.cancel(id);
      expect([refused.status, refused.body.code]).toEqual([503, 'cancel_unavailable']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    payment.start();
    await eventually(
      'payment is back',
      async () => (await api.get(`/paymentHistories/${orderId}`)).status === 200,
      {
        withinMs: 30_000,
      },
    );
    // Long enough for the guard to have asked what became of it.
    const orders = async () => [await everything(orderId), (await api.get(`/orders/${held}`)).body];
    expect(await orders()).toEqual(before);
    await eventually(
      'the guards are done',
      async () => (await lawsHold(system.infra.redisUrl)) !== undefined,
      {
        withinMs: 60_000,
      },
    );
    expect(await orders()).toEqual(before);
    expect((await api.cancel(orderId)).body).toMatchObject({ status: 'canceled', refundKrw: 25_000 });
    expect((await api.cancel(held)).body).toMatchObject({ status: 'canceled', refundKrw: 0 });
  });

  test('When all is quiet, then seats, money, quotas, views and messages agree', async () => {
    await lawsHold(system.infra.redisUrl);
  });
});
