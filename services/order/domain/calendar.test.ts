import fc from 'fast-check';
import {
  type CenterCalendar,
  calendarTable,
  centerCalendar,
  standardCalendars,
} from '../../shared/contracts/calendar';
import { holidayName } from '../../shared/contracts/holidays';
import { localDate } from '../../shared/contracts/localTime';
import { candidateDays, closedReason, datesFrom, lastBookableDate, openDates } from './calendar';

const none = () => undefined;
const dayMs = 24 * 60 * 60 * 1_000;
// 2026-07-24 is a Friday; midnight in Seoul is 15:00 UTC.
const noon = new Date('2026-07-24T03:00:00Z');

describe('When it is around midnight in Seoul', () => {
  test.each([
    ['2026-07-24T14:59:59.999Z', '2026-07-24', '2026-07-25'],
    ['2026-07-24T15:00:00.000Z', '2026-07-25', '2026-07-26'],
    ['2026-12-31T14:59:59.999Z', '2026-12-31', '2027-01-01'],
    ['2026-12-31T15:00:00.000Z', '2027-01-01', '2027-01-02'],
    ['2028-02-28T15:00:00.000Z', '2028-02-29', '2028-03-01'],
  ])('then at %s it is %s there, and the first open date is %s', (instant, today, first) => {
    const calendar = centre({ weekdays: [1, 2, 3, 4, 5, 6, 7] });
    expect(localDate('Asia/Seoul', new Date(instant))).toBe(today);
    expect(openDates(calendar, new Date(instant), none)[0]).toBe(first);
  });
});

test('When a centre is closed at weekends, then a Friday evening leads to Monday', () => {
  expect(openDates(centre({ weekdays: [1, 2, 3, 4, 5] }), noon, none)[0]).toBe('2026-07-27');
});

test('When a centre opens on Sundays only, then Sunday is the seventh day of the week', () => {
  expect(openDates(centre({ weekdays: [7], openDays: 10 }), noon, none)).toEqual([
    '2026-07-26',
    '2026-08-02',
  ]);
});

describe('When a seat is wished for', () => {
  const calendar = centre({
    weekdays: [1, 2, 3, 4, 5],
    openings: [
      { time: '13:00', seats: 1 },
      { time: '08:00', seats: 2 },
    ],
    openDays: 7,
  });

  test('on no day in particular, then the days come in order, and the day from the morning on', () => {
    const days = candidateDays(calendar, {}, noon, none);
    expect(days.map(({ date }) => date)).toEqual([
      '2026-07-27',
      '2026-07-28',
      '2026-07-29',
      '2026-07-30',
      '2026-07-31',
    ]);
    for (const { openings } of days) expect(openings.map(({ time }) => time)).toEqual(['08:00', '13:00']);
  });

  test('at a time of day, then only that time is offered', () => {
    const [day] = candidateDays(calendar, { date: '2026-07-28', time: '13:00' }, noon, none);
    expect(day).toEqual({ date: '2026-07-28', openings: [{ time: '13:00', seats: 1 }] });
  });

  test.each([
    ['on a closed weekday', { date: '2026-07-25' }],
    ['on a past date', { date: '2026-07-23' }],
    ['today, where booking opens tomorrow', { date: '2026-07-24' }],
    ['later than the calendar reaches', { date: '2026-08-03' }],
    ['at a time that is no opening', { date: '2026-07-28', time: '08:30' }],
    ['on a date that does not exist', { date: '2026-02-30' }],
  ])('%s, then there is no candidate', (_name, wish) => {
    expect(candidateDays(calendar, wish, noon, none)).toEqual([]);
  });

  test('today, where that may be booked, then only the times still to come are offered', () => {
    const today = centre({
      opensAfterDays: 0,
      openDays: 1,
      openings: ['08:00', '12:00', '13:00'].map((time) => ({ time, seats: 1 })),
    });
    const offered = (instant: string) =>
      candidateDays(today, {}, new Date(instant), none).flatMap(({ openings }) =>
        openings.map(({ time }) => time),
      );
    expect(offered('2026-07-23T15:00:00Z')).toEqual(['08:00', '12:00', '13:00']);
    expect(offered('2026-07-24T02:59:59Z')).toEqual(['12:00', '13:00']);
    expect(offered('2026-07-24T03:00:00Z')).toEqual(['13:00']);
    expect(offered('2026-07-24T04:00:00Z')).toEqual([]);
  });
});

describe('When the law makes a day a holiday', () => {
  // 2026-03-02 is a Monday, and stands in for the first, a Sunday.
  const eve = new Date('2026-02-27T03:00:00Z');

  test('then it is not offered, nor the one that stands in for a Sunday', () => {
    const everyDay = centre({ weekdays: [1, 2, 3, 4, 5, 6, 7], openDays: 5 });
    expect(openDates(everyDay, eve, holidayName)).toEqual(['2026-02-28', '2026-03-03', '2026-03-04']);
    expect(closedReason(everyDay, '2026-03-02', eve, holidayName)).toMatchObject({
      reason: 'holiday',
      name: { ko: '대체공휴일(3ㆍ1절)' },
    });
    expect(candidateDays(everyDay, { date: '2026-03-02' }, eve, holidayName)).toEqual([]);
  });

  test('and the centre opens on holidays, then it is offered as any day', () => {
    const open = centre({ opensOnHolidays: true });
    expect(openDates(open, eve, holidayName)).toContain('2026-03-02');
    expect(closedReason(open, '2026-03-02', eve, holidayName)).toBeUndefined();
  });

  test('and nobody has announced it yet, then it is offered', () => {
    expect(
      closedReason(centre(), '2030-01-01', new Date('2029-12-20T03:00:00Z'), holidayName),
    ).toBeUndefined();
  });
});

describe('When the centre blacks a day out', () => {
  const blackouts = [{ date: '2026-07-27', reason: '정기 점검' }, { date: '2026-07-28' }];
  const calendar = centre({ blackouts, openDays: 6 });

  test('then it is not offered, and the days around it are', () => {
    expect(openDates(calendar, noon, none)).toEqual(['2026-07-25', '2026-07-29', '2026-07-30']);
  });

  test('then its reason is given, where it has one', () => {
    const why = { reason: 'closed', why: 'blackout' };
    expect(closedReason(calendar, '2026-07-27', noon, none)).toEqual({ ...why, note: '정기 점검' });
    expect(closedReason(calendar, '2026-07-28', noon, none)).toEqual(why);
  });

  test('that is a holiday and a free weekday, too, then what the centre says comes first', () => {
    const all = centre({ blackouts: [{ date: '2026-03-01', reason: '이전' }] });
    expect(closedReason(all, '2026-03-01', noon, none)).toMatchObject({ why: 'over' });
    expect(closedReason(all, '2026-03-01', new Date('2026-02-01T00:00:00Z'), holidayName)).toMatchObject({
      why: 'blackout',
      note: '이전',
    });
  });
});

describe('When somebody asks why a day cannot be booked', () => {
  const calendar = centre({ opensAfterDays: 2, openDays: 5 });

  test.each([
    ['yesterday', '2026-07-23', 'over'],
    ['today', '2026-07-24', 'too early'],
    ['the day before the first', '2026-07-25', 'too early'],
    ['a Sunday', '2026-07-26', 'weekday'],
    ['the first that can', '2026-07-27', undefined],
    ['the last that can', '2026-07-30', undefined],
    ['the day after', '2026-07-31', 'too late'],
    ['a Sunday further off', '2026-08-02', 'weekday'],
  ])('then of %s it is told', (_name, date, why) => {
    expect(closedReason(calendar, date, noon, none)).toEqual(why && { reason: 'closed', why });
  });

  test('then today is over with its last time', () => {
    const today = centre({ opensAfterDays: 0, openings: [{ time: '12:30', seats: 1 }] });
    expect(closedReason(today, '2026-07-24', new Date('2026-07-24T03:29:59Z'), none)).toBeUndefined();
    expect(closedReason(today, '2026-07-24', new Date('2026-07-24T03:30:00Z'), none)).toEqual({
      reason: 'closed',
      why: 'over',
    });
  });

  test.each([
    ['2026-12-31T14:59:59Z', '2027-01-05'],
    ['2026-12-31T15:00:00Z', '2027-01-06'],
    ['2028-02-26T00:00:00Z', '2028-03-02'],
  ])('at %s, then the last day that can be booked is %s', (now, last) => {
    expect(lastBookableDate(centre({ openDays: 5 }), new Date(now))).toBe(last);
  });
});

test('When days are counted across a month and a leap day, then none is missing and none is twice', () => {
  expect(datesFrom('2028-02-28', '2028-03-01')).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
  expect(datesFrom('2026-12-31', '2027-01-01')).toEqual(['2026-12-31', '2027-01-01']);
  expect(datesFrom('2026-07-24', '2026-07-24')).toEqual(['2026-07-24']);
  expect(datesFrom('2026-07-24', '2026-07-23')).toEqual([]);
});

describe('When it is any time, at any centre', () => {
  const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2050-01-01'), noInvalidDate: true });
  const calendars = fc
    .record({
      zone: fc.constantFrom(
        'Asia/Seoul',
        'UTC',
        'America/New_York',
        'Europe/London',
        'Pacific/Kiritimati',
        'Australia/Lord_Howe',
      ),
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      opensAfterDays: fc.nat({ max: 3 }),
      openDays: fc.integer({ min: 1, max: 366 }),
    })
    .map(centre);

  test('then every open date is an open weekday within the days that can be booked, once, in order', () => {
    fc.assert(
      fc.property(calendars, instants, (calendar, now) => {
        const today = Date.parse(localDate(calendar.zone, now));
        const dates = openDates(calendar, now, none);
        expect(dates).toEqual([...new Set(dates)].sort());
        for (const date of dates) {
          const daysAhead = (Date.parse(date) - today) / dayMs;
          expect(daysAhead).toBeGreaterThanOrEqual(calendar.opensAfterDays);
          expect(daysAhead).toBeLessThan(calendar.opensAfterDays + calendar.openDays);
          expect(calendar.weekdays).toContain(new Date(date).getUTCDay() || 7);
        }
      }),
    );
  });

  test('then no open weekday is left out, not even where the clocks change', () => {
    fc.assert(
      fc.property(calendars, instants, (calendar, now) => {
        const everyDay = openDates({ ...calendar, weekdays: [1, 2, 3, 4, 5, 6, 7] }, now, none);
        expect(everyDay).toHaveLength(calendar.openDays);
        const isOpen = (date: string) => calendar.weekdays.includes(new Date(date).getUTCDay() || 7);
        expect(openDates(calendar, now, none)).toEqual(everyDay.filter(isOpen));
      }),
    );
  });

  test('then the date in Seoul is that of nine hours later in UTC', () => {
    fc.assert(
      fc.property(instants, (now) => {
        const nineLater = new Date(now.getTime() + 9 * 60 * 60 * 1_000);
        expect(localDate('Asia/Seoul', now)).toBe(nineLater.toISOString().slice(0, 10));
      }),
    );
  });

  test('then a day is offered exactly where no reason is given why it cannot be booked', () => {
    const near = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-06-01'), noInvalidDate: true });
    fc.assert(
      fc.property(calendars, near, fc.boolean(), (calendar, now, opensOnHolidays) => {
        const today = localDate(calendar.zone, now);
        const asked = {
          ...calendar,
          opensOnHolidays,
          blackouts: [{ date: lastBookableDate(calendar, now) }],
        };
        const offered = candidateDays(asked, {}, now, holidayName).map(({ date }) => date);
        const bookable = datesFrom(today, lastBookableDate(asked, now)).filter(
          (date) => closedReason(asked, date, now, holidayName) === undefined,
        );
        expect(offered).toEqual(bookable);
      }),
      { numRuns: 50 },
    );
  });

  test('then no candidate is in the past', () => {
    fc.assert(
      fc.property(calendars, instants, (calendar, now) => {
        const seoul = { ...calendar, zone: 'Asia/Seoul' };
        for (const { date, openings } of candidateDays(seoul, {}, now, none)) {
          for (const { time } of openings)
            expect(Date.parse(`${date}T${time}:00+09:00`)).toBeGreaterThan(now.getTime());
        }
      }),
    );
  });
});

describe('When a calendar is configured', () => {
  test('then the standard ones are valid', () => {
    expect(calendarTable.parse(standardCalendars)).toEqual(standardCalendars);
  });

  test('by weekdays and openings alone, then the rest is as in Seoul', () => {
    const { weekdays, openings } = centre();
    expect(centerCalendar.parse({ weekdays, openings })).toMatchObject({
      zone: 'Asia/Seoul',
      opensAfterDays: 1,
    });
  });

  test.each([
    ['a zone that does not exist', { zone: 'Asia/Soul' }],
    ['no weekday', { weekdays: [] }],
    ['an eighth weekday', { weekdays: [8] }],
    ['no opening', { openings: [] }],
    ['an opening without seats', { openings: [{ time: '08:00', seats: 0 }] }],
    ['a time that is none', { openings: [{ time: '24:00', seats: 1 }] }],
    ['an opening in the past', { opensAfterDays: -1 }],
    [
      'the same time twice',
      {
        openings: [
          { time: '08:00', seats: 1 },
          { time: '08:00', seats: 2 },
        ],
      },
    ],
    ['a blackout on no date', { blackouts: [{ date: '2026-02-30' }] }],
  ])('with %s, then it is not taken', (_name, wrong) => {
    expect(centerCalendar.safeParse({ ...centre(), ...wrong }).success).toBe(false);
  });
});

function centre(telling: Partial<CenterCalendar> = {}): CenterCalendar {
  return {
    zone: 'Asia/Seoul',
    weekdays: [1, 2, 3, 4, 5, 6],
    openings: [{ time: '08:00', seats: 1 }],
    opensAfterDays: 1,
    openDays: 60,
    blackouts: [],
    opensOnHolidays: false,
    ...telling,
  };
}
