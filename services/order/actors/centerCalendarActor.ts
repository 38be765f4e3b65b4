import { z } from 'zod';
import { businessDate } from '../../shared/contracts/booking';
import { type CalendarTable, type CenterCalendar, centerCalendar } from '../../shared/contracts/calendar';
import { calendarChanged } from '../../shared/contracts/events';
import { type ActorDefinition, method, type Turn } from '../../shared/platform/actorHost/definition';
import type { Registry } from '../../shared/platform/actorHost/registry';
import { daysAfter, lastBookableDate } from '../domain/calendar';

export const centerCalendarType = 'CenterCalendar';
/** The registry of the centres whose calendar was ever told. */
export const toldCentersType = 'CenterCalendars';

/** What the centre last told of its calendar. */
export type CenterCalendarState =
  | { readonly status: 'untold' }
  | {
      readonly status: 'told';
      /** Of the event that told it. */
      readonly version: number;
      readonly calendar: CenterCalendar;
      /** The last date that an earlier calendar let anybody book; there may be bookings until then. */
      readonly bookableUntil?: string | undefined;
    };

export interface CenterCalendarContract {
  takeIn: { input: { event: unknown }; output: object };
  read: { input: object; output: { calendar?: CenterCalendar; bookableUntil?: string } };
}

export const centerCalendarAnswer = z.object({
  calendar: centerCalendar.optional(),
  bookableUntil: businessDate.optional(),
});

/** Keeps the newest calendar of one centre; its id is the centre's. Events may come late: the version decides. */
export function centerCalendarActor({
  standard,
  toldCenters,
}: {
  /** What holds until the centre tells. */
  standard: CalendarTable;
  toldCenters: Registry;
}): ActorDefinition<CenterCalendarState> {
  return {
    type: centerCalendarType,
    initial: { status: 'untold' },
    methods: {
      takeIn: method({
        input: z.object({ event: calendarChanged }),
        async run(turn: Turn<CenterCalendarState>, { event }) {
          const { state } = turn;
          if (state.status === 'told' && event.version <= state.version) return {};
          if (state.status === 'untold') await toldCenters.add(turn.id);
          await turn.save({
            status: 'told',
            version: event.version,
            calendar: event.data.calendar,
            bookableUntil: bookableUntil(state, standardOf(standard, turn.id), turn.now()),
          });
          return {};
        },
      }),
      read: method({
        input: z.object({}),
        readOnly: true,
        mayBeOld: true,
        run: async ({ state }: Turn<CenterCalendarState>) =>
          state.status === 'untold' ? {} : { calendar: state.calendar, bookableUntil: state.bookableUntil },
      }),
    },
  };
}

export function standardOf(table: CalendarTable, centerId: string): CenterCalendar | undefined {
  return Object.hasOwn(table, centerId) ? table[centerId] : undefined;
}

// A day more than the calendar says: for a moment other instances still offer by it, and midnight may fall into it.
function bookableUntil(
  state: CenterCalendarState,
  standard: CenterCalendar | undefined,
  now: Date,
): string | undefined {
  const before = state.status === 'told' ? state.calendar : standard;
  const earlier = state.status === 'told' ? state.bookableUntil : undefined;
  const until = before && daysAfter(lastBookableDate(before, now), 1);
  return [earlier, until]
    .filter((date) => date !== undefined)
    .sort()
    .at(-1);
}
