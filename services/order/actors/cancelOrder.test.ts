import type { AcceptedOrder } from '../domain/orderState';
import { customerKey, expectLaws, orderId, placeInput, slot, worldWith } from './laws.sample';
import { OrderProcess, type World } from './world.sample';

// cancelSchedules.test.ts has what dies, fails or comes between.

type Answer = { order: AcceptedOrder } & { refused?: string };

function processOf(world: World): OrderProcess & { cancel(): Promise<Answer> } {
  const process = new OrderProcess(world);
  return Object.assign(process, { cancel: () => process.order<Answer>(orderId, 'cancel') });
}

function asked(world: World, what: string) {
  return world.payment.asked.filter((each) => each.what === what).map(({ request }) => request);
}

/** Payment is away: it never hears, or its answers are lost. */
function cutOff(process: OrderProcess, moment: 'before' | 'after'): void {
  process[moment] = async ({ what }) => {
    if (what.startsWith('payment.')) throw new Error('no answer');
  };
}

function reach(process: OrderProcess): void {
  process.before = async () => {};
  process.after = async () => {};
}

describe('When a customer cancels', () => {
  test('a paid order, then what was promised has gone back, and seat and quota are free at once', async () => {
    const world = await worldWith('confirmed');
    const process = processOf(world);
    const { order } = await process.cancel();
    expect(order).toMatchObject({ status: 'canceled', refundKrw: 50_000, payment: { amountKrw: 50_000 } });
    expect(world.payment.keptKrw(orderId)).toBe(0);
    expect(world.slot(slot).seats).toEqual({});
    expect(world.customer(customerKey).live).toEqual({});
    expect(world.told(orderId).at(-1)).toMatchObject({ type: 'OrderCanceled', data: { by: 'customer' } });
    await process.heal(1);
    expectLaws(world);
  });

  test('an order that awaits its money, then nothing goes back and none can come any more', async () => {
    const world = await worldWith('unpaid');
    const process = processOf(world);
    expect((await process.cancel()).order).toMatchObject({ status: 'canceled', refundKrw: 0 });
    world.pay(orderId);
    await process.heal();
    expectLaws(world);
  });

  test('while its payment is on its way to the order, then it was paid first, and the policy holds', async () => {
    const world = await worldWith('unpaid');
    world.now = new Date('2026-11-22T03:00:00.000Z');
    world.payment.pay(orderId);
    const process = processOf(world);
    // Nobody has visited it since: it would be overdue.
    const { order } = await process.cancel();
    expect(order.history.map(({ status }) => status)).toEqual([
      'Payment Requested',
      'Pay Approved',
      'canceled',
    ]);
    expect(order).toMatchObject({ refundKrw: 25_000, payment: { amountKrw: 50_000 } });
    await process.heal();
    expectLaws(world);
  });

  test('twice, then both hear the same, and payment is asked once', async () => {
    const world = await worldWith('paid');
    const process = processOf(world);
    const first = await process.cancel();
    expect(await process.cancel()).toEqual(first);
    expect(asked(world, 'cancel')).toHaveLength(1);
  });

  test('what the centre canceled, then it hears so', async () => {
    const world = await worldWith('paid');
    const process = processOf(world);
    await process.order(orderId, 'decide', { reservationId: 'r', decision: 'canceled' });
    expect((await process.cancel()).order.history.at(-1)).toMatchObject({ kind: 'canceled', by: 'center' });
  });

  test.each([
    ['in the minute of the visit', '2026-11-23T23:00:00.000Z', 'visit_begun'],
    ['long after', '2026-11-30T00:00:00.000Z', 'visit_begun'],
  ])('%s, then it is refused, and payment is not asked', async (_when, instant, refused) => {
    const world = await worldWith('confirmed');
    world.now = new Date(instant);
    expect(await processOf(world).cancel()).toEqual({ refused });
    expect(asked(world, 'cancel')).toEqual([]);
    expect(world.guards()).toEqual([]);
  });

  test('what never was, then it is not found', async () => {
    const world = await worldWith('paid');
    const other = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c';
    expect(await processOf(world).order(other, 'cancel')).toEqual({ refused: 'order_not_found' });
  });
});

describe('When payment cannot be reached', () => {
  test.each(['before', 'after'] as const)(
    '(%s it acted), then nothing is changed but the intent, and a guard stays',
    async (moment) => {
      const world = await worldWith('paid');
      const before = world.order(orderId);
      const process = processOf(world);
      cutOff(process, moment);
      expect(await process.cancel()).toEqual({ refused: 'cancel_unavailable' });
      const { canceling, ...order } = world.order(orderId) as AcceptedOrder;
      expect(order).toEqual(before);
      expect(canceling).toMatchObject({ refundKrw: 50_000 });
      expect(world.guards()).toHaveLength(1);
      expect(world.slot(slot).seats).toHaveProperty(orderId);
      expect(world.told(orderId)).toHaveLength(1);
    },
  );

  test('and it never heard, then the guard withdraws, and the order is as it was', async () => {
    const world = await worldWith('paid');
    const before = world.order(orderId);
    const process = processOf(world);
    cutOff(process, 'before');
    await process.cancel();
    await process.heal(1);
    expect(world.order(orderId)).toHaveProperty('canceling');
    reach(process);
    await process.heal(1);
    expect(world.order(orderId)).toEqual(before);
    expectLaws(world);
  });

  test('and it had canceled, then the guard finds out, and the order is canceled', async () => {
    const world = await worldWith('paid');
    const process = processOf(world);
    cutOff(process, 'after');
    await process.cancel();
    reach(process);
    await process.heal(1);
    expect(world.order(orderId)).toMatchObject({ status: 'canceled', refundKrw: 50_000 });
    expectLaws(world);
  });

  test('and the customer asks again meanwhile, then it is the same try for the same amount, a day later too', async () => {
    const world = await worldWith('paid');
    const process = processOf(world);
    cutOff(process, 'after');
    await process.cancel();
    world.now = new Date('2026-11-23T03:00:00.000Z');
    expect(await process.cancel()).toEqual({ refused: 'cancel_unavailable' });
    expect(world.guards()).toHaveLength(1);
    reach(process);
    expect((await process.cancel()).order).toMatchObject({ status: 'canceled', refundKrw: 50_000 });
    const [first, ...again] = asked(world, 'cancel');
    expect(again).toEqual([first, first]);
    await process.heal(1);
    expectLaws(world);
  });

  test('and the visit has come when the customer asks again, then the try of before is brought to its end', async () => {
    const world = await worldWith('paid');
    const process = processOf(world);
    cutOff(process, 'after');
    await process.cancel();
    reach(process);
    world.now = new Date('2026-11-24T03:00:00.000Z');
    expect((await process.cancel()).order).toMatchObject({ status: 'canceled', refundKrw: 50_000 });
  });

  test('then the order is not moved, and the centre has to ask again, until that is known', async () => {
    const world = await worldWith('paid');
    const process = processOf(world);
    cutOff(process, 'before');
    await process.cancel();
    expect(await process.order(orderId, 'move', { time: '09:00' })).toMatchObject({
      refused: 'service_unavailable',
    });
    const decision = { reservationId: 'r', decision: 'confirmed' };
    const away = { outcome: 'refused', refused: 'service_unavailable' };
    expect(await process.order(orderId, 'decide', decision)).toEqual(away);
    reach(process);
    expect(await process.order(orderId, 'decide', decision)).toMatchObject({ ...away, retryAfterSeconds: 1 });
    expect(await process.order(orderId, 'decide', decision)).toMatchObject({ outcome: 'granted' });
    await process.heal(1);
    expectLaws(world);
  });

  test('and the payment becomes overdue meanwhile, then it expires only once that is known', async () => {
    const world = await worldWith('unpaid');
    const process = processOf(world);
    cutOff(process, 'before');
    await process.cancel();
    world.pass(31 * 60);
    await process.tick();
    expect(world.order(orderId).status).toBe('Payment Requested');
    reach(process);
    await process.heal(2);
    expect(world.order(orderId).status).toBe('expired');
    expectLaws(world);
  });

  test('and another try comes after one that was withdrawn, then it has a later name', async () => {
    const world = await worldWith('paid');
    const process = processOf(world);
    cutOff(process, 'before');
    await process.cancel();
    reach(process);
    await process.heal(1);
    expect((await process.cancel()).order.status).toBe('canceled');
    const [withdrawn] = asked(world, 'withdraw') as { cancelId: string }[];
    const [done] = asked(world, 'cancel') as { cancelId: string }[];
    expect((done?.cancelId ?? '') > (withdrawn?.cancelId ?? '')).toBe(true);
  });
});

test('When seat and quota cannot be given back, then the customer hears that it is canceled, and the guard does it', async () => {
  const world = await worldWith('paid');
  const process = processOf(world);
  process.before = async ({ what }) => {
    if (what === 'Slot.free') throw new Error('slot is away');
  };
  expect((await process.cancel()).order.status).toBe('canceled');
  expect(world.slot(slot).seats).toHaveProperty(orderId);
  reach(process);
  await process.heal(1);
  expectLaws(world);
});

test('When an order has been canceled, then its customer may book as many as before', async () => {
  const world = await worldWith('paid');
  const process = processOf(world);
  for (const round of [0, 1, 2, 3]) {
    const id = `01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a6${round}`;
    expect(await process.order(id, 'place', placeInput)).toHaveProperty('order');
    expect(await process.order(id, 'cancel')).toHaveProperty('order.status', 'canceled');
  }
});
