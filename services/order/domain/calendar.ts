import { z } from 'zod';
import { centerId, type Seat, timeOfDay } from '../../shared/contracts/booking';
import type { Opening } from './slot';

/** When a centre can be booked. Days count in the centre's own zone. */
export const calendarSchema = z.object({
  /** IANA. */
  zone: z.string().refine(isZone, 'must be a time zone').default('Asia/Seoul'),
  /** ISO 8601 weekdays, 1 = Monday. */
  weekdays: z.array(z.number().int().min(1).max(7)).min(1),
  openings: z.array(z.object({ time: timeOfDay, seats: z.number().int().positive() })).min(1),
  /** The first bookable day is this many days from today. */
  opensAfterDays: z.number().int().nonnegative().default(1),
  openDays: z.number().int().positive().max(366).default(60),
});
export type Calendar = z.infer<typeof calendarSchema>;

export const calendarTable = z.record(centerId, calendarSchema);
export type CalendarTable = z.infer<typeof calendarTable>;

export const standardCalendars: CalendarTable = {
  seoul: {
    zone: 'Asia/Seoul',
    weekdays: [1, 2, 3, 4, 5, 6],
    openings: ['08:00', '09:00', '10:00', '11:00', '13:00', '14:00', '15:00', '16:00'].map((time) => ({
      time,
      seats: 20,
    })),
    opensAfterDays: 1,
    openDays: 60,
  },
};

/** The bookable dates as of `now`, earliest first. */
export function openDates(calendar: Calendar, now: Date): string[] {
  const today = Date.parse(`${dateIn(calendar.zone, now)}T00:00:00Z`);
  return Array.from(
    { length: calendar.openDays },
    (_, i) => new Date(today + (calendar.opensAfterDays + i) * dayMs),
  )
    .filter((day) => calendar.weekdays.includes(day.getUTCDay() || 7))
    .map((day) => day.toISOString().slice(0, 10));
}

export interface CandidateDay {
  date: string;
  openings: Opening[];
}

/**
 * Where to look for a seat: the days in order, each with the openings that fit the wish and are still to come; empty
 * if it is closed then.
 */
export function candidateDays(
  calendar: Calendar,
  wish: Partial<Pick<Seat, 'date' | 'time'>>,
  now: Date,
): CandidateDay[] {
  const openings = calendar.openings
    .filter(({ time }) => !wish.time || time === wish.time)
    .sort((a, b) => a.time.localeCompare(b.time));
  const localNow = localTime(calendar.zone, now);
  return openDates(calendar, now)
    .filter((date) => !wish.date || date === wish.date)
    .map((date) => ({ date, openings: openings.filter(({ time }) => `${date} ${time}` > localNow) }))
    .filter((day) => day.openings.length > 0);
}

/** The calendar date at an instant in an IANA zone, as YYYY-MM-DD. */
export function dateIn(zone: string, instant: Date): string {
  return localTime(zone, instant).slice(0, 10);
}

// As YYYY-MM-DD HH:MM, which is how Swedish writes it.
function localTime(zone: string, instant: Date): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(instant);
}

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

const dayMs = 24 * 60 * 60 * 1_000;
