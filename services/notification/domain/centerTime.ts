import type { Seat } from '../../shared/contracts/booking';

// Asia/Seoul: Korea has had no daylight saving time since 1988.
const offset = '+09:00';
const offsetMs = 9 * 3_600_000;

/** The instant at which the visit begins, in milliseconds since the epoch. */
export function visitBeginsAt({ date, time }: Seat): number {
  return Date.parse(`${date}T${time}:00${offset}`);
}

/** An instant as the clock in the centre shows it, without the year: `07-24 13:30`. */
export function centerTime(instant: string): string {
  return new Date(Date.parse(instant) + offsetMs).toISOString().slice(5, 16).replace('T', ' ');
}
