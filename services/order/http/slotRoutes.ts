import { type Request, Router } from 'express';
import type { z } from 'zod';
import { businessDate, centerId } from '../../shared/contracts/booking';
import type { CenterCalendar } from '../../shared/contracts/calendar';
import { localDate } from '../../shared/contracts/localTime';
import type { PackageTable } from '../../shared/contracts/packages';
import { refuse } from '../../shared/contracts/refusals';
import { publicBaseUrl } from '../../shared/platform/httpApp';
import { callerLanguage, RefusedError } from '../../shared/platform/problem';
import { sideBySide } from '../../shared/platform/sideBySide';
import type { CalendarSource } from '../actors/calendarSource';
import { type SlotReader, slotsAtOnce } from '../actors/slotReader';
import { closedReason, datesFrom, daysAfter, type HolidayOf } from '../domain/calendar';
import { type DayOffer, dayOffer } from '../domain/offer';
import { type SlotQuery, slotsView } from './slotViews';

interface SlotRouteOptions {
  calendars: CalendarSource;
  readSlot: SlotReader;
  packages: PackageTable;
  defaultCenterId: string;
  holidayOf: HolidayOf;
  clock: () => Date;
}

const daysStandard = 14;
const daysMax = 62;

/** `GET /slots`: what is free on each of some days, and why a day has nothing. */
export function slotRoutes(options: SlotRouteOptions): Router {
  const { calendars, readSlot, packages, defaultCenterId, holidayOf, clock } = options;
  const router = Router();

  router.get('/slots', async (req, res) => {
    const now = clock();
    const asked = readParameters(req);
    const query = { ...asked, centerId: asked.centerId ?? defaultCenterId };
    const calendar = await calendarFor(query);
    const today = localDate(calendar.zone, now);
    const span = readSpan(asked, today);
    const offers = await sideBySide(slotsAtOnce, datesFrom(span.from, span.to), (date) =>
      offerOn(calendar, date, query, now),
    );
    const view = slotsView(
      offers,
      { ...query, ...span },
      { today, language: callerLanguage(req), baseUrl: publicBaseUrl(req) },
    );
    res.type('application/hal+json').send(JSON.stringify(view));
  });

  async function calendarFor({ orderType, centerId: id }: Pick<SlotQuery, 'orderType' | 'centerId'>) {
    if (orderType !== undefined && !Object.hasOwn(packages, orderType)) {
      throw new RefusedError(refuse('order_type_unknown', { orderTypes: Object.keys(packages) }));
    }
    const calendar = await calendars.find(id);
    if (!calendar) throw new RefusedError(refuse('center_unknown', { centers: await calendars.centerIds() }));
    return calendar;
  }

  // Only a day that can be booked is worth asking its slot.
  async function offerOn(
    calendar: CenterCalendar,
    date: string,
    { centerId: id, orderType }: Pick<SlotQuery, 'orderType' | 'centerId'>,
    now: Date,
  ): Promise<DayOffer> {
    const isClosed = closedReason(calendar, date, now, holidayOf) !== undefined;
    const taken = isClosed ? [] : await readSlot(id, date);
    return dayOffer(calendar, { date, taken, orderType }, now, holidayOf);
  }

  return router;
}

type Asked = Partial<SlotQuery>;

function readParameters(req: Request): Asked {
  const errors: { parameter: string; detail: string }[] = [];
  const read = (parameter: keyof SlotQuery, schema?: z.ZodType<string>): string | undefined => {
    const text = req.query[parameter];
    if (text === undefined || text === '') return undefined;
    if (typeof text !== 'string') {
      errors.push({ parameter, detail: 'must be given once' });
      return undefined;
    }
    const parsed = schema?.safeParse(text);
    if (parsed?.success === false) {
      errors.push({ parameter, detail: parsed.error.issues[0]?.message ?? 'is not acceptable' });
    }
    return text;
  };
  const asked = {
    from: read('from', businessDate),
    to: read('to', businessDate),
    orderType: read('orderType'),
    centerId: read('centerId', centerId),
  };
  if (errors.length > 0) throw new RefusedError(refuse('value_invalid', { errors }));
  return asked as Asked;
}

function readSpan(asked: Asked, today: string): { from: string; to: string } {
  const from = asked.from ?? today;
  const to = asked.to ?? daysAfter(from, daysStandard - 1);
  const detail =
    to < from
      ? `must not be before ${from}`
      : to > daysAfter(from, daysMax - 1)
        ? `must be at most ${daysMax} days from ${from} on`
        : undefined;
  if (detail) throw new RefusedError(refuse('value_invalid', { errors: [{ parameter: 'to', detail }] }));
  return { from, to };
}
