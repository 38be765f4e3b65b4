import type { Opening } from '../../shared/contracts/calendar';
import { type Refusal, refuse } from '../../shared/contracts/refusals';
import { freeFor, type TakenSeat } from './offer';

/**
 * One centre's day: who holds which seat, and which holds still have to be asked how they ended. The two are kept
 * apart, because a booking that failed gives its seat back at once, while its money may still need voiding.
 *
 * A hold is named by its order, so that an order placed again finds what its earlier placement left; one that an order
 * moves to is named by its own ticket, for until the move is done the order has both.
 */
export interface SlotState {
  /** By hold. */
  readonly seats: Readonly<Record<string, StoredSeat>>;
  readonly unsettled: Readonly<Record<string, Unsettled>>;
  /** The recurring reminder that visits the unsettled; absent when there are none. */
  readonly sweep?: { name: string; armedAt: string };
  readonly sweepsArmed: number;
}

/** Without the order where the hold is named by it: a full day is one value, written with every hold. */
type StoredSeat = Omit<TakenSeat, 'orderId'> & Partial<Pick<TakenSeat, 'orderId'>>;

interface Unsettled {
  /** As in {@link StoredSeat}. */
  orderId?: string;
  /**
   * The holds that this order had here, latest last. Each names a placement and its charge. A word about an earlier
   * hold that comes late has another ticket and no effect.
   */
  tickets: readonly string[];
  /** Whose quota the booking takes; here, so that it can be given back for an order that never came to be. */
  customerKey?: string;
  visitAt: string;
  visits: number;
}

export const emptySlot: SlotState = { seats: {}, unsettled: {}, sweepsArmed: 0 };

export interface HoldCommand {
  orderId: string;
  orderType: string;
  /** A new one for each hold, greater than those before. */
  ticket: string;
  /** For an order that has a seat already, and keeps it until it stands on this one. */
  asMove?: boolean;
  /** What the calendar offers, earliest first; already narrowed to the wanted time, if one is wanted. */
  openings: readonly Opening[];
  customerKey?: string;
  /** When to ask the order how it ended, if nobody settled it before. */
  visitAt: string;
}

export interface HeldSeat {
  holdId: string;
  time: string;
  ticket: string;
  /** Tickets of this order's earlier holds here that are not settled: what each left is still to be undone. */
  earlier?: readonly string[];
}

/**
 * Takes the earliest free seat. An order whose earlier placement still has one here keeps it under the new ticket, if
 * it fits; where it does not, or the order is settled already, who asks has to wait or is out of date. So has who finds
 * the day full by a seat that an earlier try of his own to move there still has.
 */
export function hold(
  state: SlotState,
  command: HoldCommand,
): { state: SlotState; held: HeldSeat } | Refusal<'slot_full' | 'service_unavailable'> {
  const { orderId, orderType, ticket, asMove, openings, customerKey, visitAt } = command;
  const holdId = asMove ? ticket : orderId;
  const toVisit = state.unsettled[holdId];
  const earlier = toVisit?.tickets ?? [];
  const kept = state.seats[holdId];
  if (kept && (earlier.length === 0 || !fits(kept, orderType, openings)))
    return refuse('service_unavailable');
  const time = kept?.time ?? earliestFree(state, openings, orderType);
  if (time === undefined) return refuse(hasLeftOne(state, command) ? 'service_unavailable' : 'slot_full');
  const order = asMove ? { orderId } : {};
  const unsettled = {
    ...order,
    tickets: [...earlier, ticket],
    ...(customerKey ? { customerKey } : {}),
    visitAt: earlierOf(visitAt, toVisit?.visitAt),
    visits: 0,
  };
  return {
    held: { holdId, time, ticket, ...(earlier.length > 0 ? { earlier } : {}) },
    state: {
      ...state,
      seats: { ...state.seats, [holdId]: kept ?? { ...order, orderType, time, ticket } },
      unsettled: { ...state.unsettled, [holdId]: unsettled },
    },
  };
}

// What an earlier try to move left of the same wish, until it is visited: a sidecar runs a turn again that was cut, and
// nobody may hear that a day is full for the seat that is held for him.
function hasLeftOne({ seats, unsettled }: SlotState, { orderId, openings }: HoldCommand): boolean {
  return Object.entries(seats).some(
    ([holdId, seat]) =>
      seat.orderId === orderId && holdId in unsettled && openings.some(({ time }) => time === seat.time),
  );
}

// Asking again puts no visit off: a placement that waits for its earlier charge to be closed would wait for ever, as long
// as its customer is less patient than the visits.
function earlierOf(visitAt: string, planned: string | undefined): string {
  return planned !== undefined && Date.parse(planned) < Date.parse(visitAt) ? planned : visitAt;
}

function fits(kept: StoredSeat, orderType: string, openings: readonly Opening[]): boolean {
  return kept.orderType === orderType && openings.some(({ time }) => time === kept.time);
}

/**
 * Gives back the seat that a hold took; one that an earlier hold took stays, for the order may stand on it. Unless the
 * booking is known to have left nothing behind, it stays on the list of visits.
 */
export function release(state: SlotState, holdId: string, ticket: string, leftNothing: boolean): SlotState {
  const tickets = state.unsettled[holdId]?.tickets ?? [];
  if (tickets.at(-1) !== ticket) return state;
  const isOwn = state.seats[holdId]?.ticket === ticket;
  const freed = isOwn ? { ...state, seats: without(state.seats, holdId) } : state;
  return leftNothing && tickets.length === 1
    ? { ...freed, unsettled: without(state.unsettled, holdId) }
    : freed;
}

/**
 * Gives back the seat of an order that stood on it and does no more: it ended, or moved away. A hold that came later
 * than the one it stood on may be another's: its order is asked at `now` what has become of it. Earlier ones stay on
 * the list of visits: what they left at payment is still to be undone.
 */
export function free(state: SlotState, holdId: string, ticket: string, now: Date): SlotState {
  const toVisit = state.unsettled[holdId];
  const tickets = toVisit?.tickets ?? [];
  const latest = tickets.at(-1) ?? state.seats[holdId]?.ticket;
  if (latest === undefined) return state;
  if (latest > ticket) {
    if (!toVisit || Date.parse(toVisit.visitAt) <= now.getTime()) return state;
    const sooner = { ...toVisit, visitAt: now.toISOString() };
    return { ...state, unsettled: { ...state.unsettled, [holdId]: sooner } };
  }
  if (tickets.length > 1)
    return holdId in state.seats ? { ...state, seats: without(state.seats, holdId) } : state;
  return { ...state, seats: without(state.seats, holdId), unsettled: without(state.unsettled, holdId) };
}

/**
 * How a visited order ended, or when to ask again. `placed` is the order's own word, before any visit: it stands on this
 * hold and has told so. What earlier placements left, it does not know of.
 */
export type Verdict =
  | { holdId: string; ticket: string; verdict: 'settled' | 'gone' | 'placed' }
  | { holdId: string; ticket: string; verdict: 'wait'; visitAt: string };

export function settle(state: SlotState, verdicts: readonly Verdict[]): SlotState {
  return verdicts.reduce(settleOne, state);
}

function settleOne(state: SlotState, verdict: Verdict): SlotState {
  const { holdId } = verdict;
  const visited = state.unsettled[holdId];
  if (!visited || visited.tickets.at(-1) !== verdict.ticket) return state;
  switch (verdict.verdict) {
    case 'placed':
      if (visited.tickets.length > 1 || !(holdId in state.seats)) return state;
      return { ...state, unsettled: without(state.unsettled, holdId) };
    case 'settled':
      return { ...state, unsettled: without(state.unsettled, holdId) };
    case 'gone':
      return { ...state, seats: without(state.seats, holdId), unsettled: without(state.unsettled, holdId) };
    case 'wait': {
      const waiting = { ...visited, visitAt: verdict.visitAt, visits: visited.visits + 1 };
      return { ...state, unsettled: { ...state.unsettled, [holdId]: waiting } };
    }
  }
}

export interface Visit extends Unsettled {
  holdId: string;
  orderId: string;
}

/** The placements to ask now, longest due first, at most `max`. */
export function dueVisits(state: SlotState, now: Date, max: number): Visit[] {
  return Object.entries(state.unsettled)
    .map(([holdId, unsettled]) => ({ holdId, orderId: holdId, ...unsettled }))
    .filter(({ visitAt }) => Date.parse(visitAt) <= now.getTime())
    .sort((a, b) => Date.parse(a.visitAt) - Date.parse(b.visitAt))
    .slice(0, max);
}

/** Each arming has a name of its own, so that a late removal of an old reminder cannot take the new one away. */
export function armSweep(
  state: SlotState,
  now: Date,
): SlotState & { sweep: { name: string; armedAt: string } } {
  const sweepsArmed = state.sweepsArmed + 1;
  return { ...state, sweepsArmed, sweep: { name: `sweep.${sweepsArmed}`, armedAt: now.toISOString() } };
}

export function disarmSweep({ sweep: _gone, ...state }: SlotState): SlotState {
  return state;
}

export function isQuiet(state: SlotState): boolean {
  return Object.keys(state.unsettled).length === 0;
}

/** Who sits where, by order. */
export function seatsTaken({ seats }: SlotState): TakenSeat[] {
  return Object.entries(seats).map(([holdId, seat]) => ({ orderId: holdId, ...seat }));
}

function earliestFree(state: SlotState, openings: readonly Opening[], orderType: string): string | undefined {
  return freeFor(openings, Object.values(state.seats), orderType).find(({ free }) => free > 0)?.time;
}

function without<Value>(record: Readonly<Record<string, Value>>, key: string): Record<string, Value> {
  const { [key]: _gone, ...rest } = record;
  return rest;
}
