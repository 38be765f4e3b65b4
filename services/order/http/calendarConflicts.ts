import { Router } from 'express';
import {
  type CenterCalendar,
  type Conflict,
  conflictsPath,
  conflictsRequest,
} from '../../shared/contracts/calendar';
import { localDate } from '../../shared/contracts/localTime';
import { readBody } from '../../shared/platform/httpApp';
import { sideBySide } from '../../shared/platform/sideBySide';
import type { CalendarReach } from '../actors/calendarSource';
import { type SlotReader, slotsAtOnce } from '../actors/slotReader';
import { datesFrom, type HolidayOf, lastBookableDate } from '../domain/calendar';
import { whoMustGo } from '../domain/conflicts';

interface ConflictOptions {
  reach: CalendarReach;
  readSlot: SlotReader;
  holidayOf: HolidayOf;
  clock: () => Date;
}

/** The centre asks, before it changes its calendar, who would have no seat under it. Not public. */
export function calendarConflictRoutes({ reach, readSlot, holidayOf, clock }: ConflictOptions): Router {
  const router = Router();

  router.post(conflictsPath, async (req, res) => {
    const { centerId, calendar } = readBody(conflictsRequest, req);
    res.json({ conflicts: await conflictsUnder(centerId, calendar, clock()) });
  });

  // Every day on which there can be bookings, closed ones too: they may have been open when they were booked.
  async function conflictsUnder(centerId: string, calendar: CenterCalendar, now: Date): Promise<Conflict[]> {
    const booked = await reach.lastBooked(centerId, now);
    const last = [lastBookableDate(calendar, now), booked ?? ''].sort().at(-1) ?? '';
    const dates = datesFrom(localDate(calendar.zone, now), last);
    const byDay = await sideBySide(slotsAtOnce, dates, async (date) => {
      const taken = await readSlot(centerId, date);
      return whoMustGo(calendar, { date, taken }, now, holidayOf);
    });
    return byDay.flat();
  }

  return router;
}
