import type { CenterCalendar, Opening } from '../../shared/contracts/calendar';
import { type Closure, closedReason, type HolidayOf, openingsToCome } from './calendar';

/** A seat that somebody has, as its slot tells. */
export interface TakenSeat {
  orderId: string;
  time: string;
  orderType: string;
  /** Names the hold that took it; of two, the greater came later. */
  ticket: string;
}

export interface OfferedTime {
  time: string;
  /** All that there are. */
  seats: number;
  free: number;
}

/** What of a day can be booked now, and if nothing can, why. */
export interface DayOffer {
  date: string;
  free: number;
  times: OfferedTime[];
  closure?: Closure | { reason: 'full' };
}

/** Seats left at each opening: for anybody, or for one package, of which there may be fewer. */
export function freeFor(
  openings: readonly Opening[],
  taken: readonly Pick<TakenSeat, 'time' | 'orderType'>[],
  orderType?: string,
): OfferedTime[] {
  return openings.map((opening) => {
    const { time, seats } = opening;
    const there = taken.filter((each) => each.time === time);
    const left = seats - there.length;
    const cap = orderType === undefined ? undefined : packageCap(opening, orderType);
    const ownLeft =
      cap === undefined ? left : cap - there.filter((each) => each.orderType === orderType).length;
    return { time, seats, free: Math.max(0, Math.min(left, ownLeft)) };
  });
}

/** How many seats of an opening one package may have; undefined where all of them. */
export function packageCap({ perPackage }: Opening, orderType: string): number | undefined {
  return perPackage && Object.hasOwn(perPackage, orderType) ? perPackage[orderType] : undefined;
}

/** `taken` is what the day's slot tells; it does not matter where the day is closed. */
export function dayOffer(
  calendar: CenterCalendar,
  { date, taken, orderType }: { date: string; taken: readonly TakenSeat[]; orderType?: string | undefined },
  now: Date,
  holidayOf: HolidayOf,
): DayOffer {
  const closure = closedReason(calendar, date, now, holidayOf);
  if (closure) return { date, free: 0, times: [], closure };
  const times = freeFor(openingsToCome(calendar, date, now), taken, orderType);
  const free = times.reduce((sum, time) => sum + time.free, 0);
  return { date, free, times, ...(free === 0 ? { closure: { reason: 'full' } as const } : {}) };
}
