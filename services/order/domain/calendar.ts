import type { Seat } from '../../shared/contracts/booking';
import type { CenterCalendar as Calendar, Opening } from '../../shared/contracts/calendar';
import { localDate, localTime } from '../../shared/contracts/localTime';

/** The bookable dates as of `now`, earliest first. */
export function openDates(calendar: Calendar, now: Date): string[] {
  const today = Date.parse(`${localDate(calendar.zone, now)}T00:00:00Z`);
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
  wish: { [Field in 'date' | 'time']?: Seat[Field] | undefined },
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

const dayMs = 24 * 60 * 60 * 1_000;
