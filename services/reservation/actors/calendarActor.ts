import { z } from 'zod';
import { type CalendarTable, type CenterCalendar, centerCalendar } from '../../shared/contracts/calendar';
import { topics } from '../../shared/contracts/events';
import type { KeyedRequest } from '../../shared/contracts/keyedRequests';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { actorCaller } from '../../shared/platform/actorHost/caller';
import {
  type ActorDefinition,
  method,
  type NewEvent,
  type Turn,
} from '../../shared/platform/actorHost/definition';
import { createRegistry } from '../../shared/platform/actorHost/registry';
import type { Logger } from '../../shared/platform/logger';
import type { Sidecar } from '../../shared/platform/sidecar';
import {
  type CalendarState,
  checkPrecondition,
  haveLeft,
  type PresentCalendar,
  presentCalendar,
  replaceCalendar,
  unedited,
} from '../domain/calendar';
import { createConflictClient } from './conflictClient';
import { createSendAway } from './leavingBookings';
import type { OrderClient } from './orderClient';

export const calendarType = 'Calendar';
/** The registry of the centres whose calendar was ever edited. */
export const editedCentersType = 'Calendars';

const precondition = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('versions'), versions: z.array(z.number()).readonly() }),
  z.object({ kind: z.literal('present') }),
  z.object({ kind: z.literal('absent') }),
]);
const replaceInput = z.object({
  calendar: centerCalendar,
  precondition,
  /** What those are told who lose their seat by it. */
  reason: z.string().optional(),
});
const leftInput = z.object({ version: z.number(), orderIds: z.array(z.string()) });

export interface CalendarContract {
  read: { input: object; output: PresentCalendar };
  replace: { input: z.infer<typeof replaceInput> & { request?: KeyedRequest }; output: PresentCalendar };
  /** Who had to leave for a version, and has. */
  left: { input: z.infer<typeof leftInput>; output: object };
}

/**
 * One centre's calendar; its id is the centre's. Whom a change leaves without a seat is written down together with it,
 * and then cancelled, one by one, until nobody is left: whoever comes back for this turn goes on with it.
 */
export function calendarActor({
  standard,
  sidecar,
  order,
  log,
}: {
  standard: CalendarTable;
  sidecar: Sidecar;
  order: OrderClient;
  log: Logger;
}): ActorDefinition<CalendarState> {
  const callCalendar = actorCaller<CalendarContract>(sidecar, calendarType);
  const askConflicts = createConflictClient(sidecar);
  const sendAway = createSendAway({ sidecar, order, askConflicts, log });
  const editedCenters = createRegistry(sidecar, editedCentersType);

  async function replace(
    turn: Turn<CalendarState>,
    { calendar, precondition: believed, reason }: z.infer<typeof replaceInput>,
  ): Promise<PresentCalendar | Refusal> {
    const present = presentCalendar(turn.state, standardOf(standard, turn.id));
    const refused = checkPrecondition(present, believed);
    if (refused) return refused;
    const conflicts = await askConflicts(turn.id, calendar);
    if (isRefusal(conflicts)) return conflicts;
    const replaced = replaceCalendar(present, { calendar, conflicts, reason });
    if (isRefusal(replaced)) return replaced;

    await turn.guard();
    if (turn.state.status === 'standard') await editedCenters.add(turn.id);
    await turn.save(replaced, { events: [changed(turn.id, calendar)], outcome: 'done' });
    if (replaced.leaving.length > 0) {
      turn.keepGuard();
      turn.afterTurn(() => clear(turn.id, replaced));
    }
    return replaced;
  }

  function asItIs(state: CalendarState, centerId: string): PresentCalendar | Refusal {
    return presentCalendar(state, standardOf(standard, centerId)) ?? refuse('calendar_not_found');
  }

  // Outside of the turn, which is not to wait for so many others.
  async function clear(centerId: string, present: PresentCalendar): Promise<void> {
    const orderIds = await sendAway(centerId, present);
    await callCalendar(centerId, 'left', { version: present.version, orderIds });
  }

  return {
    type: calendarType,
    initial: unedited,
    methods: {
      read: method({
        input: z.object({}),
        readOnly: true,
        run: async ({ state, id }: Turn<CalendarState>) => asItIs(state, id),
      }),
      replace: method({ input: replaceInput, repeated: asItIs, run: replace }),
      left: method({
        input: leftInput,
        async run(turn: Turn<CalendarState>, { version, orderIds }) {
          const state = haveLeft(turn.state, version, orderIds);
          if (state === turn.state) return {};
          await turn.save(state);
          // Where nobody could be cancelled, the guard comes back for them after a while.
          if (isLeaving(state)) turn.afterTurn(() => clear(turn.id, state));
          return {};
        },
      }),
    },
    async recover(turn) {
      const { state } = turn;
      if (!isLeaving(state)) return;
      // A guard is named after the version that its turn saves: this one saves, so that the next has another name.
      await turn.guard();
      await turn.save({ ...state, rounds: state.rounds + 1 });
      turn.keepGuard();
      turn.afterTurn(() => clear(turn.id, state));
    },
  };
}

function isLeaving(state: CalendarState): state is Extract<CalendarState, { status: 'edited' }> {
  return state.status === 'edited' && state.leaving.length > 0;
}

function standardOf(table: CalendarTable, centerId: string): CenterCalendar | undefined {
  return Object.hasOwn(table, centerId) ? table[centerId] : undefined;
}

function changed(centerId: string, calendar: CenterCalendar): NewEvent {
  return {
    topic: topics.calendars,
    type: 'CalendarChanged',
    orderId: centerId,
    data: { centerId, calendar },
  };
}
