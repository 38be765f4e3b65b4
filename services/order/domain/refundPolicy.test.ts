import fc from 'fast-check';
import { changeRefusal, refundQuote } from './order';
import {
  accepted,
  command,
  given,
  place,
  placement,
  type Standpoint,
  standing,
  states,
} from './order.sample';
import { quoteRefund, refundTiers, standardRefundTiers } from './refundPolicy';

const seoul = 'Asia/Seoul';

/** What is given back of 50,000 won at an instant. */
function percentAt(instant: string, visitDate: string, zone = seoul, tiers = standardRefundTiers) {
  return quoteRefund(tiers, { visitDate, zone, paidKrw: 50_000 }, new Date(instant)).percent;
}

// Midnight in Seoul is 15:00 UTC of the day before.
describe('When the day changes in Seoul, then the tier does, and not a second before', () => {
  test.each([
    ['three days before ends', '2026-07-25', '2026-07-22T14:59:59.999Z', 100, '2026-07-22T15:00:00.000Z', 50],
    ['the day before ends', '2026-07-25', '2026-07-24T14:59:59.000Z', 50, '2026-07-24T15:00:00.000Z', 0],
    ['across a month', '2026-08-01', '2026-07-29T14:59:59.000Z', 100, '2026-07-29T15:00:00.000Z', 50],
    [
      'across a month, the day before',
      '2026-08-01',
      '2026-07-31T14:59:59.000Z',
      50,
      '2026-07-31T15:00:00.000Z',
      0,
    ],
    ['across a year', '2027-01-02', '2026-12-30T14:59:59.000Z', 100, '2026-12-30T15:00:00.000Z', 50],
    [
      'across a year, the day before',
      '2027-01-01',
      '2026-12-31T14:59:59.000Z',
      50,
      '2026-12-31T15:00:00.000Z',
      0,
    ],
    ['across a leap day', '2028-03-01', '2028-02-27T14:59:59.000Z', 100, '2028-02-27T15:00:00.000Z', 50],
    ['on a leap day', '2028-02-29', '2028-02-28T14:59:59.000Z', 50, '2028-02-28T15:00:00.000Z', 0],
    ['in a year without one', '2027-03-01', '2027-02-26T14:59:59.000Z', 100, '2027-02-26T15:00:00.000Z', 50],
  ])('%s', (_name, visitDate, before, percentBefore, after, percentAfter) => {
    expect([percentAt(before, visitDate), percentAt(after, visitDate)]).toEqual([
      percentBefore,
      percentAfter,
    ]);
  });

  test('long before and long after', () => {
    expect(percentAt('2025-07-25T00:00:00.000Z', '2026-07-25')).toBe(100);
    expect(percentAt('2026-09-25T00:00:00.000Z', '2026-07-25')).toBe(0);
  });
});

describe('When the centre’s clock is changed between the cancellation and the visit', () => {
  // New York: 23 hours on 2026-03-08, 25 hours on 2026-11-01.
  test.each([
    ['forward, in the last second before that day', '2026-03-10', '2026-03-08T04:59:59.000Z', 100],
    ['forward, as that day begins', '2026-03-10', '2026-03-08T05:00:00.000Z', 50],
    ['forward, the last second that the day has', '2026-03-11', '2026-03-09T03:59:59.000Z', 100],
    ['forward, a second later', '2026-03-11', '2026-03-09T04:00:00.000Z', 50],
    ['back, the last second that the day has', '2026-11-04', '2026-11-02T04:59:59.000Z', 100],
    ['back, a second later', '2026-11-04', '2026-11-02T05:00:00.000Z', 50],
  ])('%s, then calendar days are counted, not hours', (_name, visitDate, instant, percent) => {
    expect(percentAt(instant, visitDate, 'America/New_York')).toBe(percent);
  });
});

describe('When an amount does not divide', () => {
  test.each([
    [1, 50, 0],
    [3, 50, 1],
    [50_001, 50, 25_000],
    [99_999, 33, 32_999],
    [99, 99, 98],
    [0, 100, 0],
  ])('of %d won, %d %% are %d won, for fractions are kept', (paidKrw, percent, refundKrw) => {
    const quote = quoteRefund(
      [{ daysBefore: 0, percent }],
      { visitDate: '2026-07-25', zone: seoul, paidKrw },
      new Date('2026-07-24T00:00:00Z'),
    );
    expect(quote).toMatchObject({ refundKrw, feeKrw: paidKrw - refundKrw });
  });

  test('then what goes back and what is kept are whole won, and add up', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000_000 }), fc.nat({ max: 100 }), (paidKrw, percent) => {
        const { refundKrw, feeKrw } = quoteRefund(
          [{ daysBefore: 0, percent }],
          { visitDate: '2026-07-25', zone: seoul, paidKrw },
          new Date('2026-07-24T00:00:00Z'),
        );
        expect(refundKrw + feeKrw).toBe(paidKrw);
        expect(BigInt(refundKrw)).toBe((BigInt(paidKrw) * BigInt(percent)) / 100n);
      }),
    );
  });
});

describe('When the tiers', () => {
  test('are none, then nothing goes back, for good', () => {
    expect(
      quoteRefund(
        [],
        { visitDate: '2026-07-25', zone: seoul, paidKrw: 50_000 },
        new Date('2026-01-01T00:00:00Z'),
      ),
    ).toEqual({
      percent: 0,
      refundKrw: 0,
      feeKrw: 50_000,
    });
  });

  test('are configured in any order, then the same is given back', () => {
    const sorted = [
      { daysBefore: 14, percent: 100 },
      { daysBefore: 3, percent: 70 },
      { daysBefore: 0, percent: 10 },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(sorted, { minLength: 3 }), (shuffled) => {
        expect(refundTiers.parse(shuffled)).toEqual(sorted);
      }),
    );
    const days = ['2026-07-11', '2026-07-12', '2026-07-22', '2026-07-23', '2026-07-25', '2026-07-26'];
    const percents = days.map((day) => percentAt(`${day}T03:00:00Z`, '2026-07-25', seoul, sorted));
    expect(percents).toEqual([100, 70, 70, 10, 10, 0]);
  });

  test.each([
    [[{ daysBefore: -1, percent: 50 }]],
    [[{ daysBefore: 1.5, percent: 50 }]],
    [[{ daysBefore: 1, percent: 101 }]],
    [[{ daysBefore: 1, percent: 33.3 }]],
    [[{ daysBefore: 1 }]],
  ])('are %j, then the service does not start with them', (tiers) => {
    expect(refundTiers.safeParse(tiers).success).toBe(false);
  });
});

test('When a quote says until which day it holds, then it holds on that day and not on the next', () => {
  const visit = { visitDate: '2027-01-02', zone: seoul, paidKrw: 50_000 };
  const untilDates = ['2026-12-01', '2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02'].map(
    (day) => quoteRefund(standardRefundTiers, visit, new Date(`${day}T03:00:00Z`)).untilDate,
  );
  expect(untilDates).toEqual(['2026-12-30', '2026-12-30', '2027-01-01', '2027-01-01', undefined]);
  for (const [until, next] of [
    ['2026-12-30', '2026-12-31'],
    ['2027-01-01', '2027-01-02'],
  ]) {
    const at = (day?: string) => quoteRefund(standardRefundTiers, visit, new Date(`${day}T14:59:59Z`));
    expect(at(until).untilDate).toBe(until);
    expect(at(next).percent).not.toBe(at(until).percent);
  }
});

describe('When an order is quoted', () => {
  test('then by the tiers that it was placed under, for the seat and the amount that it has now', () => {
    const frozen = placement({ refundTiers: [{ daysBefore: 1, percent: 10 }] });
    const placed = command('place', { placement: frozen });
    const order = accepted(given(placed));
    const at = new Date('2026-07-24T03:00:00Z');
    expect(refundQuote(order, at)).toMatchObject({ percent: 10, refundKrw: 5_000, untilDate: '2026-07-24' });
    const moved = accepted(given(placed, command('move', { to: standing({ dueKrw: 80_000 }) })));
    expect(refundQuote(moved, at)).toMatchObject({ percent: 10, refundKrw: 8_000, untilDate: '2026-07-26' });
  });
});

describe('When a customer asks whether it can still be changed', () => {
  const minuteBefore = new Date('2026-07-25T03:59:59.999Z');
  const minuteOfVisit = new Date('2026-07-25T04:00:00.000Z');

  test('then it can until the minute of the visit in the centre’s zone', () => {
    const order = given(place);
    expect(changeRefusal(order, minuteBefore)).toBeUndefined();
    expect(changeRefusal(order, minuteOfVisit)).toEqual({ refused: 'visit_begun' });
    expect(changeRefusal(order, new Date('2026-07-26T00:00:00.000Z'))).toEqual({ refused: 'visit_begun' });
  });

  test('then the seat that it has now counts', () => {
    expect(changeRefusal(given(place, command('move', { to: standing() })), minuteOfVisit)).toBeUndefined();
  });

  test('then the zone of its centre counts', () => {
    const there = given(command('place', { placement: placement({ zone: 'America/New_York' }) }));
    expect(changeRefusal(there, minuteOfVisit)).toBeUndefined();
    expect(changeRefusal(there, new Date('2026-07-25T16:59:59.000Z'))).toBeUndefined();
    expect(changeRefusal(there, new Date('2026-07-25T17:00:00.000Z'))).toEqual({ refused: 'visit_begun' });
  });

  test.each<[Standpoint, string | undefined]>([
    ['none', 'order_not_found'],
    ['abandoned', 'order_not_found'],
    ['Payment Requested', undefined],
    ['Pay Approved', undefined],
    ['Reservation Complete', undefined],
    ['confirmed', undefined],
    ['checked in', 'visit_begun'],
    ['completed', 'visit_begun'],
    ['no show', 'visit_begun'],
    ['canceled by customer', 'order_ended'],
    ['canceled unpaid', 'order_ended'],
    ['canceled by center', 'order_ended'],
    ['rejected', 'order_ended'],
    ['expired', 'order_ended'],
  ])('and it is "%s", then the answer is %s', (standpoint, refused) => {
    expect(changeRefusal(states[standpoint], minuteBefore)?.refused).toBe(refused);
  });
});

test('When neighbouring tiers promise the same, then only a change of it ends the quote', () => {
  const tiers = refundTiers.parse([
    { daysBefore: 1, percent: 50 },
    { daysBefore: 7, percent: 100 },
    { daysBefore: 3, percent: 100 },
    { daysBefore: 0, percent: 0 },
  ]);
  const at = (day: string) =>
    quoteRefund(
      tiers,
      { visitDate: '2026-12-20', zone: 'Asia/Seoul', paidKrw: 50_000 },
      new Date(`${day}T03:00:00Z`),
    );
  expect(at('2026-12-01')).toMatchObject({ percent: 100, untilDate: '2026-12-17' });
  expect(at('2026-12-18')).toMatchObject({ percent: 50, untilDate: '2026-12-19' });
  expect(at('2026-12-20')).not.toHaveProperty('untilDate');
});
