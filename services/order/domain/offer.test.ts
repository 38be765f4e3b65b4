import fc from 'fast-check';
import type { CenterCalendar } from '../../shared/contracts/calendar';
import { dayOffer, freeFor, type TakenSeat } from './offer';

const noon = new Date('2026-07-24T03:00:00Z');
const none = () => undefined;

describe('When some of the seats of an opening are taken', () => {
  const openings = [
    { time: '08:00', seats: 3, perPackage: { prime: 1, vip: 0 } },
    { time: '09:00', seats: 1 },
  ];
  const taken = [seat({ orderType: 'prime' }), seat({ orderType: 'basic' })];

  test.each([
    ['anybody', undefined, [1, 1]],
    ['a package without a limit of its own', 'basic', [1, 1]],
    ['a package that has all its own taken', 'prime', [0, 1]],
    ['a package that has no seat at that time', 'vip', [0, 1]],
    ['a package named like what every object has', 'toString', [1, 1]],
  ])('then this is left for %s', (_who, orderType, free) => {
    expect(freeFor(openings, taken, orderType)).toEqual([
      { time: '08:00', seats: 3, free: free[0] },
      { time: '09:00', seats: 1, free: free[1] },
    ]);
  });

  test('and more than there are, because there were more once, then none is left, and not less than none', () => {
    const many = [seat(), seat(), seat(), seat()];
    expect(freeFor(openings, many).map(({ free }) => free)).toEqual([0, 1]);
  });
});

test('When any seats are taken, then a package never has more left than there are, nor than its own limit', () => {
  const openings = fc.record({
    time: fc.constantFrom('08:00', '09:00'),
    seats: fc.integer({ min: 1, max: 5 }),
    perPackage: fc.record({ prime: fc.nat({ max: 6 }) }),
  });
  const seats = fc.record({
    time: fc.constantFrom('08:00', '09:00'),
    orderType: fc.constantFrom('basic', 'prime'),
  });
  fc.assert(
    fc.property(openings, fc.array(seats, { maxLength: 8 }), (opening, taken) => {
      const [all] = freeFor([opening], taken);
      const [prime] = freeFor([opening], taken, 'prime');
      const there = taken.filter(({ time }) => time === opening.time);
      const own = there.filter(({ orderType }) => orderType === 'prime').length;
      expect(all?.free).toBe(Math.max(0, opening.seats - there.length));
      expect(prime?.free).toBe(Math.max(0, Math.min(all?.free ?? 0, opening.perPackage.prime - own)));
    }),
  );
});

describe('When a day is looked at', () => {
  test('then its times come in order with what is left of each', () => {
    const taken = [seat(), seat({ time: '13:00' })];
    expect(dayOffer(centre(), { date: '2026-07-27', taken }, noon, none)).toEqual({
      date: '2026-07-27',
      free: 1,
      times: [
        { time: '08:00', seats: 2, free: 1 },
        { time: '13:00', seats: 1, free: 0 },
      ],
    });
  });

  test('and all is taken, then it is full, and its times are shown still', () => {
    const taken = [seat(), seat(), seat({ time: '13:00' })];
    expect(dayOffer(centre(), { date: '2026-07-27', taken }, noon, none)).toMatchObject({
      free: 0,
      times: [{ free: 0 }, { free: 0 }],
      closure: { reason: 'full' },
    });
  });

  test('and only the seats of one package are gone, then it is full for that one', () => {
    const capped = centre({ openings: [{ time: '08:00', seats: 9, perPackage: { prime: 1 } }] });
    const taken = [seat({ orderType: 'prime' })];
    const offer = (orderType: string) =>
      dayOffer(capped, { date: '2026-07-27', taken, orderType }, noon, none);
    expect(offer('prime')).toMatchObject({ free: 0, closure: { reason: 'full' } });
    expect(offer('basic')).toEqual({
      date: '2026-07-27',
      free: 8,
      times: [{ time: '08:00', seats: 9, free: 8 }],
    });
  });

  test('that is today, then only times to come are offered, and past ones do not count', () => {
    const today = centre({ opensAfterDays: 0 });
    expect(dayOffer(today, { date: '2026-07-24', taken: [] }, noon, none)).toEqual({
      date: '2026-07-24',
      free: 1,
      times: [{ time: '13:00', seats: 1, free: 1 }],
    });
  });

  test('that is closed, then it offers nothing and says why', () => {
    expect(dayOffer(centre(), { date: '2026-07-26', taken: [] }, noon, none)).toEqual({
      date: '2026-07-26',
      free: 0,
      times: [],
      closure: { reason: 'closed', why: 'weekday' },
    });
  });
});

function seat(telling: Partial<TakenSeat> = {}): TakenSeat {
  return { orderId: 'o', ticket: 't', time: '08:00', orderType: 'basic', ...telling };
}

function centre(telling: Partial<CenterCalendar> = {}): CenterCalendar {
  return {
    zone: 'Asia/Seoul',
    weekdays: [1, 2, 3, 4, 5],
    openings: [
      { time: '13:00', seats: 1 },
      { time: '08:00', seats: 2 },
    ],
    opensAfterDays: 1,
    openDays: 60,
    blackouts: [],
    opensOnHolidays: false,
    ...telling,
  };
}
