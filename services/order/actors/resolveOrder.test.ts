import { expectLaws, orderId, placeInput, slot, worldWith } from './laws.sample';
import { goodCard } from './payment.sample';
import { chargeCutOff } from './schedule.sample';
import { OrderProcess, World } from './world.sample';

type Verdict = { verdict: 'settled' | 'gone' | 'wait'; visitAt?: string };

function visitorIn(world: World) {
  const process = new OrderProcess(world);
  const resolve = (...tickets: string[]) => process.order<Verdict>(orderId, 'resolve', { tickets });
  return { process, resolve };
}

function ticketOf(world: World): string {
  const order = world.order(orderId);
  return order.status === 'none' ? '' : order.standing.hold.ticket;
}

const stranger = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c';

describe('When who keeps the seat asks', () => {
  test.each([
    ['paid', 'settled'],
    ['confirmed', 'settled'],
  ] as const)('and the order is %s, then that is that', async (how, verdict) => {
    const world = await worldWith(how);
    expect(await visitorIn(world).resolve(ticketOf(world))).toEqual({ verdict });
  });

  test('and it awaits its money, then it is to be asked again when that is overdue', async () => {
    const world = await worldWith('unpaid');
    const visitAt = '2026-11-20T03:30:00.000Z';
    expect(await visitorIn(world).resolve(ticketOf(world))).toEqual({ verdict: 'wait', visitAt });
    world.now = new Date('2026-11-20T03:29:59.999Z');
    expect(await visitorIn(world).resolve(ticketOf(world))).toEqual({ verdict: 'wait', visitAt });
    expect(world.payment.asked.filter(({ what }) => what === 'close')).toEqual([]);
  });

  test('and payment is overdue, then it expires, after payment was closed', async () => {
    const world = await worldWith('unpaid');
    world.now = new Date('2026-11-20T03:30:00.000Z');
    const { process, resolve } = visitorIn(world);
    expect(await resolve(ticketOf(world))).toEqual({ verdict: 'gone' });
    expect(process.asked.indexOf('payment.close')).toBeLessThan(process.asked.indexOf('write Order'));
    await process.heal(1);
    expect(world.order(orderId).status).toBe('expired');
    expectLaws(world);
  });

  test('and payment is overdue, but came before it was closed, then the order is paid', async () => {
    const world = await worldWith('unpaid');
    world.pay(orderId);
    world.now = new Date('2026-11-20T03:30:00.000Z');
    const { process, resolve } = visitorIn(world);
    expect(await resolve(ticketOf(world))).toEqual({ verdict: 'settled' });
    await process.heal(1);
    expect(world.order(orderId).status).toBe('Pay Approved');
    expectLaws(world);
  });

  test('and payment is overdue and cannot be reached, then nothing is changed', async () => {
    const world = await worldWith('unpaid');
    world.now = new Date('2026-11-20T03:30:00.000Z');
    const { process, resolve } = visitorIn(world);
    process.before = async ({ what }) => {
      if (what === 'payment.close') throw new Error('away');
    };
    await expect(resolve(ticketOf(world))).rejects.toThrow();
    expect(world.order(orderId).status).toBe('Payment Requested');
  });

  test('and it has ended, then seat and quota are free', async () => {
    const world = await worldWith('paid');
    const ticket = ticketOf(world);
    const { process, resolve } = visitorIn(world);
    await process.order(orderId, 'cancel');
    expect(await resolve(ticket)).toEqual({ verdict: 'gone' });
    expectLaws(world);
  });

  test('and nobody placed it, then no placement of before can be accepted any more', async () => {
    const world = new World();
    const { resolve } = visitorIn(world);
    expect(await resolve(stranger)).toEqual({ verdict: 'gone' });
    expect(world.order(orderId)).toEqual({ status: 'none', abandonedAt: world.now.toISOString() });
    expect(world.payment.asked).toEqual([
      { what: 'close', request: { orderId, attempt: stranger, intent: 'abandon' } },
    ]);
  });
});

describe('When an order has moved', () => {
  test('then its old seat is gone and its new one stands, and its own payment is never closed', async () => {
    const world = await worldWith('paid');
    const old = ticketOf(world);
    const { process, resolve } = visitorIn(world);
    await process.order(orderId, 'move', { date: '2026-11-26' });
    expect(await resolve(old)).toEqual({ verdict: 'gone' });
    expect(await resolve(ticketOf(world))).toEqual({ verdict: 'settled' });
    expect(world.payment.asked.filter(({ what }) => what === 'close')).toEqual([]);
    await process.heal(1);
    expectLaws(world);
  });

  test('before it was paid, then the new seat waits, and expires with it', async () => {
    const world = await worldWith('unpaid');
    const { process, resolve } = visitorIn(world);
    await process.order(orderId, 'move', { date: '2026-11-26' });
    expect(await resolve(ticketOf(world))).toMatchObject({ verdict: 'wait' });
    world.pass(31 * 60);
    expect(await resolve(ticketOf(world))).toEqual({ verdict: 'gone' });
    expect(world.payment.asked.at(-1)).toMatchObject({ what: 'close', request: { intent: 'expire' } });
    await process.heal(1);
    expectLaws(world);
  });
});

test('When a move died with its hold, then the visit closes its ticket, and a save of it that comes late is refused', async () => {
  const world = await worldWith('paid');
  const before = world.stored.get(`Order/${orderId}`);
  const { resolve } = visitorIn(world);
  expect(await resolve(stranger)).toEqual({ verdict: 'gone' });
  expect(world.payment.asked.at(-1)?.request).toEqual({ orderId, attempt: stranger, intent: 'abandon' });
  const after = world.stored.get(`Order/${orderId}`);
  expect(after?.value.state).toEqual(before?.value.state);
  expect(after?.etag).toBeGreaterThan(before?.etag ?? 0);
});

test('When it was placed again after one that died, then only what the first left is undone', async () => {
  const world = await worldWith('paid');
  const { process, resolve } = visitorIn(world);
  const [own, earlier] = [ticketOf(world), '01000000-0000-7000-8000-000000000000'];
  expect(await resolve(earlier, own)).toEqual({ verdict: 'settled' });
  expect(world.payment.asked.filter(({ what }) => what === 'close')).toHaveLength(1);
  await process.heal(1);
  expectLaws(world);
});

test('When a placement was told to nobody, for the broker was away, then the visit tells it', async () => {
  const world = new World();
  const process = new OrderProcess(world);
  process.before = async ({ what }) => {
    if (what === 'publish') throw new Error('broker is away');
  };
  await process.order(orderId, 'place', { ...placeInput, card: goodCard });
  await process.host.drain();
  expect(world.told(orderId)).toEqual([]);
  process.before = async () => {};
  await process.heal(1);
  expectLaws(world);
  expect(world.slot(slot).unsettled).toEqual({});
});

test('When a charge brought no answer and its customer asks again at once, then it is undone, and it is booked', async () => {
  const world = await chargeCutOff();
  const left = world.payment.keptKrw(orderId);
  const process = new OrderProcess(world);
  const { order } = await process.order<{ order: object }>(orderId, 'place', {
    ...placeInput,
    card: goodCard,
  });
  expect([left, order]).toEqual([50_000, expect.objectContaining({ status: 'Pay Approved' })]);
  expect(world.payment.keptKrw(orderId)).toBe(50_000);
  await process.heal();
  expectLaws(world);
});

test('When a charge brought no answer and payment stays away, then its customer hears so, and the visit undoes it', async () => {
  const world = await chargeCutOff();
  const process = new OrderProcess(world);
  process.before = async ({ what }) => {
    if (what.startsWith('payment.')) throw new Error('no answer');
  };
  const place = process.order(orderId, 'place', { ...placeInput, card: goodCard });
  expect(await place).toMatchObject({ refused: 'payment_unavailable' });
  expect(world.slot(slot).seats).toEqual({});
  process.before = async () => {};
  await process.heal();
  expect(world.order(orderId).status).toBe('none');
  expect(world.payment.keptKrw(orderId)).toBe(0);
  expectLaws(world);
});

test('When a charge brought no answer and its customer asks again every second, then the visit comes, and it is booked', async () => {
  const world = new World();
  const process = new OrderProcess(world);
  const place = () =>
    process.order<{ refused?: string }>(orderId, 'place', { ...placeInput, card: goodCard });
  process.after = async ({ what }) => {
    if (what === 'payment.charge') throw new Error('no answer');
  };
  expect(await place()).toMatchObject({ refused: 'payment_unavailable' });
  process.after = async () => {};
  for (let second = 0; second < 20; second++) {
    world.pass(1);
    await process.tick();
    await place();
  }
  expect(world.order(orderId).status).toBe('Pay Approved');
  await process.heal(1);
  expectLaws(world);
});
