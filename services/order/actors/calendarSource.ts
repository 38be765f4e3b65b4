import type { CalendarTable, CenterCalendar } from '../../shared/contracts/calendar';
import { actorCaller } from '../../shared/platform/actorHost/caller';
import { createRegistry } from '../../shared/platform/actorHost/registry';
import { orRefuse } from '../../shared/platform/problem';
import type { ActorCalls } from '../../shared/platform/sidecar';
import { lastBookableDate } from '../domain/calendar';
import {
  type CenterCalendarContract,
  centerCalendarAnswer,
  centerCalendarType,
  standardOf,
  toldCentersType,
} from './centerCalendarActor';

/** What order knows of when centres are open. */
export interface CalendarSource {
  find(centerId: string): Promise<CenterCalendar | undefined>;
  centerIds(): Promise<string[]>;
}

/** Calendars that never change. */
export function fixedCalendars(table: CalendarTable): CalendarSource {
  return {
    find: async (centerId) => standardOf(table, centerId),
    centerIds: async () => Object.keys(table),
  };
}

/** How far ahead there may be bookings. */
export interface CalendarReach {
  /** The last date that the calendar of a centre, or an earlier one that it had, lets anybody book. */
  lastBooked(centerId: string, now: Date): Promise<string | undefined>;
}

/**
 * What the centre told last, else the standard table. Remembered for `rememberMs`, so that a booking costs no actor
 * call more; after that every instance asks its actor again, so that all of them see a change.
 */
export function createCalendarSource(options: {
  actors: ActorCalls;
  standard: CalendarTable;
  clock?: () => number;
  rememberMs?: number;
}): CalendarSource & CalendarReach {
  const { actors, standard, clock = Date.now, rememberMs = 1_000 } = options;
  const callCalendar = actorCaller<CenterCalendarContract>(actors, centerCalendarType);
  const toldCenters = createRegistry(actors, toldCentersType);

  const told = remembered(clock, rememberMs, async (centerId) =>
    centerCalendarAnswer.parse(orRefuse(await callCalendar(centerId, 'read', {}))),
  );
  const centerIds = remembered(clock, rememberMs, async () => [
    ...new Set([...Object.keys(standard), ...(await toldCenters.ids())]),
  ]);

  // A name that anybody may think up neither wakes an actor nor stays in memory.
  async function isKnown(centerId: string): Promise<boolean> {
    return Object.hasOwn(standard, centerId) || (await centerIds('')).includes(centerId);
  }

  async function find(centerId: string): Promise<CenterCalendar | undefined> {
    if (!(await isKnown(centerId))) return undefined;
    return (await told(centerId)).calendar ?? standardOf(standard, centerId);
  }

  return {
    find,
    centerIds: () => centerIds(''),
    async lastBooked(centerId, now) {
      const calendar = await find(centerId);
      if (!calendar) return undefined;
      const { bookableUntil = '' } = await told(centerId);
      return [bookableUntil, lastBookableDate(calendar, now)].sort().at(-1);
    },
  };
}

/** Asks once for all who want to know within `rememberMs`. What failed is not remembered. */
function remembered<Answer>(
  clock: () => number,
  rememberMs: number,
  ask: (key: string) => Promise<Answer>,
): (key: string) => Promise<Answer> {
  const known = new Map<string, { answer: Promise<Answer>; until: number }>();
  return (key) => {
    const before = known.get(key);
    if (before && clock() < before.until) return before.answer;
    const entry = { answer: ask(key), until: clock() + rememberMs };
    known.set(key, entry);
    entry.answer.catch(() => {
      if (known.get(key) === entry) known.delete(key);
    });
    return entry.answer;
  };
}
