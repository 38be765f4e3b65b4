import { writeFileSync } from 'node:fs';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(150_000);

describe('A service killed in the middle of a booking', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem();
  });
  afterAll(() => system.end());

  async function bookAndDie(appId: string, crashPoint: string, book: () => Promise<unknown>): Promise<void> {
    const { service } = appOf(system.apps, appId);
    writeFileSync(system.crashFile, crashPoint);
    await Promise.allSettled([book(), service.exited()]);
    expect(service.isRunning).toBe(false);
    service.start();
    await system.ready();
  }

  test.each([
    ['order', 'between seat and charge', 'order.after-hold', 0],
    ['order', 'between charge and save', 'order.after-charge', 0],
    ['order', 'between save and publish', 'Order.after-save', 1],
    ['payment', "between the card company's charge and its own save", 'payment.after-charge', 0],
    ['payment', 'between save and publish', 'Payment.after-save', 0],
  ])(
    'When %s is killed %s, then the order is settled, or abandoned with its money void and its seat free',
    async (appId, _when, crashPoint, accepted) => {
      const before = (await lawsHold(system.infra.redisUrl)).orders;
      const liveBefore = [...before.values()].filter(({ status }) => status !== 'none').length;
      const key = { 'idempotency-key': `killed-${crashPoint}` };
      const book = () => system.api.order({ phone: '010-5555-0001', cardNo: goodCard }, key);
      let answer: { status: number } | undefined;
      await bookAndDie(appId, crashPoint, async () => {
        answer = await book();
      });
      const books = await lawsHold(system.infra.redisUrl);
      const live = [...books.orders.values()].filter(({ status }) => status !== 'none');
      expect(live.length - liveBefore).toBe(accepted);
      for (const { status } of live) expect(status).toBe('Reservation Complete');
      // What the caller heard, if anything, was "try again": never a booking that then was none.
      expect(answer?.status ?? 503).toBe(503);

      // The same request under the same key resolves what the caller could not know: one booking, one charge.
      // Until what the dead placement left was visited, it is asked to wait a little.
      const again = await eventually('booked under the same key', async () => {
        const reply = await book();
        return reply.status !== 503 && reply;
      });
      expect(again.status).toBe(201);
      const after = await lawsHold(system.infra.redisUrl);
      expect([...after.orders.values()].filter(({ status }) => status !== 'none').length - liveBefore).toBe(
        1,
      );
    },
  );

  test('When payment is killed after the charge of a held order, then the order is paid all the same', async () => {
    const { orderId } = (await system.api.order({ phone: '010-5555-0002' })).body;
    await bookAndDie('payment', 'payment.after-charge', () => system.api.pay(orderId));
    const { orders } = await lawsHold(system.infra.redisUrl);
    expect(orders.get(orderId)?.status).toBe('Reservation Complete');
  });

  test('When payment is killed after the charge of a held order and cash is offered next, then only the card pays', async () => {
    const { orderId } = (await system.api.order({ phone: '010-5555-0012' })).body;
    await bookAndDie('payment', 'payment.after-charge', () => system.api.pay(orderId));
    const cash = await system.api.post('/paymentHistories', { orderId, price: 50_000, payMethod: 'cash' });
    expect([cash.status, cash.body.code]).toEqual([409, 'payment_already_made']);
    const { payments } = await lawsHold(system.infra.redisUrl);
    expect(payments.get(orderId)).toMatchObject({ status: 'captured', payment: { payMethod: 'card' } });
  });

  test('When order is killed after a charge and its key comes again with another wish, then one booking stands on one charge', async () => {
    const key = { 'idempotency-key': 'another-wish' };
    const person = { phone: '010-5555-0013' };
    await bookAndDie('order', 'order.after-charge', () =>
      system.api.order({ ...person, cardNo: goodCard }, key),
    );
    const again = await eventually('what the dead one left is closed', async () => {
      const reply = await system.api.order({ ...person, time: '15:00' }, key);
      return reply.status !== 503 && reply;
    });
    expect([again.status, again.body.status, again.body.time]).toEqual([201, 'Payment Requested', '15:00']);
    await lawsHold(system.infra.redisUrl);
    expect((await system.api.pay(again.body.orderId)).status).toBe(201);
    const { charges } = await lawsHold(system.infra.redisUrl);
    const own = [...charges]
      .filter(([id]) => id.startsWith(again.body.orderId))
      .map(([, { status }]) => status);
    expect(own.sort()).toEqual(['captured', 'voided']);
  });

  test('When payment is killed while it takes cash, then the order can still be paid', async () => {
    const { orderId } = (await system.api.order({ phone: '010-5555-0014' })).body;
    await bookAndDie('payment', 'Payment.before-save', () =>
      system.api.post('/paymentHistories', { orderId, price: 50_000, payMethod: 'cash' }),
    );
    const paid = await eventually('paid by card', async () => {
      const reply = await system.api.pay(orderId);
      return reply.status !== 503 && reply;
    });
    expect([paid.status, paid.body.payMethod]).toEqual([201, 'card']);
    await lawsHold(system.infra.redisUrl);
  });

  test('When payment is killed after it saved the payment of a held order, then the order is paid all the same', async () => {
    const { orderId } = (await system.api.order({ phone: '010-5555-0003' })).body;
    await bookAndDie('payment', 'Payment.after-save', () => system.api.pay(orderId));
    const { orders } = await lawsHold(system.infra.redisUrl);
    expect(orders.get(orderId)?.status).toBe('Reservation Complete');
  });

  test('When reservation is killed after it saved a confirmation, then everybody hears of it', async () => {
    const { orderId } = (await system.api.order({ cardNo: goodCard })).body;
    await lawsHold(system.infra.redisUrl);
    await bookAndDie('reservation', 'Reservation.after-save', () => system.api.confirm(orderId));
    const { orders } = await lawsHold(system.infra.redisUrl);
    expect(orders.get(orderId)?.status).toBe('confirmed');
  });
});
