import { bookingStatus } from '../../shared/contracts/status';
import { centerTime, hasVisitCome } from './centerTime';
import type { ShownPage } from './myPage';
import { folded, moved, placed, seat, told } from './order.sample';
import { openActions, publicPage, updatedAt } from './publicPage';

const page = folded(told([placed()])) as ShownPage;
// The seat is at 08:00 in Seoul, payment is due at 10:30 there the day before.
const beforeDue = new Date('2026-07-24T01:29:59.999Z');
const due = new Date('2026-07-24T01:30:00.000Z');
const beforeVisit = new Date('2026-07-24T22:59:59.999Z');
const visit = new Date('2026-07-24T23:00:00.000Z');

test('When a page is shown, then it has no phone, and nothing that waits', () => {
  const shown = publicPage(page);
  expect(JSON.stringify(shown)).not.toContain('1012345678');
  expect(shown).not.toHaveProperty('early');
  expect(shown.booking.name).toBe('Kim Minji');
});

test('When a page is shown, then it was changed last when its last event happened', () => {
  const [first, second, last] = told([placed(), moved(), moved()]);
  if (!first || !second || !last) throw new Error('three events');
  expect(updatedAt(folded([first, second, last]) as ShownPage)).toBe(last.occurredAt);
  expect(updatedAt({ timeline: [], booking: page.booking })).toBe(first.occurredAt);
});

test('When an order may be paid without an end to it, then the page offers to pay', () => {
  const { paymentDueAt: _, ...booking } = page.booking;
  expect(openActions(publicPage({ ...page, booking }), beforeVisit)).toContain('pay');
});

test.each(bookingStatus.options)(
  'When the status is "%s", then the actions are those the order would take',
  (status) => {
    const actions = (now: Date) => openActions(publicPage({ ...page, status }), now);
    const isOpen = ['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed'].includes(
      status,
    );
    const change = isOpen ? ['cancel', 'move'] : [];

    expect(actions(beforeDue)).toEqual([...(status === 'Payment Requested' ? ['pay'] : []), ...change]);
    expect(actions(due)).toEqual(change);
    expect(actions(beforeVisit)).toEqual(change);
    expect(actions(visit)).toEqual([]);
  },
);

const seoul = 'Asia/Seoul';

test('When an instant is shown, then it is by the clock in Seoul, past its midnight and its new year', () => {
  expect(centerTime('2026-07-24T14:59:59.000Z', seoul)).toBe('07-24 23:59');
  expect(centerTime('2026-07-24T15:00:00Z', seoul)).toBe('07-25 00:00');
  expect(centerTime('2026-12-31T15:00:00.000Z', seoul)).toBe('01-01 00:00');
  expect(hasVisitCome(seat, seoul, visit)).toBe(true);
  expect(hasVisitCome(seat, seoul, new Date(visit.getTime() - 1))).toBe(false);
  expect(hasVisitCome(seat, 'Europe/London', visit)).toBe(false);
});
