import type { Conflict } from '../../shared/contracts/calendar';
import { type HolidayName, holidaysKnownThrough } from '../../shared/contracts/holidays';
import type { Language } from '../../shared/contracts/refusals';
import type { PresentCalendar } from '../domain/calendar';

/**
 * A calendar as HAL, for the centre. Sent back as it is, with `calendar`'s fields edited, it is a valid change.
 * `conflicts` are bookings that have no seat under it; absent where order did not answer.
 */
export function calendarView(
  centerId: string,
  { version, calendar, leaving }: PresentCalendar,
  {
    conflicts,
    holidays,
    language,
    baseUrl,
  }: {
    conflicts: readonly Conflict[] | undefined;
    holidays: readonly ({ date: string } & HolidayName)[];
    language: Language;
    baseUrl: string;
  },
) {
  const isLeaving = new Set(leaving.map(({ orderId }) => orderId));
  return {
    centerId,
    version,
    ...calendar,
    holidays: holidays.map(({ date, ko, en }) => ({ date, name: language === 'ko' ? ko : (en ?? ko) })),
    holidaysKnownThrough,
    ...(conflicts ? { conflicts: conflicts.filter(({ orderId }) => !isLeaving.has(orderId)) } : {}),
    beingCanceled: [...isLeaving],
    _links: {
      self: { href: `${baseUrl}/calendars/${centerId}` },
      calendars: { href: `${baseUrl}/calendars` },
      slots: { href: `${baseUrl}/slots?centerId=${centerId}{&from,to,orderType}`, templated: true },
    },
  };
}

export function calendarsView(calendars: readonly { centerId: string; version: number }[], baseUrl: string) {
  return {
    _embedded: {
      calendars: calendars.map(({ centerId, version }) => ({
        centerId,
        version,
        _links: { self: { href: `${baseUrl}/calendars/${centerId}` } },
      })),
    },
    _links: { self: { href: `${baseUrl}/calendars` } },
  };
}
