import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../shared/platform/logger';
import { type BreakerWatch, createBreakerWatch } from './breakerWatch';
import { expectLaws, orderId, placeInput, slot, worldWith } from './laws.sample';
import { declinedCard, goodCard } from './payment.sample';
import { OrderProcess, World } from './world.sample';

const begin = Date.parse('2026-11-20T03:00:00.000Z');
const at = (ms: number) => new Date(begin + ms);
const byBreaker = { isBreakerOpen: true };
const byTimeout = { isBreakerOpen: false };

const nobodyWaits = () => Promise.reject(new Error('it waits'));

function watch(wait: (ms: number) => Promise<unknown> = nobodyWaits) {
  return createBreakerWatch({ log: createLogger('test', 'silent'), probesMax: 3, probeMs: 300, wait });
}

/** One that was told at 0 that the breaker is open. */
function watchOfOpen(wait?: (ms: number) => Promise<unknown>) {
  const breaker = watch(wait);
  breaker.noteFailure('first', at(0), byBreaker);
  return breaker;
}

/** Those of some orders who may ask payment at a time. */
async function admitted(breaker: BreakerWatch, ms: number, ids: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(ids.map((id) => breaker.admit(id, () => at(ms))));
  return ids.filter((_id, i) => answers[i]);
}

describe('While the breaker is closed', () => {
  test('when a call fails, then bookings go on: whether that opens it, the sidecar decides', async () => {
    const breaker = watch();
    for (let i = 0; i < 100; i++) {
      expect(await breaker.admit(`order ${i}`, () => at(i))).toBe(true);
      breaker.noteFailure(`order ${i}`, at(i), byTimeout);
    }
    expect(breaker.isShedding(at(100))).toBe(false);
  });
});

describe('When the sidecar says that its breaker is open', () => {
  test('then nobody asks until it may be asked again', async () => {
    const breaker = watchOfOpen();
    expect([breaker.isShedding(at(299)), await admitted(breaker, 299, ['next'])]).toEqual([true, []]);
    expect([breaker.isShedding(at(300)), await admitted(breaker, 300, ['next'])]).toEqual([false, ['next']]);
  });

  test('then as many at once as close it find out how it is, and no more', async () => {
    const breaker = watchOfOpen();
    expect(await admitted(breaker, 300, ['a', 'b', 'c', 'd', 'e'])).toEqual(['a', 'b', 'c']);
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

  test('and one that finds out fails, then those who were let in with it take no place at the door of those who try next', async () => {
    const breaker = watchOfOpen();
    for (const _ of ['a', 'b', 'c']) breaker.enter(at(300));
    await admitted(breaker, 300, ['a', 'b', 'c']);
    expect(breaker.enter(at(310))).toBeUndefined();
    breaker.noteFailure('a', at(600), byTimeout);
    const leaves = ['d', 'e', 'f', 'g'].map(() => breaker.enter(at(900)));
    expect(leaves.map((leave) => leave !== undefined)).toEqual([true, true, true, false]);
  });

  test('and closed again, then all are let in', async () => {
    const breaker = watchOfOpen();
    for (const id of ['a', 'b', 'c']) {
      breaker.enter(at(300));
      await admitted(breaker, 300, [id]);
    }
    for (const id of ['a', 'b', 'c']) breaker.noteAnswer(id, at(310));
    expect(Array.from({ length: 10 }, () => breaker.enter(at(311))).every(Boolean)).toBe(true);
  });

  test('and so many were answered, then all bookings go on', async () => {
    const breaker = watchOfOpen();
    await admitted(breaker, 300, ['a', 'b', 'c']);
    breaker.noteAnswer('a', at(310));
    breaker.noteAnswer('b', at(311));
    expect(await admitted(breaker, 312, ['d'])).toEqual([]);
    breaker.noteAnswer('c', at(313));
    expect(await admitted(breaker, 313, ['d', 'e', 'f', 'g'])).toEqual(['d', 'e', 'f', 'g']);
  });

  test.each([
    ['fails', byTimeout],
    ['is refused by the breaker', byBreaker],
  ])(
    'and one that was to find out %s, then nobody asks for a while, and it begins anew',
    async (_how, failure) => {
      const breaker = watchOfOpen();
      await admitted(breaker, 300, ['a', 'b', 'c']);
      breaker.noteAnswer('a', at(310));
      breaker.noteFailure('b', at(600), failure);
      breaker.noteAnswer('c', at(601));
      expect(await admitted(breaker, 899, ['d'])).toEqual([]);
      expect(await admitted(breaker, 900, ['d', 'e', 'f'])).toEqual(['d', 'e', 'f']);
      for (const id of ['d', 'e']) breaker.noteAnswer(id, at(910));
      expect(breaker.isShedding(at(911))).toBe(true);
      breaker.noteAnswer('f', at(912));
      expect(breaker.isShedding(at(913))).toBe(false);
    },
  );

  test('and one that was asked before is answered or fails, then that says nothing of how it is now', () => {
    const breaker = watchOfOpen();
    for (const id of ['x', 'y', 'z']) breaker.noteAnswer(id, at(100));
    expect(breaker.isShedding(at(100))).toBe(true);
    breaker.noteFailure('w', at(290), byBreaker);
    expect(breaker.isShedding(at(300))).toBe(false);
  });

  test('and one that was to find out never asked, then another may', async () => {
    const breaker = watchOfOpen();
    await admitted(breaker, 300, ['a', 'b', 'c']);
    breaker.leave('a');
    expect(await admitted(breaker, 300, ['d', 'e'])).toEqual(['d']);
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
  [0, { forAllMs: 300, thenAskMax: 3 }],
  [120, { forAllMs: 180, thenAskMax: 3 }],
  [299, { forAllMs: 100, thenAskMax: 1 }],
])(
  'When it was noted %i ms ago, then the edge hears how long to wait, and for how many to ask: %j',
  (ms, hint) => {
    expect(watchOfOpen().refusal(at(ms))).toMatchObject(hint);
  },
);

test('When all places are taken, then one is enough to find out what came of it', async () => {
  const breaker = watchOfOpen();
  await admitted(breaker, 300, ['a', 'b', 'c']);
  expect(breaker.refusal(at(320))).toMatchObject({ forAllMs: 100, thenAskMax: 1 });
});

describe('One that was told to come again in a second', () => {
  /** Time that passes only while somebody waits. */
  function waitingFrom(ms: number, meanwhile: (breaker: BreakerWatch, ms: number) => void = () => {}) {
    let nowMs = ms;
    const breaker = watchOfOpen(async (waitMs) => {
      nowMs += waitMs;
      meanwhile(breaker, nowMs);
    });
    return { breaker, comes: (id: string) => breaker.admit(id, () => at(nowMs)), passed: () => nowMs - ms };
  }

  test('and comes then, while all places are taken, then it has the first that is free', async () => {
    const { breaker, comes, passed } = waitingFrom(1_000, (it, ms) => {
      if (ms === 1_080) it.leave('b');
    });
    breaker.refusalOf('patient', at(0));
    await admitted(breaker, 900, ['a', 'b', 'c']);
    expect([await comes('patient'), passed()]).toEqual([true, 80]);
  });

  test('and one that finds out fails meanwhile, then it waits until the next may ask, and is before those who come just then', async () => {
    const others: boolean[] = [];
    const { breaker, comes, passed } = waitingFrom(1_000, (it, ms) => {
      if (ms === 1_040) it.noteFailure('a', at(ms), byTimeout);
      others.push(it.isShedding(at(ms)));
    });
    breaker.refusalOf('patient', at(0));
    await admitted(breaker, 900, ['a', 'b', 'c']);
    expect([await comes('patient'), passed()]).toEqual([true, 340]);
    expect(others.slice(0, -1)).not.toContain(false);
    // It has one of the three places, and two are left.
    expect(await admitted(breaker, 1_340, ['d', 'e', 'f'])).toEqual(['d', 'e']);
  });

  test('and no place becomes free, then it is told once more, after a second at most', async () => {
    const { breaker, comes, passed } = waitingFrom(1_000);
    breaker.refusalOf('patient', at(0));
    await admitted(breaker, 900, ['a', 'b', 'c']);
    expect([await comes('patient'), passed()]).toEqual([false, 1_000]);
  });

  test('and the breaker closes meanwhile, then it goes on', async () => {
    const { breaker, comes } = waitingFrom(1_000, (it, ms) => {
      for (const id of ['a', 'b', 'c']) it.noteAnswer(id, at(ms));
    });
    breaker.refusalOf('patient', at(0));
    await admitted(breaker, 900, ['a', 'b', 'c']);
    expect(await comes('patient')).toBe(true);
  });

  test.each([
    ['before that', 999],
    ['at once', 0],
  ])('and comes %s, then it hears so, and must wait as long again', async (_when, ms) => {
    const breaker = watchOfOpen();
    breaker.refusalOf('hasty', at(0));
    await admitted(breaker, 300, ['a', 'b', 'c']);
    expect(await admitted(breaker, ms, ['hasty'])).toEqual([]);
    breaker.refusalOf('hasty', at(ms));
    expect(await admitted(breaker, ms + 999, ['hasty'])).toEqual([]);
  });

  test('beside many such, then no more than two wait: the third place is for whoever comes', async () => {
    const { breaker, comes } = waitingFrom(1_000);
    for (const id of ['p', 'q', 'r']) breaker.refusalOf(id, at(0));
    await admitted(breaker, 900, ['a', 'b', 'c']);
    const waiting = ['p', 'q'].map(comes);
    expect(await comes('r')).toBe(false);
    breaker.leave('a');
    expect(breaker.isShedding(at(1_000))).toBe(true);
    breaker.leave('b');
    breaker.leave('c');
    expect(breaker.isShedding(at(1_000))).toBe(false);
    expect(await Promise.all(waiting)).toEqual([true, true]);
  });

  test('and was let in then, then it is one of many again', async () => {
    const { breaker, comes } = waitingFrom(1_000);
    breaker.refusalOf('patient', at(0));
    expect(await comes('patient')).toBe(true);
    breaker.noteFailure('patient', at(1_300), byTimeout);
    expect(await admitted(breaker, 1_400, ['patient'])).toEqual([]);
  });
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

  test.each([
    ['under its key', {}, true],
    ['without one', { isFresh: true }, false],
  ])(
    'When it was refused and comes again %s while others find out, then it has the next place: %s',
    async (_how, key, hasIt) => {
      const { world, process } = await openWorld();
      expect(await process.order(orderId, 'place', { ...input, ...key })).toMatchObject(refused);
      world.pass(1);
      const others = ['a', 'b', 'c', 'd', 'e'];
      for (const id of others) await process.breaker.admit(id, () => world.now);
      const again = process.order(orderId, 'place', { ...input, ...key });
      await sleep(50);
      process.breaker.leave('a');
      expect('order' in (await again)).toBe(hasIt);
    },
  );

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
