import fc from 'fast-check';
import type { Opening } from '../../shared/contracts/calendar';
import { isRefusal } from '../../shared/contracts/refusals';
import { freeFor } from './offer';
import {
  dueVisits,
  emptySlot,
  free,
  type HeldSeat,
  type HoldCommand,
  hold,
  isQuiet,
  release,
  type SlotState,
  seatsTaken,
  settle,
} from './slot';

// A slot where orders move to and away, and where packages have their own limits. slot.test.ts has the rest.

const now = new Date('2026-07-24T01:00:00.000Z');
const visitAt = '2026-07-24T01:00:05.000Z';
const muchLater = '2026-07-24T01:30:00.000Z';
const atEight: Opening = { time: '08:00', seats: 2 };
const atNine: Opening = { time: '09:00', seats: 3, perPackage: { prime: 1, mri: 0 } };

describe('When an order moves to another seat of a day where it has one', () => {
  const before = held(emptySlot, { ticket: '1' }).state;
  const after = held(before, { ticket: '2', asMove: true, openings: [atNine] });

  test('then it has both, the new one named by its own ticket', () => {
    expect(after.held).toEqual({ holdId: '2', time: '09:00', ticket: '2' });
    expect(after.state.seats).toEqual({
      order: { orderType: 'basic', time: '08:00', ticket: '1' },
      '2': { orderId: 'order', orderType: 'basic', time: '09:00', ticket: '2' },
    });
  });

  test('then whoever reads the day sees the order on both', () => {
    const seats = seatsTaken(after.state).map(({ orderId, time }) => `${orderId} ${time}`);
    expect(seats.sort()).toEqual(['order 08:00', 'order 09:00']);
  });

  test('then the visit of each asks the order, by its own ticket', () => {
    const visits = dueVisits(after.state, new Date(visitAt), 10);
    expect(visits.map(({ holdId, orderId, tickets }) => [holdId, orderId, tickets])).toEqual(
      expect.arrayContaining([
        ['order', 'order', ['1']],
        ['2', 'order', ['2']],
      ]),
    );
  });

  test('and leaves the old one, then only the new one is left', () => {
    const left = free(after.state, 'order', '1', now);
    expect(Object.keys(left.seats)).toEqual(['2']);
    expect(Object.keys(left.unsettled)).toEqual(['2']);
    expect(free(left, 'order', '1', now)).toBe(left);
  });

  test('and comes to nothing, then only the old one is left', () => {
    const none = release(after.state, '2', '2', true);
    expect(none).toEqual(before);
    const toVisit = release(after.state, '2', '2', false);
    expect(toVisit.seats).toEqual(before.seats);
    expect(toVisit.unsettled).toHaveProperty('2.tickets', ['2']);
    expect(settle(toVisit, [{ holdId: '2', ticket: '2', verdict: 'gone' }])).toEqual(before);
  });

  test('where it was settled already, then its new seat is visited all the same', () => {
    const settled = settle(before, [{ holdId: 'order', ticket: '1', verdict: 'settled' }]);
    expect(isQuiet(settled)).toBe(true);
    const moved = held(settled, { ticket: '2', asMove: true });
    expect(dueVisits(moved.state, new Date(visitAt), 10)).toMatchObject([{ holdId: '2', orderId: 'order' }]);
  });
});

describe('When an order leaves a seat that it was placed on again and again', () => {
  const twice = held(release(held(emptySlot, { ticket: '1' }).state, 'order', '1', false), {
    ticket: '2',
  }).state;

  test('then the seat is free at once, and the visit to what the first one left still comes', () => {
    const left = free(twice, 'order', '2', now);
    expect(left.seats).toEqual({});
    expect(dueVisits(left, new Date(visitAt), 10)).toMatchObject([{ orderId: 'order', tickets: ['1', '2'] }]);
    expect(settle(left, [{ holdId: 'order', ticket: '2', verdict: 'gone' }])).toEqual(emptySlot);
    expect(free(left, 'order', '2', now)).toBe(left);
  });

  test('by the ticket of the first, then its seat stays, and its order is asked at once, however late it was to be', () => {
    const waits = { holdId: 'order', ticket: '2', verdict: 'wait', visitAt: muchLater } as const;
    const told = free(settle(twice, [waits]), 'order', '1', now);
    expect(told.seats).toEqual(twice.seats);
    expect(dueVisits(told, now, 10)).toMatchObject([{ orderId: 'order', tickets: ['1', '2'] }]);
    const settled = settle(twice, [{ holdId: 'order', ticket: '2', verdict: 'settled' }]);
    expect(free(settled, 'order', '1', now)).toBe(settled);
  });

  test('and that keeps the seat of the first, then it is free once the last one is left', () => {
    const kept = held(held(emptySlot, { ticket: '1' }).state, { ticket: '2' }).state;
    const settled = settle(kept, [{ holdId: 'order', ticket: '2', verdict: 'settled' }]);
    expect(free(settled, 'order', '2', now).seats).toEqual({});
  });
});

describe('When a package has fewer seats than the time', () => {
  const openings = [atEight, atNine];

  test('then it is full at its own number, while others still find a seat', () => {
    const { state } = held(emptySlot, { orderId: 'a', orderType: 'prime', openings: [atNine] });
    expect(take(state, { orderId: 'b', orderType: 'prime', openings: [atNine] })).toEqual({
      refused: 'slot_full',
    });
    expect(held(state, { orderId: 'b', orderType: 'basic', openings: [atNine] }).held.time).toBe('09:00');
  });

  test('then another time that has no such limit is taken', () => {
    const { state } = held(emptySlot, { orderId: 'a', orderType: 'prime', openings: [atNine] });
    expect(held(state, { orderId: 'b', orderType: 'prime', openings: [atNine, atEight] }).held.time).toBe(
      '08:00',
    );
  });

  test('of none, then it is never taken', () => {
    expect(take(emptySlot, { orderType: 'mri', openings: [atNine] })).toEqual({ refused: 'slot_full' });
    expect(held(emptySlot, { orderType: 'mri', openings }).held.time).toBe('08:00');
  });

  test('then its other seats still count for the time', () => {
    const full = ['a', 'b', 'c'].reduce(
      (state, orderId) => held(state, { orderId, openings: [atNine] }).state,
      emptySlot,
    );
    expect(take(full, { orderId: 'd', orderType: 'prime', openings: [atNine] })).toEqual({
      refused: 'slot_full',
    });
  });

  test('then a package that keeps a seat does not keep it for another', () => {
    const { state } = held(emptySlot, { orderType: 'basic', openings: [atNine] });
    expect(take(state, { orderType: 'prime', openings: [atNine], ticket: '2' })).toEqual({
      refused: 'service_unavailable',
    });
  });

  test.each([
    [undefined, [2, 1]],
    ['basic', [2, 1]],
    ['prime', [2, 0]],
    ['mri', [2, 0]],
  ])('then for %s so many are left: %j', (orderType, seats) => {
    const taken = [
      { time: '09:00', orderType: 'prime' },
      { time: '09:00', orderType: 'basic' },
    ];
    expect(freeFor(openings, taken, orderType).map((each) => each.free)).toEqual(seats);
  });

  test('and is named like what every object has, then that is no limit', () => {
    for (const orderType of ['constructor', 'toString', '__proto__']) {
      expect(freeFor([atNine], [], orderType)).toMatchObject([{ time: '09:00', free: 3 }]);
    }
  });
});

test('When holds of any packages, placed or moved to, come and go, then no limit is ever passed', () => {
  const step = fc.record({
    kind: fc.constantFrom('hold' as const, 'hold' as const, 'free' as const, 'release' as const),
    orderId: fc.constantFrom('a', 'b', 'c', 'd'),
    orderType: fc.constantFrom('basic', 'prime', 'mri'),
    asMove: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let state = emptySlot;
      let tickets = 0;
      const given: (HeldSeat & { orderId: string })[] = [];
      for (const { kind, orderId, orderType, asMove } of steps) {
        const mine = given.filter((each) => each.orderId === orderId).at(-1);
        if (kind === 'free' && mine) state = free(state, mine.holdId, mine.ticket, now);
        if (kind === 'release' && mine) state = release(state, mine.holdId, mine.ticket, true);
        if (kind !== 'hold') continue;
        tickets += 1;
        const ticket = String(100 + tickets);
        const taken = take(state, { orderId, orderType, ticket, asMove, openings: [atEight, atNine] });
        if (isRefusal(taken)) continue;
        state = taken.state;
        given.push({ ...taken.held, orderId });
        const seats = seatsTaken(state);
        const at = (time: string, type?: string) =>
          seats.filter((seat) => seat.time === time && (!type || seat.orderType === type)).length;
        expect([at('08:00') <= 2, at('09:00') <= 3, at('09:00', 'prime') <= 1, at('09:00', 'mri')]).toEqual([
          true,
          true,
          true,
          0,
        ]);
      }
    }),
  );
});

function take(state: SlotState, wish: Partial<HoldCommand>) {
  return hold(state, {
    orderId: 'order',
    orderType: 'basic',
    ticket: '1',
    openings: [atEight],
    visitAt,
    ...wish,
  });
}

function held(state: SlotState, wish: Partial<HoldCommand>): { state: SlotState; held: HeldSeat } {
  const taken = take(state, wish);
  if (isRefusal(taken)) throw new Error(`refused: ${taken.refused}`);
  return taken;
}
