import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { centerId } from '../../shared/contracts/booking';
import { type CalendarTable, centerCalendar } from '../../shared/contracts/calendar';
import { holidaysBetween } from '../../shared/contracts/holidays';
import { isRefusal, refuse } from '../../shared/contracts/refusals';
import { askAgain, askAgainIfKeyed } from '../../shared/platform/actorHost/askAgain';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import type { Registry } from '../../shared/platform/actorHost/registry';
import { publicBaseUrl, readBody } from '../../shared/platform/httpApp';
import { keyedBy } from '../../shared/platform/idempotency';
import { callerLanguage, orRefuse, RefusedError } from '../../shared/platform/problem';
import { sideBySide } from '../../shared/platform/sideBySide';
import type { CalendarContract } from '../actors/calendarActor';
import type { ConflictClient } from '../actors/conflictClient';
import type { Precondition, PresentCalendar } from '../domain/calendar';
import { calendarsView, calendarView } from './calendarViews';

interface CalendarRouteOptions {
  callCalendar: ReturnType<typeof actorCaller<CalendarContract>>;
  askConflicts: ConflictClient;
  standard: CalendarTable;
  editedCenters: Registry;
  clock: () => Date;
}

const calendarBody = centerCalendar.extend({
  force: z.object({ reason: z.string().trim().min(1).max(200) }).optional(),
});

/** `GET /calendars`, `GET` and `PUT /calendars/{centerId}`. */
export function calendarRoutes(options: CalendarRouteOptions): Router {
  const { callCalendar, askConflicts, standard, editedCenters, clock } = options;
  const router = Router();

  router.get('/calendars', async (req, res) => {
    const ids = [...new Set([...Object.keys(standard), ...(await editedCenters.ids())])].sort();
    const calendars = await sideBySide(readsAtOnce, ids, async (id) => {
      const present = await callCalendar(id, 'read', {});
      // One that was registered and then not stored is none.
      return isRefusal(present) ? [] : [{ centerId: id, version: present.version }];
    });
    sendHal(res, calendarsView(calendars.flat(), publicBaseUrl(req)));
  });

  router.get('/calendars/:centerId', async (req, res) => {
    const id = centerId.safeParse(req.params.centerId);
    if (!id.success) throw new RefusedError(refuse('calendar_not_found'));
    const present = orRefuse(await askAgain(() => callCalendar(id.data, 'read', {})));
    await sendCalendar(req, res, id.data, present);
  });

  router.put('/calendars/:centerId', async (req, res) => {
    const precondition = readPrecondition(req);
    const id = readCenterId(req.params.centerId);
    const { force, ...calendar } = readBody(calendarBody, req);
    const input = { calendar, precondition, ...(force ? { reason: force.reason } : {}) };
    const keyed = keyedBy(req, 'replace', input);
    const replace = () => callCalendar(id, 'replace', { ...input, ...keyed });
    const present = orRefuse(await askAgainIfKeyed(keyed, replace));
    if (precondition.kind === 'absent') {
      res.status(201).location(`${publicBaseUrl(req)}/calendars/${id}`);
    }
    await sendCalendar(req, res, id, present);
  });

  // The calendar is worth showing even while nobody can say whom it leaves without a seat.
  async function sendCalendar(req: Request, res: Response, id: string, present: PresentCalendar) {
    const conflicts = await askConflicts(id, present.calendar);
    const { zone } = present.calendar;
    const view = calendarView(id, present, {
      conflicts: isRefusal(conflicts) ? undefined : conflicts,
      holidays: holidaysBetween(dateIn(zone, clock()), dateIn(zone, yearAfter(clock()))),
      language: callerLanguage(req),
      baseUrl: publicBaseUrl(req),
    });
    res.set('ETag', `"${present.version}"`);
    sendHal(res, view);
  }

  return router;
}

function sendHal(res: Response, view: unknown): void {
  res.type('application/hal+json').send(JSON.stringify(view));
}

function readCenterId(text: string | undefined): string {
  const id = centerId.safeParse(text);
  if (id.success) return id.data;
  const detail = id.error.issues[0]?.message ?? 'is not acceptable';
  throw new RefusedError(refuse('value_invalid', { errors: [{ parameter: 'centerId', detail }] }));
}

/** RFC 9110, 13.1. A tag that is not one of ours matches nothing, and neither does a weak one. */
function readPrecondition(req: Request): Precondition {
  const ifMatch = req.get('If-Match')?.trim();
  if (ifMatch === '*') return { kind: 'present' };
  if (ifMatch) {
    const tags = ifMatch.split(',').map((tag) => /^"(\d{1,15})"$/.exec(tag.trim())?.[1]);
    return { kind: 'versions', versions: tags.flatMap((tag) => (tag === undefined ? [] : [Number(tag)])) };
  }
  if (req.get('If-None-Match')?.trim() === '*') return { kind: 'absent' };
  throw new RefusedError(refuse('precondition_required'));
}

// As YYYY-MM-DD, which is how Swedish writes it.
function dateIn(zone: string, instant: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(instant);
}

function yearAfter(instant: Date): Date {
  return new Date(instant.getTime() + 365 * 24 * 60 * 60 * 1_000);
}

const readsAtOnce = 8;
