import type { CenterCalendar, Conflict, Opening } from '../../shared/contracts/calendar';
import { localTime } from '../../shared/contracts/localTime';
import { dayClosure, type HolidayOf } from './calendar';
import { packageCap, type TakenSeat } from './offer';

/**
 * Whose seats on a day a calendar has no room for, latest booked first at each time. Where there are too few seats,
 * who booked first stays. A visit whose time has come is left alone, and so is a day that is merely too early or too
 * late to be booked: that is about new bookings.
 */
export function whoMustGo(
  calendar: CenterCalendar,
  { date, taken }: { date: string; taken: readonly TakenSeat[] },
  now: Date,
  holidayOf: HolidayOf,
): Conflict[] {
  const localNow = localTime(calendar.zone, now);
  const toCome = taken.filter(({ time }) => `${date} ${time}` > localNow);
  const isClosed = dayClosure(calendar, date, holidayOf) !== undefined;
  return [...new Set(toCome.map(({ time }) => time))].sort().flatMap((time) => {
    const opening = isClosed ? undefined : calendar.openings.find((each) => each.time === time);
    const inOrder = toCome.filter((each) => each.time === time).sort(byTicket);
    return beyond(opening, inOrder)
      .reverse()
      .map(({ orderId, orderType }) => ({ orderId, date, time, orderType }));
  });
}

function beyond(opening: Opening | undefined, inOrder: readonly TakenSeat[]): TakenSeat[] {
  if (!opening) return [...inOrder];
  const staying: TakenSeat[] = [];
  return inOrder.filter((seat) => {
    const alike = staying.filter(({ orderType }) => orderType === seat.orderType).length;
    const stays =
      staying.length < opening.seats &&
      alike < (packageCap(opening, seat.orderType) ?? Number.POSITIVE_INFINITY);
    if (stays) staying.push(seat);
    return !stays;
  });
}

function byTicket(a: TakenSeat, b: TakenSeat): number {
  return a.ticket < b.ticket ? -1 : 1;
}
