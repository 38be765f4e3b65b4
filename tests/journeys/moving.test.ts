import { standardPackages } from '../../services/shared/contracts/packages';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard } from '../support/api';
import { dayFromToday, openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

const seoul = openEveryDay(20);
const tiny = openEveryDay(1, { openings: [{ time: '20:00', seats: 1 }] });
const day = (days: number) => dayFromToday(days, seoul.zone);
const calendars = JSON.stringify({ seoul, tiny });
const { basic, prime } = standardPackages as Required<typeof standardPackages>;
const packages = { basic, prime: { ...prime, dueKrw: 80_000 }, light: { ...basic, dueKrw: 30_000 } };

describe('A move', () => {
  let system: TestSystem;
  let api: Api;

  beforeAll(async () => {
    system = await startTestSystem({
      env: { CALENDARS: calendars, PACKAGES: JSON.stringify(packages) },
    });
    api = system.api;
  });
  afterAll(() => system.end());

  const reaches = (orderId: string, status: string) =>
    eventually(`my page says ${status}`, async () => (await api.myPageStatus(orderId)) === status, {
      withinMs: 10_000,
    });
  let persons = 0;
  async function paid(more: object = {}): Promise<string> {
    persons += 1;
    const phone = `010-7100-${String(persons).padStart(4, '0')}`;
    const placed = await api.order({ cardNo: goodCard, date: day(5), time: '20:00', phone, ...more });
    expect(placed.status).toBe(201);
    await reaches(placed.body.orderId, 'Reservation Complete');
    return placed.body.orderId;
  }
  const keptKrw = async (orderId: string) => {
    const payment = (await api.get(`/paymentHistories/${orderId}`)).body;
    return payment.amountKrw - (payment.refundedKrw ?? 0);
  };

  test('When another day is free, then the order has that seat, and only that, everywhere', async () => {
    const orderId = await paid();
    await api.confirm(orderId);
    const moved = await api.move(orderId, { date: day(6), time: '21:00' });
    expect([moved.status, moved.body]).toMatchObject([
      200,
      { status: 'confirmed', date: day(6), time: '21:00', dueKrw: 50_000 },
    ]);
    for (const path of [`/reservations/${orderId}`, `/mypages/${orderId}`]) {
      await eventually(`${path} shows it`, async () => (await api.get(path)).body.date === day(6), {
        withinMs: 10_000,
      });
    }
    const { timeline } = (await api.get(`/mypages/${orderId}`)).body;
    expect(timeline.at(-1)).toMatchObject({
      status: 'confirmed',
      moved: { from: { date: day(5), time: '20:00' }, to: { date: day(6), time: '21:00' } },
    });
  });

  test('When it is on the same day, then it works as well, and a repeat moves nothing', async () => {
    const orderId = await paid();
    const moved = await api.move(orderId, { time: '21:00' });
    expect(moved.body).toMatchObject({ date: day(5), time: '21:00' });
    const again = await api.move(orderId, { time: '21:00' });
    expect(again.body).toEqual(moved.body);
    const anyTime = await api.move(orderId, { date: day(5) });
    expect(anyTime.body).toEqual(moved.body);
  });

  test('When the other seat is taken, or in the past, or no seat, then it is refused and the old one stays', async () => {
    await api.order({ centerId: 'tiny', date: day(5), cardNo: goodCard });
    const orderId = await paid();
    const before = (await api.get(`/orders/${orderId}`)).body;
    for (const [to, status, code] of [
      [{ centerId: 'tiny' }, 409, 'slot_full'],
      [{ date: day(-1) }, 409, 'date_closed'],
      [{ date: day(100) }, 409, 'date_closed'],
      [{ time: '03:00' }, 409, 'date_closed'],
      [{ centerId: 'mars' }, 422, 'center_unknown'],
      [{ orderType: 'gold' }, 422, 'order_type_unknown'],
      [{}, 422, 'value_invalid'],
      [{ date: 'tomorrow' }, 422, 'value_invalid'],
    ] as const) {
      const refused = await api.move(orderId, to);
      expect([to, refused.status, refused.body.code]).toEqual([to, status, code]);
    }
    expect((await api.get(`/orders/${orderId}`)).body).toEqual(before);
  });

  test('When the last seat of another centre is wanted by ten at once, then one has it and nine keep theirs', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => paid()));
    const replies = await Promise.all(ids.map((id) => api.move(id, { centerId: 'tiny', date: day(9) })));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ body }) => body.code === 'slot_full')).toHaveLength(9);
  });

  test('When it becomes dearer, then the difference is charged to the card that paid', async () => {
    const orderId = await paid();
    const moved = await api.move(orderId, { orderType: 'prime' });
    expect(moved.body).toMatchObject({ orderType: 'prime', dueKrw: 80_000, payment: { amountKrw: 80_000 } });
    expect(await keptKrw(orderId)).toBe(80_000);
    const canceled = await api.cancel(orderId);
    expect(canceled.body).toMatchObject({ refundKrw: 80_000, feeKrw: 0 });
    expect(await keptKrw(orderId)).toBe(0);
  });

  test('When it becomes cheaper, then the difference goes back', async () => {
    const orderId = await paid({ date: day(2) });
    expect((await api.move(orderId, { orderType: 'light' })).body.dueKrw).toBe(30_000);
    await eventually('the difference is paid out', async () => (await keptKrw(orderId)) === 30_000, {
      withinMs: 10_000,
    });
    // And dearer again, and canceled for half of what is kept then.
    await api.move(orderId, { orderType: 'basic' });
    expect(await keptKrw(orderId)).toBe(50_000);
    expect((await api.cancel(orderId)).body).toMatchObject({ refundKrw: 25_000 });
    expect(await keptKrw(orderId)).toBe(25_000);
  });

  test('When the card declines the difference, then nothing moved', async () => {
    const { orderId } = (await api.order({ date: day(5) })).body;
    await api.post('/paymentHistories', { orderId, price: 50_000, payMethod: 'cash' });
    await reaches(orderId, 'Reservation Complete');
    const noCard = await api.move(orderId, { orderType: 'prime' });
    expect([noCard.status, noCard.body]).toMatchObject([
      422,
      { code: 'value_invalid', differenceKrw: 30_000, errors: [{ pointer: '/cardNo' }] },
    ]);
    const declined = await api.move(orderId, { orderType: 'prime', cardNo: '4000000000000002' });
    expect([declined.status, declined.body.code]).toEqual([402, 'payment_declined']);
    expect((await api.get(`/orders/${orderId}`)).body).toMatchObject({ orderType: 'basic', dueKrw: 50_000 });
    const withCard = await api.move(orderId, { orderType: 'prime', cardNo: goodCard });
    expect(withCard.body).toMatchObject({ orderType: 'prime', dueKrw: 80_000 });
    expect(await keptKrw(orderId)).toBe(80_000);
  });

  test('When it is not paid yet, then what is due follows', async () => {
    const { orderId } = (await api.order({ date: day(5) })).body;
    expect((await api.move(orderId, { orderType: 'prime', date: day(6) })).body).toMatchObject({
      status: 'Payment Requested',
      dueKrw: 80_000,
    });
    expect((await api.pay(orderId)).body).toMatchObject({ code: 'price_mismatch', dueKrw: 80_000 });
    const payment = { orderId, price: 80_000, payMethod: 'card', cardNo: goodCard };
    expect((await api.post('/paymentHistories', payment)).status).toBe(201);
    await reaches(orderId, 'Reservation Complete');
    expect((await api.get(`/reservations/${orderId}`)).body).toMatchObject({
      orderType: 'prime',
      date: day(6),
    });
  });

  test('When payment is stopped, then a dearer move is refused and nothing moved', async () => {
    const orderId = await paid();
    const before = (await api.get(`/orders/${orderId}`)).body;
    const payment = appOf(system.apps, 'payment').service;
    await payment.kill();
    const refused = await api.move(orderId, { orderType: 'prime' });
    expect([refused.status, refused.body.code]).toEqual([503, 'move_unavailable']);
    // One that costs the same needs no payment.
    expect((await api.move(orderId, { time: '21:00' })).status).toBe(200);
    expect((await api.move(orderId, { time: '20:00' })).status).toBe(200);
    payment.start();
    const { _links, history: _h, ...now } = (await api.get(`/orders/${orderId}`)).body;
    const { _links: _l, history: _h2, ...then } = before;
    expect(now).toEqual(then);
  });

  test('When all is quiet, then seats, money, quotas, views and messages agree', async () => {
    await lawsHold(system.infra.redisUrl, {
      seatsPerTime: (slotId) => (slotId.startsWith('tiny') ? 1 : 20),
    });
  });
});
