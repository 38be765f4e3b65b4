import type { AcceptedOrder } from '../domain/orderState';
import { customerKey, expectLaws, orderId, placeInput, slot, worldWith } from './laws.sample';
import { declinedCard, goodCard } from './payment.sample';
import { OrderProcess, type World } from './world.sample';

// moveSchedules.test.ts has what dies, fails or comes between.

type Answer = { order: AcceptedOrder } & { refused?: string; facts?: Record<string, unknown> };

function moverIn(world: World) {
  const process = new OrderProcess(world);
  return { process, move: (input: object) => process.order<Answer>(orderId, 'move', input) };
}

function supplements(world: World) {
  return world.payment.asked.filter(({ what }) => what === 'supplement').map(({ request }) => request);
}

const day = (date: string) => `seoul_${date}`;

describe('When an order moves', () => {
  test('to another day, then it has a seat there and none here, and its place in the quota stays', async () => {
    const world = await worldWith('confirmed');
    const { process, move } = moverIn(world);
    const { order } = await move({ date: '2026-11-26' });
    expect(order).toMatchObject({
      status: 'confirmed',
      standing: { seat: { date: '2026-11-26', time: '08:00' } },
    });
    expect(world.slot(slot).seats).toEqual({});
    expect(Object.values(world.slot(day('2026-11-26')).seats)).toMatchObject([{ orderId, time: '08:00' }]);
    expect(supplements(world)).toEqual([]);
    expect(world.customer(customerKey).live).toHaveProperty(orderId);
    expect(world.told(orderId).at(-1)).toMatchObject({
      type: 'OrderMoved',
      data: { from: { date: '2026-11-24' }, booking: { seat: { date: '2026-11-26' } } },
    });
    await process.heal(1);
    expectLaws(world);
  });

  test.each([
    [{ time: '08:00' }],
    [{ date: '2026-11-24' }],
    [{ orderType: 'basic', centerId: 'seoul' }],
    [{ date: '2026-11-24', time: '08:00', orderType: 'basic' }],
  ])('to where it is (%j), then nothing happens', async (wish) => {
    const world = await worldWith('paid');
    const { process, move } = moverIn(world);
    const before = world.stored.get(`Order/${orderId}`);
    expect((await move(wish)).order).toEqual(world.order(orderId));
    expect(world.stored.get(`Order/${orderId}`)).toEqual(before);
    expect(process.asked.filter((what) => /Slot|write|payment|remind/.test(what))).toEqual([]);
  });

  test('and the same request comes again, then it stays where it is', async () => {
    const world = await worldWith('paid');
    const { process, move } = moverIn(world);
    const first = await move({ date: '2026-11-26', time: '09:00' });
    expect(await move({ date: '2026-11-26', time: '09:00' })).toEqual(first);
    await process.heal(1);
    expectLaws(world);
  });

  test('and its repeat comes late, after another move, then it does not move back', async () => {
    const world = await worldWith('paid');
    const { move } = moverIn(world);
    const request = { key: 'first', fingerprint: 'to nine' };
    await move({ date: '2026-11-26', time: '09:00', request });
    const later = await move({ date: '2026-11-27', request: { key: 'second', fingerprint: 'away' } });
    expect(await move({ date: '2026-11-26', time: '09:00', request })).toEqual(later);
    expect(await move({ date: '2026-11-30', request: { ...request, fingerprint: 'other' } })).toMatchObject({
      refused: 'idempotency_key_reused',
    });
  });

  test('with no time named, then another day gives any that is free, the same day keeps its own', async () => {
    const world = await worldWith('paid', { time: '09:00' });
    const { move } = moverIn(world);
    expect((await move({ orderType: 'prime' })).order.standing.seat.time).toBe('09:00');
    expect((await move({ date: '2026-11-26' })).order.standing.seat.time).toBe('08:00');
  });

  test('there and back again, then it has one seat, and each hold a name of its own', async () => {
    const world = await worldWith('paid');
    const { process, move } = moverIn(world);
    await move({ date: '2026-11-26' });
    await move({ date: '2026-11-24' });
    await process.heal(1);
    expectLaws(world);
    expect(world.slot(day('2026-11-26')).seats).toEqual({});
  });
});

describe('When it cannot be moved there', () => {
  test.each([
    ['a full time', { centerId: 'busan' }, 'slot_full'],
    ['the past', { date: '2026-11-19' }, 'date_closed'],
    ['today, which is too late', { date: '2026-11-20' }, 'date_closed'],
    ['a time that the centre has not', { time: '10:00' }, 'date_closed'],
    ['a centre that there is not', { centerId: 'nowhere' }, 'center_unknown'],
    ['a package that there is not', { orderType: 'constructor' }, 'order_type_unknown'],
  ])('for it is %s, then it is refused and stands where it stood', async (_name, wish, refused) => {
    const world = await worldWith('paid');
    const { process, move } = moverIn(world);
    const other = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c';
    await process.order(other, 'place', { ...placeInput, centerId: 'busan', card: goodCard });
    const before = world.order(orderId);
    expect(await move(wish)).toMatchObject({ refused });
    expect(world.order(orderId)).toEqual(before);
    await process.heal(1);
    expectLaws(world);
  });

  test('for it has ended, or its visit has come, then it is refused', async () => {
    const world = await worldWith('paid');
    const { process, move } = moverIn(world);
    world.now = new Date('2026-11-23T23:00:00.000Z');
    expect(await move({ date: '2026-11-26' })).toEqual({ refused: 'visit_begun' });
    world.now = new Date('2026-11-23T22:59:59.000Z');
    await process.order(orderId, 'cancel');
    expect(await move({ date: '2026-11-26' })).toEqual({ refused: 'order_ended' });
  });
});

describe('When it costs more', () => {
  test('then the difference is charged to the card that paid, before the order moves', async () => {
    const world = await worldWith('paid');
    const { process, move } = moverIn(world);
    const { order } = await move({ orderType: 'grand' });
    expect(order).toMatchObject({
      payment: { amountKrw: 80_000 },
      standing: { dueKrw: 80_000, priceKrw: 2_000_000 },
    });
    const { hold } = order.standing;
    expect(supplements(world)).toMatchObject([
      { attempt: order.placement.ticket, ticket: hold.ticket, dueKrw: 80_000, differenceKrw: 30_000 },
    ]);
    expect(world.told(orderId).at(-1)).toMatchObject({ data: { payment: { amountKrw: 80_000 } } });
    await process.heal(1);
    expectLaws(world);
  });

  test.each([
    [
      'the card is declined',
      { card: declinedCard },
      'card',
      { refused: 'payment_declined', facts: { reason: 'card_declined' } },
    ],
    [
      'it was paid in cash',
      {},
      'cash',
      {
        refused: 'value_invalid',
        facts: {
          differenceKrw: 30_000,
          errors: [{ pointer: '/cardNo', detail: 'is needed to pay the difference' }],
        },
      },
    ],
  ] as const)(
    'and %s, then it is refused, and nothing of the new seat is left',
    async (_why, card, payMethod, refusal) => {
      const world = await worldWith('unpaid');
      const { process, move } = moverIn(world);
      world.pay(orderId, payMethod);
      await process.tick();
      const before = world.order(orderId);
      expect(await move({ orderType: 'grand', time: '09:00', ...card })).toEqual(refusal);
      expect(world.order(orderId)).toEqual(before);
      expect(Object.keys(world.slot(slot).seats)).toEqual([orderId]);
      await process.heal(1);
      expectLaws(world);
    },
  );

  test('and it was paid in cash, then a card pays the difference', async () => {
    const world = await worldWith('unpaid');
    const { process, move } = moverIn(world);
    world.pay(orderId, 'cash');
    await process.tick();
    expect((await move({ orderType: 'grand', card: goodCard })).order.standing.dueKrw).toBe(80_000);
    await process.heal(1);
    expectLaws(world);
  });

  test.each(['before', 'after'] as const)(
    'and payment cannot be reached (%s it charged), then it stands, and the visit undoes the charge',
    async (moment) => {
      const world = await worldWith('paid');
      const { process, move } = moverIn(world);
      process[moment] = async ({ what }) => {
        if (what === 'payment.supplement') throw new Error('no answer');
      };
      const before = world.order(orderId);
      expect(await move({ orderType: 'grand', time: '09:00' })).toEqual({ refused: 'move_unavailable' });
      expect(world.order(orderId)).toEqual(before);
      expect(Object.keys(world.slot(slot).seats)).toEqual([orderId]);
      expect(Object.keys(world.slot(slot).unsettled)).toHaveLength(1);
      expect(world.payment.keptKrw(orderId)).toBe(moment === 'after' ? 80_000 : 50_000);
      await process.heal(1);
      expectLaws(world);
    },
  );

  test('and payment says that it is closed, then it is not moved', async () => {
    const world = await worldWith('paid');
    const { process, move } = moverIn(world);
    world.payment.book(orderId).status = 'closed';
    expect(await move({ orderType: 'grand', time: '09:00' })).toEqual({ refused: 'move_unavailable' });
    expect(Object.keys(world.slot(slot).unsettled)).toEqual([]);
    await process.host.drain();
  });
});

describe('When it costs less', () => {
  test('then the difference goes back by the event, and payment is not asked', async () => {
    const world = await worldWith('confirmed');
    const { process, move } = moverIn(world);
    const { order } = await move({ orderType: 'small' });
    expect(supplements(world)).toEqual([]);
    expect(world.told(orderId).at(-1)).toMatchObject({
      type: 'OrderMoved',
      data: { dueKrw: 30_000, refund: { refundId: order.standing.hold.ticket, refundKrw: 20_000 } },
    });
    await process.heal(1);
    expectLaws(world);
  });

  test('then more, then less again, then what is kept is what is due each time', async () => {
    const world = await worldWith('paid');
    const { process, move } = moverIn(world);
    for (const orderType of ['small', 'grand', 'basic', 'grand', 'small']) {
      await move({ orderType });
      await process.heal(1);
      expectLaws(world);
    }
    await process.order(orderId, 'cancel');
    await process.heal(1);
    expect(world.payment.keptKrw(orderId)).toBe(0);
    expectLaws(world);
  });
});

describe('When it is not paid yet', () => {
  test.each([
    ['grand', 80_000],
    ['small', 30_000],
  ])('and moves to %s, then %d won are due until the same instant', async (orderType, dueKrw) => {
    const world = await worldWith('unpaid');
    const { process, move } = moverIn(world);
    const { order } = await move({ orderType });
    expect(order).toMatchObject({ status: 'Payment Requested', standing: { dueKrw } });
    expect(world.payment.book(orderId).dues.at(-1)).toMatchObject({ dueKrw });
    world.pay(orderId);
    await process.heal(1);
    expect(world.order(orderId)).toMatchObject({ status: 'Pay Approved', payment: { amountKrw: dueKrw } });
    expectLaws(world);
  });

  test('and moves, and is never paid, then the seat that it has by then is free again when payment is overdue', async () => {
    const world = await worldWith('unpaid');
    const { process, move } = moverIn(world);
    await move({ date: '2026-11-26' });
    await process.heal(31);
    expect(world.order(orderId).status).toBe('expired');
    expect(world.told(orderId).at(-1)).toMatchObject({ data: { seat: { date: '2026-11-26' } } });
    expectLaws(world);
  });

  test('and was paid meanwhile, then the difference is settled as of a paid one', async () => {
    for (const [orderType, keptKrw] of [
      ['grand', 80_000],
      ['small', 30_000],
    ] as const) {
      const world = await worldWith('unpaid');
      world.payment.pay(orderId);
      const { process, move } = moverIn(world);
      expect((await move({ orderType })).order.status).toBe('Pay Approved');
      await process.heal(1);
      expect(world.payment.keptKrw(orderId)).toBe(keptKrw);
      expectLaws(world);
    }
  });
});

test('When the old seat cannot be given back, then the order has moved, and the guard gives it back', async () => {
  const world = await worldWith('paid');
  const { process, move } = moverIn(world);
  process.before = async ({ what }) => {
    if (what === 'Slot.free') throw new Error('slot is away');
  };
  expect(await move({ date: '2026-11-26' })).toHaveProperty('order');
  expect(world.slot(slot).seats).toHaveProperty(orderId);
  expect(world.guards()).toHaveLength(1);
  process.before = async () => {};
  await process.heal(1);
  expectLaws(world);
});
