import type { AcceptedOrder } from '../domain/orderState';
import { customerKey, expectLaws, orderId, slot, worldWith } from './laws.sample';
import { OrderProcess, type World } from './world.sample';

// domain/order.test.ts has every status met by every decision; placeSchedules.test.ts what comes between.

type Outcome = { outcome: 'granted'; at: string } | { outcome: 'refused'; refused: string; facts?: object };

function centerIn(world: World) {
  const process = new OrderProcess(world);
  const decide = (decision: string, more: object = {}) =>
    process.order<Outcome>(orderId, 'decide', { reservationId: 'r', decision, ...more });
  return { process, decide };
}

const statuses = (world: World) =>
  (world.order(orderId) as AcceptedOrder).history.map(({ status }) => status);

describe('When the centre decides', () => {
  test('step by step, then each is granted since when it came, and told', async () => {
    const world = await worldWith('paid');
    const { decide } = centerIn(world);
    expect(await decide('confirmed')).toEqual({ outcome: 'granted', at: world.now.toISOString() });
    world.now = new Date('2026-11-23T22:30:00.000Z');
    for (const decision of ['checked in', 'completed']) {
      expect(await decide(decision)).toEqual({ outcome: 'granted', at: '2026-11-23T22:30:00.000Z' });
    }
    expect(world.told(orderId).map(({ data }) => data.status ?? 'placed')).toEqual([
      'placed',
      'Reservation Complete',
      'confirmed',
      'checked in',
      'completed',
    ]);
    expect(world.order(orderId)).toMatchObject({ reservationId: 'r' });
  });

  test('the same again, then the answer is the same, and nothing more is told, also after later steps', async () => {
    const world = await worldWith('paid');
    const { decide, process } = centerIn(world);
    const first = await decide('confirmed');
    world.pass(60);
    expect(await decide('confirmed')).toEqual(first);
    await process.order(orderId, 'move', { date: '2026-11-25' });
    expect(await decide('confirmed')).toEqual(first);
    world.now = new Date('2026-11-24T22:30:00.000Z');
    await decide('checked in');
    expect(await decide('confirmed')).toEqual(first);
    expect(world.told(orderId).filter(({ data }) => data.status === 'confirmed')).toHaveLength(1);
  });

  test('what the order refuses, then it hears the code and the facts, and nothing is left of it', async () => {
    const world = await worldWith('confirmed');
    const { decide, process } = centerIn(world);
    expect(await decide('rejected')).toEqual({
      outcome: 'refused',
      refused: 'reservation_already_confirmed',
    });
    expect(await decide('checked in')).toEqual({
      outcome: 'refused',
      refused: 'visit_not_due',
      facts: { date: '2026-11-24' },
    });
    expect(process.asked.filter((what) => /remind|forget|write/.test(what))).toEqual([]);
  });

  test('about what never was, then there is no such reservation', async () => {
    const world = await worldWith('paid');
    const other = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c';
    const answer = await centerIn(world).process.order(other, 'decide', {
      reservationId: 'r',
      decision: 'confirmed',
    });
    expect(answer).toEqual({ outcome: 'refused', refused: 'reservation_not_found' });
  });

  test('and its word is not told, for the broker is away, then asking again tells it', async () => {
    const world = await worldWith('paid');
    const { decide, process } = centerIn(world);
    process.before = async ({ what }) => {
      if (what === 'publish') throw new Error('broker is away');
    };
    await expect(decide('confirmed')).rejects.toThrow();
    process.before = async () => {};
    expect(await decide('confirmed')).toMatchObject({ outcome: 'granted' });
    expectLaws(world);
  });
});

describe.each(['canceled', 'rejected'] as const)('When the centre decides "%s"', (decision) => {
  test('then all goes back by the event, whatever the policy says, and seat and quota are free', async () => {
    const world = await worldWith('paid');
    world.now = new Date('2026-11-23T22:59:00.000Z');
    const { decide, process } = centerIn(world);
    expect(await decide(decision, { reason: 'closed that day' })).toMatchObject({ outcome: 'granted' });
    expect(world.slot(slot).seats).toEqual({});
    expect(world.customer(customerKey).live).toEqual({});
    expect(world.told(orderId).at(-1)).toMatchObject({
      data: { reason: 'closed that day', refundKrw: 50_000, refund: { refundKrw: 50_000 } },
    });
    await process.heal(1);
    expect(world.payment.keptKrw(orderId)).toBe(0);
    expectLaws(world);
  });

  test('twice, then it goes back once', async () => {
    const world = await worldWith('paid');
    const { decide, process } = centerIn(world);
    const first = await decide(decision);
    world.pass(60);
    expect(await decide(decision)).toEqual(first);
    await process.heal(1);
    expectLaws(world);
  });

  test('and the seat cannot be given back, then the guard does, also where the centre asks again meanwhile', async () => {
    const world = await worldWith('paid');
    const { decide, process } = centerIn(world);
    process.before = async ({ what }) => {
      if (what === 'Slot.free') throw new Error('slot is away');
    };
    expect(await decide(decision)).toMatchObject({ outcome: 'granted' });
    expect(await decide(decision)).toMatchObject({ outcome: 'granted' });
    expect(world.guards()).toHaveLength(1);
    process.before = async () => {};
    await process.heal(1);
    expectLaws(world);
  });
});

describe('When the centre cancels an order that awaits its money', () => {
  test('then its payment is closed first, and nothing can come any more', async () => {
    const world = await worldWith('unpaid');
    const { decide, process } = centerIn(world);
    expect(await decide('canceled')).toMatchObject({ outcome: 'granted' });
    expect(process.asked.indexOf('payment.close')).toBeLessThan(process.asked.indexOf('write Order'));
    world.pay(orderId);
    await process.heal(1);
    expect(statuses(world)).toEqual(['Payment Requested', 'canceled']);
    expectLaws(world);
  });

  test('and it was paid meanwhile, then it was paid, and all goes back by the event', async () => {
    const world = await worldWith('unpaid');
    world.pay(orderId);
    const { decide, process } = centerIn(world);
    expect(await decide('canceled')).toMatchObject({ outcome: 'granted' });
    expect(statuses(world)).toEqual(['Payment Requested', 'Pay Approved', 'canceled']);
    await process.heal(1);
    expect(world.payment.keptKrw(orderId)).toBe(0);
    expectLaws(world);
  });

  test('and payment cannot be reached, then it has to ask again, and nothing is changed', async () => {
    const world = await worldWith('unpaid');
    const { decide, process } = centerIn(world);
    const before = world.stored.get(`Order/${orderId}`);
    process.before = async ({ what }) => {
      if (what === 'payment.close') throw new Error('away');
    };
    expect(await decide('canceled')).toEqual({ outcome: 'refused', refused: 'service_unavailable' });
    expect(world.stored.get(`Order/${orderId}`)).toEqual(before);
    expect(world.guards()).toEqual([]);
  });
});

test('When the customer cancels and the centre confirms at one moment, then the first holds, and the other hears so', async () => {
  for (const order of [
    ['cancel', 'decide'],
    ['decide', 'cancel'],
  ] as const) {
    const world = await worldWith('paid');
    const process = new OrderProcess(world);
    const inputs = { cancel: {}, decide: { reservationId: 'r', decision: 'confirmed' } };
    const [first, second] = await Promise.all(
      order.map((method) => process.order(orderId, method, inputs[method])),
    );
    const centre = order[0] === 'decide' ? first : second;
    expect(centre).toMatchObject(
      order[0] === 'decide' ? { outcome: 'granted' } : { outcome: 'refused', refused: 'reservation_ended' },
    );
    expect(statuses(world).at(-1)).toBe('canceled');
    await process.heal(1);
    expectLaws(world);
  }
});
