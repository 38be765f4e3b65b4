import { type CenterCalendar, calendarTable } from '../../services/shared/contracts/calendar';
import { standardPackages } from '../../services/shared/contracts/packages';

// Small, so that a few commands already meet every limit: two times of one seat and of two, three days, two orders a
// person.

export const centerId = 'seoul';
export const personLimit = 2;
export const holdMinutes = 30;

const { seoul } = calendarTable.parse({
  seoul: {
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    openings: [
      { time: '08:00', seats: 1 },
      { time: '09:00', seats: 2 },
    ],
    opensAfterDays: 0,
    openDays: 3,
    opensOnHolidays: true,
  },
});

export const calendars = { [centerId]: seoul as CenterCalendar };

/** What the centre may change its calendar to. None has more seats at a time than the one it begins with. */
export const otherCalendars: readonly CenterCalendar[] = [
  seoul as CenterCalendar,
  { ...(seoul as CenterCalendar), openings: [{ time: '09:00', seats: 1 }] },
  { ...(seoul as CenterCalendar), openings: [{ time: '08:00', seats: 1 }] },
];

export function seatsAt(time: string): number {
  return seoul?.openings.find((each) => each.time === time)?.seats ?? 0;
}

export const packages = {
  ...standardPackages,
  grand: { ...standardPackages.prime, priceKrw: 2_000_000, dueKrw: 80_000 },
  small: { ...standardPackages.basic, priceKrw: 90_000, dueKrw: 30_000 },
} as typeof standardPackages;

export const cards = {
  good: { token: 'good', brand: 'visa', last4: '4242' },
  declined: { token: 'declined', brand: 'visa', last4: '0002' },
} as const;
