import { z } from 'zod';
import { businessDate, centerId, timeOfDay } from './booking';
import { standardZone } from './localTime';

/** A time of the day and how many seats it has; of those, at most so many for a package that is named. */
export const opening = z.object({
  time: timeOfDay,
  seats: z.number().int().positive().max(10_000),
  perPackage: z.record(z.string(), z.number().int().nonnegative().max(10_000)).optional(),
});
export type Opening = z.infer<typeof opening>;

/** When a centre can be booked. Days count in the centre's own zone. */
export const centerCalendar = z.object({
  /** IANA. */
  zone: z.string().refine(isZone, 'must be a time zone').default(standardZone),
  /** ISO 8601 weekdays, 1 = Monday. */
  weekdays: z.array(z.number().int().min(1).max(7)).min(1),
  openings: z
    .array(opening)
    .min(1)
    .max(96)
    .refine(
      (openings) => new Set(openings.map(({ time }) => time)).size === openings.length,
      'must not repeat a time',
    ),
  /** The first bookable day is this many days from today. */
  opensAfterDays: z.number().int().nonnegative().max(366).default(1),
  openDays: z.number().int().positive().max(366).default(60),
  /** Days on which the centre is closed whatever the weekday, each with what to say about it. */
  blackouts: z
    .array(z.object({ date: businessDate, reason: z.string().max(200).optional() }))
    .max(1_000)
    .default([]),
  /** Whether it opens on Korea's public holidays. */
  opensOnHolidays: z.boolean().default(false),
});
export type CenterCalendar = z.infer<typeof centerCalendar>;

/** By centre. */
export const calendarTable = z.record(centerId, centerCalendar);
export type CalendarTable = z.infer<typeof calendarTable>;

export const standardCalendars: CalendarTable = {
  seoul: {
    zone: standardZone,
    weekdays: [1, 2, 3, 4, 5, 6],
    openings: ['08:00', '09:00', '10:00', '11:00', '13:00', '14:00', '15:00', '16:00'].map((time) => ({
      time,
      seats: 20,
    })),
    opensAfterDays: 1,
    openDays: 60,
    blackouts: [],
    opensOnHolidays: false,
  },
};

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/**
 * Order's internal route for the centre: which bookings would have no seat under a calendar. Answered 200.
 */
export const conflictsPath = '/calendar-conflicts';
export const conflictsRequest = z.object({ centerId, calendar: centerCalendar });
export const conflictsOutcome = z.object({
  /** Latest booked first, for each time that would have too few seats: who would have to go. */
  conflicts: z.array(
    z.object({ orderId: z.string(), date: businessDate, time: timeOfDay, orderType: z.string() }),
  ),
});
export type Conflict = z.infer<typeof conflictsOutcome>['conflicts'][number];
