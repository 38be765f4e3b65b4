import { writeFileSync } from 'node:fs';
import { standardPackages } from '../../services/shared/contracts/packages';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard, type Reply } from '../support/api';
import { dayFromToday, openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(240_000);

const seoul = openEveryDay(20);
const day = (days: number) => dayFromToday(days, seoul.zone);
const { basic, prime } = standardPackages as Required<typeof standardPackages>;

describe('A service killed in the middle of a change', () => {
  let system: TestSystem;
  let api: Api;
  let persons = 0;

  beforeAll(async () => {
    system = await startTestSystem({
      env: {
        CALENDARS: JSON.stringify({ seoul }),
        PACKAGES: JSON.stringify({
          basic,
          prime: { ...prime, dueKrw: 80_000 },
          light: { ...basic, dueKrw: 30_000 },
        }),
      },
    });
    api = system.api;
  });
  afterAll(() => system.end());

  async function paid(): Promise<string> {
    persons += 1;
    const phone = `010-8100-${String(persons).padStart(4, '0')}`;
    const { orderId } = (await api.order({ cardNo: goodCard, date: day(2), time: '20:00', phone })).body;
    await eventually('received', async () => (await api.myPageStatus(orderId)) === 'Reservation Complete');
    return orderId;
  }

  /** Does it, and has the service kill itself at that line; answers what the caller heard, if anything. */
  async function dieIn(
    appId: string,
    crashPoint: string,
    act: () => Promise<Reply>,
  ): Promise<Reply | undefined> {
    const { service } = appOf(system.apps, appId);
    writeFileSync(system.crashFile, crashPoint);
    let reply: Reply | undefined;
    const acting = act().then((answer) => {
      reply = answer;
    });
    await Promise.allSettled([acting, service.exited()]);
    expect(service.isRunning).toBe(false);
    service.start();
    await system.ready();
    return reply;
  }

  const orderOf = async (orderId: string) => (await api.get(`/orders/${orderId}`)).body;
  const keptKrw = async (orderId: string) => {
    const { amountKrw, refundedKrw = 0 } = (await api.get(`/paymentHistories/${orderId}`)).body;
    return amountKrw - refundedKrw;
  };

  test.each([
    ['order', 'before it asks payment', 'order.before-cancel'],
    ['order', 'after payment has canceled', 'order.after-cancel'],
    ['order', 'before its own save', 'Order.before-save'],
    ['order', 'after its own save', 'Order.after-save'],
    ['payment', 'before it writes down what it will refund', 'Payment.before-intent'],
    ['payment', 'after it wrote that down', 'Payment.after-intent'],
    ['payment', 'after the card company has refunded', 'payment.after-refund'],
    ['payment', 'after its own save', 'Payment.after-save'],
  ])(
    'When %s is killed in a cancellation %s, then it is canceled or it is not, and so is its money',
    async (appId, _when, crashPoint) => {
      const orderId = await paid();
      const reply = await dieIn(appId, crashPoint, () => api.cancel(orderId));
      expect(reply?.status ?? 503).toBe(503);
      await lawsHold(system.infra.redisUrl);
      const { status } = await orderOf(orderId);
      expect(['Reservation Complete', 'canceled']).toContain(status);
      expect(await keptKrw(orderId)).toBe(status === 'canceled' ? 25_000 : 50_000);
      // Who tries again gets it, and not twice.
      expect((await api.cancel(orderId)).body).toMatchObject({ status: 'canceled', refundKrw: 25_000 });
      expect(await keptKrw(orderId)).toBe(25_000);
      await lawsHold(system.infra.redisUrl);
    },
  );

  test.each([
    ['order', 'after it held the new seat', 'order.after-move-hold'],
    ['order', 'after the difference was charged', 'order.after-supplement'],
    ['order', 'before its save', 'Order.before-save'],
    ['order', 'after its save', 'Order.after-save'],
    ['payment', 'after the card company has charged the difference', 'payment.after-supplement'],
  ])(
    'When %s is killed in a dearer move %s, then it has one seat and what that seat costs',
    async (appId, _when, crashPoint) => {
      const orderId = await paid();
      const to = { orderType: 'prime', date: day(6) };
      const reply = await dieIn(appId, crashPoint, () => api.move(orderId, to));
      expect(reply?.status ?? 503).toBe(503);
      await lawsHold(system.infra.redisUrl);
      const { orderType, date } = await orderOf(orderId);
      expect([
        ['basic', day(2), 50_000],
        ['prime', day(6), 80_000],
      ]).toContainEqual([orderType, date, await keptKrw(orderId)]);
      const again = await eventually('moved', async () => {
        const answer = await api.move(orderId, to);
        return answer.status !== 503 && answer;
      });
      expect(again.body).toMatchObject({ orderType: 'prime', date: day(6), dueKrw: 80_000 });
      await lawsHold(system.infra.redisUrl);
      expect(await keptKrw(orderId)).toBe(80_000);
    },
  );

  test('When payment is killed while it pays out what a move made cheaper, then it goes back once', async () => {
    const orderId = await paid();
    await dieIn('payment', 'payment.after-refund', () => api.move(orderId, { orderType: 'light' }));
    await lawsHold(system.infra.redisUrl);
    expect(await keptKrw(orderId)).toBe(30_000);
  });

  test.each([
    ['reservation', 'before it asks order', 'Reservation.after-intent'],
    ['reservation', 'after order has granted it', 'Reservation.before-save'],
    ['order', 'before it has granted it', 'Order.before-save'],
    ['order', 'after it has granted it', 'Order.after-save'],
  ])(
    'When %s is killed in a rejection %s, then it is rejected everywhere and refunded in full',
    async (appId, _when, crashPoint) => {
      const orderId = await paid();
      await dieIn(appId, crashPoint, () => api.reject(orderId));
      await eventually('rejected', async () => (await orderOf(orderId)).status === 'rejected', {
        withinMs: 60_000,
      });
      await lawsHold(system.infra.redisUrl);
      expect(await keptKrw(orderId)).toBe(0);
    },
  );

  test('When notification is killed between a page and its list, then both show it', async () => {
    const { service } = appOf(system.apps, 'notification');
    writeFileSync(system.crashFile, 'MyPage.after-write');
    const { orderId } = (await api.order({ cardNo: goodCard, phone: '010-8200-0001' })).body;
    await service.exited();
    service.start();
    await system.ready();
    await lawsHold(system.infra.redisUrl, { withinMs: 90_000 });
    expect(await api.myPageStatus(orderId)).toBe('Reservation Complete');
  });
});
