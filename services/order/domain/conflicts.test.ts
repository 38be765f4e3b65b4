import fc from 'fast-check';
import type { CenterCalendar, Opening } from '../../shared/contracts/calendar';
import { holidayName } from '../../shared/contracts/holidays';
import { whoMustGo } from './conflicts';
import { freeFor, type TakenSeat } from './offer';

const noon = new Date('2026-07-24T03:00:00Z');
const monday = '2026-07-27';
const none = () => undefined;

/** Booked in this order. */
const three = [seat('a'), seat('b', { orderType: 'prime' }), seat('c', { orderType: 'prime' })];

describe('When a calendar has room for all who are booked', () => {
  test.each([
    ['as many seats as bookings', {}],
    ['more seats', { openings: [opening({ seats: 9 })] }],
    ['the day blacked out before and after', { blackouts: [{ date: '2026-07-26' }, { date: '2026-07-28' }] }],
    ['the day no longer among those that can be booked', { opensAfterDays: 30 }],
    ['the day not yet among those that can be booked', { opensAfterDays: 0, openDays: 1 }],
    ['a limit for a package that is not reached', { openings: [opening({ perPackage: { prime: 2 } })] }],
  ])('because it has %s, then nobody must go', (_why, telling) => {
    expect(going(telling, three)).toEqual([]);
  });
});

describe('When a calendar has too little room', () => {
  test.each([
    ['is blacked out', { blackouts: [{ date: monday }] }, ['c', 'b', 'a']],
    ['is no weekday of the centre any more', { weekdays: [2] }, ['c', 'b', 'a']],
    ['has lost the time', { openings: [opening({ time: '09:00' })] }, ['c', 'b', 'a']],
    ['has one seat less', { openings: [opening({ seats: 2 })] }, ['c']],
    ['has one seat left', { openings: [opening({ seats: 1 })] }, ['c', 'b']],
    ['has one seat left for the package', { openings: [opening({ perPackage: { prime: 1 } })] }, ['c']],
    ['has none left for the package', { openings: [opening({ perPackage: { prime: 0 } })] }, ['c', 'b']],
    [
      'has fewer seats in all and for the package',
      { openings: [opening({ seats: 1, perPackage: { prime: 1 } })] },
      ['c', 'b'],
    ],
  ])('because the day %s, then who booked last must go', (_why, telling, orders) => {
    expect(going(telling, three)).toEqual(orders);
    expect(going(telling, [...three].reverse())).toEqual(orders);
  });

  test('then it is told who would have had which seat, time by time', () => {
    const taken = [seat('late', { time: '13:00' }), ...three];
    expect(whoMustGo(centre({ weekdays: [2] }), { date: monday, taken }, noon, none)).toEqual([
      { orderId: 'c', date: monday, time: '08:00', orderType: 'prime' },
      { orderId: 'b', date: monday, time: '08:00', orderType: 'prime' },
      { orderId: 'a', date: monday, time: '08:00', orderType: 'basic' },
      { orderId: 'late', date: monday, time: '13:00', orderType: 'basic' },
    ]);
  });

  test('because the centre no longer opens on holidays, then who is booked on one must go', () => {
    const day = { date: '2026-08-17', taken: three };
    expect(whoMustGo(centre({ opensOnHolidays: true }), day, noon, holidayName)).toEqual([]);
    expect(whoMustGo(centre(), day, noon, holidayName)).toHaveLength(3);
  });

  test('then a visit whose time has come is left alone, and one later on the day is not', () => {
    const taken = [seat('a', { time: '12:00' }), seat('b', { time: '12:01' })];
    const blackouts = [{ date: '2026-07-24' }];
    expect(whoMustGo(centre({ blackouts }), { date: '2026-07-24', taken }, noon, none)).toMatchObject([
      { orderId: 'b' },
    ]);
    const midnight = new Date('2026-07-24T15:00:00Z');
    expect(whoMustGo(centre({ blackouts }), { date: '2026-07-24', taken }, midnight, none)).toEqual([]);
  });
});

test('When those who must go are gone, then the rest have room, and nobody went who had some', () => {
  const bookings = fc.array(
    fc.record({ time: fc.constantFrom('08:00', '09:00'), orderType: fc.constantFrom('basic', 'prime') }),
    { maxLength: 12 },
  );
  const shrunk = fc.record({ seats: fc.integer({ min: 1, max: 6 }), prime: fc.nat({ max: 6 }) });
  fc.assert(
    fc.property(bookings, shrunk, (all, { seats, prime }) => {
      const taken = all.map((each, i) => seat(String.fromCharCode(97 + i), each));
      const openings = [opening({ seats, perPackage: { prime } })];
      const gone = new Set(going({ openings }, taken));
      const left = taken.filter(({ orderId }) => !gone.has(orderId));
      expect(left.length).toBeLessThanOrEqual(seats);
      expect(left.filter(({ orderType }) => orderType === 'prime').length).toBeLessThanOrEqual(prime);
      expect(going({ openings }, left)).toEqual([]);
      for (const each of taken.filter(({ orderId, time }) => gone.has(orderId) && time === '08:00')) {
        const before = left.filter(({ ticket }) => ticket < each.ticket);
        expect(freeFor(openings, before, each.orderType)[0]?.free).toBe(0);
      }
    }),
  );
});

function going(telling: Partial<CenterCalendar>, taken: readonly TakenSeat[]): string[] {
  return whoMustGo(centre(telling), { date: monday, taken }, noon, none).map(({ orderId }) => orderId);
}

function seat(orderId: string, telling: Partial<TakenSeat> = {}): TakenSeat {
  return { orderId, ticket: `ticket-${orderId}`, time: '08:00', orderType: 'basic', ...telling };
}

function opening(telling: Partial<Opening> = {}): Opening {
  return { time: '08:00', seats: 3, ...telling };
}

function centre(telling: Partial<CenterCalendar> = {}): CenterCalendar {
  return {
    zone: 'Asia/Seoul',
    weekdays: [1, 2, 3, 4, 5],
    openings: [opening()],
    opensAfterDays: 1,
    openDays: 60,
    blackouts: [],
    opensOnHolidays: false,
    ...telling,
  };
}
