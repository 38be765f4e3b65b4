import { createLogger } from '../../shared/platform/logger';
import { createBreakerWatch } from './breakerWatch';
import { expectLaws, orderId, placeInput, slot, worldWith } from './laws.sample';
import { declinedCard, goodCard } from './payment.sample';
import { OrderProcess, World } from './world.sample';

const begin = Date.parse('2026-11-20T03:00:00.000Z');
const at = (ms: number) => new Date(begin + ms);
const byBreaker = { isBreakerOpen: true };
const byTimeout = { isBreakerOpen: false };

function watch() {
  return createBreakerWatch({ log: createLogger('test', 'silent'), probesMax: 3, probeMs: 300 });
}

/** One that was told at 0 that the breaker is open. */
function watchOfOpen() {
  const breaker = watch();
  breaker.admit('first', at(0));
  breaker.noteFailure('first', at(0), byBreaker);
  breaker.leave('first');
  return breaker;
}

describe('While the breaker is closed', () => {
  test('when a call fails, then bookings go on: whether that opens it, the sidecar decides', () => {
    const breaker = watch();
    for (let i = 0; i < 100; i++) {
      expect(breaker.admit(`order ${i}`, at(i))).toBe(true);
      breaker.noteFailure(`order ${i}`, at(i), byTimeout);
    }
    expect(breaker.isShedding(at(100))).toBe(false);
  });
});

describe('When the sidecar says that its breaker is open', () => {
  test('then nobody asks until it may be asked again', () => {
    const breaker = watchOfOpen();
    expect([breaker.isShedding(at(299)), breaker.admit('next', at(299))]).toEqual([true, false]);
    expect([breaker.isShedding(at(300)), breaker.admit('next', at(300))]).toEqual([false, true]);
  });

  test('then as many at once as close it find out how it is, and no more', () => {
    const breaker = watchOfOpen();
    const admitted = ['a', 'b', 'c', 'd', 'e'].filter((id) => breaker.admit(id, at(300)));
    expect(admitted).toEqual(['a', 'b', 'c']);
    expect(breaker.isShedding(at(310))).toBe(true);
  });

  test('then at the door of a process no more are let in at once than find out, and nobody before', () => {
    const breaker = watchOfOpen();
    expect(breaker.enter(at(299))).toBeUndefined();
    const leaves = ['a', 'b', 'c', 'd'].map(() => breaker.enter(at(300)));
    expect(leaves.map((leave) => leave !== undefined)).toEqual([true, true, true, false]);
    leaves[1]?.();
    expect(breaker.enter(at(300))).toBeDefined();
    expect(breaker.enter(at(300))).toBeUndefined();
  });

  test('and closed again, then all are let in', () => {
    const breaker = watchOfOpen();
    for (const id of ['a', 'b', 'c']) {
      breaker.enter(at(300));
      breaker.admit(id, at(300));
    }
    for (const id of ['a', 'b', 'c']) breaker.noteAnswer(id, at(310));
    expect(Array.from({ length: 10 }, () => breaker.enter(at(311))).every(Boolean)).toBe(true);
  });

  test('and so many were answered, then all bookings go on', () => {
    const breaker = watchOfOpen();
    for (const id of ['a', 'b', 'c']) breaker.admit(id, at(300));
    breaker.noteAnswer('a', at(310));
    breaker.noteAnswer('b', at(311));
    expect(breaker.admit('d', at(312))).toBe(false);
    breaker.noteAnswer('c', at(313));
    expect(['d', 'e', 'f', 'g'].every((id) => breaker.admit(id, at(313)))).toBe(true);
  });

  test.each([
    ['fails', byTimeout],
    ['is refused by the breaker', byBreaker],
  ])('and one that was to find out %s, then nobody asks for a while, and it begins anew', (_how, failure) => {
    const breaker = watchOfOpen();
    for (const id of ['a', 'b', 'c']) breaker.admit(id, at(300));
    breaker.noteAnswer('a', at(310));
    breaker.noteFailure('b', at(600), failure);
    breaker.noteAnswer('c', at(601));
    expect(breaker.admit('d', at(899))).toBe(false);
    for (const id of ['d', 'e', 'f']) expect(breaker.admit(id, at(900))).toBe(true);
    for (const id of ['d', 'e']) breaker.noteAnswer(id, at(910));
    expect(breaker.isShedding(at(911))).toBe(true);
    breaker.noteAnswer('f', at(912));
    expect(breaker.isShedding(at(913))).toBe(false);
  });

  test('and one that was asked before is answered or fails, then that says nothing of how it is now', () => {
    const breaker = watchOfOpen();
    for (const id of ['x', 'y', 'z']) breaker.noteAnswer(id, at(100));
    expect(breaker.isShedding(at(100))).toBe(true);
    breaker.noteFailure('w', at(290), byBreaker);
    expect(breaker.isShedding(at(300))).toBe(false);
  });

  test('and one that was to find out never asked, then another may', () => {
    const breaker = watchOfOpen();
    for (const id of ['a', 'b', 'c']) breaker.admit(id, at(300));
    breaker.leave('a');
    expect([breaker.admit('d', at(300)), breaker.admit('e', at(300))]).toEqual([true, false]);
  });

  test.each([
    [0, 1],
    [1_900, 1],
    [6_000, 3],
    [60_000, 10],
  ])('%i ms ago, then a customer is asked to come again after %i s', (ms, seconds) => {
    expect(watchOfOpen().refusal(at(ms))).toMatchObject({
      refused: 'payment_unavailable',
      retryAfterSeconds: seconds,
    });
  });
});

test.each([
  [0, 300],
  [120, 180],
  [299, 50],
  [400, 50],
])('When it was noted %i ms ago, then the edge need not ask for %i ms', (ms, forAllMs) => {
  expect(watchOfOpen().refusal(at(ms))).toMatchObject({ forAllMs });
});

describe('A booking while the breaker is open', () => {
  /** Of somebody who is not counted: here are more than one person may have. */
  const input = { ...placeInput, card: goodCard, quota: undefined };
  const refused = { refused: 'payment_unavailable', retryAfterSeconds: 1 };

  async function openWorld() {
    const world = new World();
    const process = new OrderProcess(world);
    process.breaker.noteFailure('another', world.now, byBreaker);
    return { world, process };
  }

  test('When it comes, then it is refused before a seat is held, and nothing is asked of anybody', async () => {
    const { world, process } = await openWorld();
    expect(await process.order(orderId, 'place', input)).toMatchObject(refused);
    expect(world.payment.asked).toEqual([]);
    expect(process.asked.filter((what) => !what.startsWith('read Order'))).toEqual([]);
    expect(world.slot(slot)).toMatchObject({ seats: {}, unsettled: {} });
  });

  test('When it was made before, then its repeat hears of it', async () => {
    const process = new OrderProcess(await worldWith('paid'));
    const input = { ...placeInput, card: goodCard };
    const first = await process.order(orderId, 'place', input);
    expect(first).toHaveProperty('order');
    process.breaker.noteFailure('another', process.world.now, byBreaker);
    expect(await process.order(orderId, 'place', input)).toEqual(first);
  });

  test('When those that find out are answered, declined ones too, then the others are taken', async () => {
    const { world, process } = await openWorld();
    world.pass(1);
    const cards = [goodCard, declinedCard, goodCard, declinedCard, goodCard];
    for (const [i, card] of cards.entries()) {
      await process.order(`${orderId.slice(0, -1)}${i}`, 'place', { ...input, card });
    }
    const many = await Promise.all(
      Array.from({ length: 10 }, (_, i) => process.order(`${orderId.slice(0, -2)}1${i}`, 'place', input)),
    );
    expect(many.filter((answer) => 'order' in answer)).toHaveLength(10);
  });

  test('When one that finds out has no seat, then its place is free for another', async () => {
    const { world, process } = await openWorld();
    world.pass(1);
    for (let i = 0; i < 6; i++) {
      const id = `${orderId.slice(0, -1)}${i}`;
      const full = await process.order(id, 'place', { ...input, date: '2027-11-20' });
      expect(full).toMatchObject({ refused: 'date_closed' });
    }
    const taken = { ...placeInput, card: goodCard };
    expect(await process.order(orderId, 'place', taken)).toHaveProperty('order');
    await process.heal(1);
    expectLaws(world);
  });
});
