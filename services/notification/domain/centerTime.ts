import type { Seat } from '../../shared/contracts/booking';
import { localTime } from '../../shared/contracts/localTime';

/** Whether the time of a visit has come, by the clock of its centre's zone. */
export function hasVisitCome({ date, time }: Seat, zone: string, now: Date): boolean {
  return `${date} ${time}` <= localTime(zone, now);
}

/** An instant as the clock in the centre shows it, without the year: `07-24 13:30`. */
export function centerTime(instant: string, zone: string): string {
  return localTime(zone, new Date(instant)).slice(5);
}
