import type { Seat } from '../../shared/contracts/booking';
import type { CenterCalendar, Opening } from '../../shared/contracts/calendar';
import type { HolidayName } from '../../shared/contracts/holidays';
import { localDate, localTime } from '../../shared/contracts/localTime';

/** What a day is called if it is a public holiday. */
export type HolidayOf = (date: string) => HolidayName | undefined;

/** Why a day is closed to everybody, whenever they ask. */
export type DayClosure =
  | { reason: 'closed'; why: 'weekday' }
  | { reason: 'closed'; why: 'blackout'; note?: string }
  | { reason: 'holiday'; name: HolidayName };

/** Why a day cannot be booked now. */
export type Closure = DayClosure | { reason: 'closed'; why: 'over' | 'too early' | 'too late' };

/** Whether the centre receives anybody on a day. What it says itself about the day comes before what the law says. */
export function dayClosure(
  calendar: CenterCalendar,
  date: string,
  holidayOf: HolidayOf,
): DayClosure | undefined {
  const blackout = calendar.blackouts.find((each) => each.date === date);
  if (blackout) {
    return { reason: 'closed', why: 'blackout', ...(blackout.reason ? { note: blackout.reason } : {}) };
  }
  const name = calendar.opensOnHolidays ? undefined : holidayOf(date);
  if (name) return { reason: 'holiday', name };
  const weekday = new Date(date).getUTCDay() || 7;
  return calendar.weekdays.includes(weekday) ? undefined : { reason: 'closed', why: 'weekday' };
}

/** Why nothing can be booked on a day as of `now`, however many seats are free; undefined if it can. */
export function closedReason(
  calendar: CenterCalendar,
  date: string,
  now: Date,
  holidayOf: HolidayOf,
): Closure | undefined {
  const today = localDate(calendar.zone, now);
  if (date < today) return { reason: 'closed', why: 'over' };
  const closure = dayClosure(calendar, date, holidayOf);
  if (closure) return closure;
  if (date < daysAfter(today, calendar.opensAfterDays)) return { reason: 'closed', why: 'too early' };
  if (date > lastBookableDate(calendar, now)) return { reason: 'closed', why: 'too late' };
  return openingsToCome(calendar, date, now).length > 0 ? undefined : { reason: 'closed', why: 'over' };
}

/** The last date within the days that can be booked as of `now`, open or not. */
export function lastBookableDate(calendar: CenterCalendar, now: Date): string {
  return daysAfter(localDate(calendar.zone, now), calendar.opensAfterDays + calendar.openDays - 1);
}

/** The bookable dates as of `now`, earliest first; of these one alone, if one is wanted. */
export function openDates(
  calendar: CenterCalendar,
  now: Date,
  holidayOf: HolidayOf,
  wanted?: string,
): string[] {
  const first = daysAfter(localDate(calendar.zone, now), calendar.opensAfterDays);
  const last = lastBookableDate(calendar, now);
  const dates =
    wanted === undefined ? datesFrom(first, last) : first <= wanted && wanted <= last ? [wanted] : [];
  return dates.filter((date) => dayClosure(calendar, date, holidayOf) === undefined);
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
  calendar: CenterCalendar,
  wish: { [Part in 'date' | 'time']?: Seat[Part] | undefined },
  now: Date,
  holidayOf: HolidayOf,
): CandidateDay[] {
  const localNow = localTime(calendar.zone, now);
  const openings = inOrder(calendar.openings).filter(({ time }) => !wish.time || time === wish.time);
  return openDates(calendar, now, holidayOf, wish.date)
    .map((date) => ({ date, openings: openings.filter(({ time }) => `${date} ${time}` > localNow) }))
    .filter((day) => day.openings.length > 0);
}

/** The openings of a day that are not past, earliest first. */
export function openingsToCome(calendar: CenterCalendar, date: string, now: Date): Opening[] {
  const localNow = localTime(calendar.zone, now);
  return inOrder(calendar.openings).filter(({ time }) => `${date} ${time}` > localNow);
}

function inOrder(openings: readonly Opening[]): Opening[] {
  return [...openings].sort((a, b) => (a.time < b.time ? -1 : 1));
}

/** Both ends included; none if the last comes before the first. */
export function datesFrom(first: string, last: string): string[] {
  const count = Math.max(0, (Date.parse(last) - Date.parse(first)) / dayMs + 1);
  return Array.from({ length: count }, (_, i) => daysAfter(first, i));
}

export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

const dayMs = 24 * 60 * 60 * 1_000;
