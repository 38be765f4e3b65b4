import { type Refusal, refuse } from '../../shared/contracts/refusals';

/**
 * One centre's day: who holds which seat, and which placements still have to be asked how they ended. The two are
 * kept apart, because a booking that failed gives its seat back at once, while its money may still need voiding.
 */
export interface SlotState {
  /** By order id; `ticket` names the hold that took the seat. */
  readonly seats: Readonly<Record<string, { time: string; ticket: string }>>;
  readonly unsettled: Readonly<Record<string, Unsettled>>;
  /** The recurring reminder that visits the unsettled; absent when there are none. */
  readonly sweep?: { name: string; armedAt: string };
  readonly sweepsArmed: number;
}

interface Unsettled {
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

/** A time of the day and how many seats it has. */
export interface Opening {
  time: string;
  seats: number;
}

export interface HoldCommand {
  orderId: string;
  /** A new one for each hold, greater than those before. */
  ticket: string;
  /** What the calendar offers, earliest first; already narrowed to the wanted time, if one is wanted. */
  openings: readonly Opening[];
  customerKey?: string;
  /** When to ask the order how it ended, if nobody settled it before. */
  visitAt: string;
}

export interface HeldSeat {
  time: string;
  ticket: string;
}

/**
 * Takes the earliest free seat. An order whose earlier placement still has one here keeps it under the new ticket, if
 * it fits; where it does not, or the order is settled already, who asks has to wait or is out of date.
 */
export function hold(
  state: SlotState,
  command: HoldCommand,
): { state: SlotState; held: HeldSeat } | Refusal<'slot_full' | 'service_unavailable'> {
  const { orderId, ticket, openings, customerKey, visitAt } = command;
  const earlier = state.unsettled[orderId]?.tickets ?? [];
  const kept = state.seats[orderId];
  if (kept && (earlier.length === 0 || !openings.some(({ time }) => time === kept.time))) {
    return refuse('service_unavailable');
  }
  const time = kept?.time ?? earliestFree(state, openings);
  if (time === undefined) return refuse('slot_full');
  const unsettled = {
    tickets: [...earlier, ticket],
    ...(customerKey ? { customerKey } : {}),
    visitAt,
    visits: 0,
  };
  return {
    held: { time, ticket },
    state: {
      ...state,
      seats: { ...state.seats, [orderId]: kept ?? { time, ticket } },
      unsettled: { ...state.unsettled, [orderId]: unsettled },
    },
  };
}

export interface HeldSeat {
  time: string;
  ticket: string;
}

/**
 * Gives back the seat that a hold took; one that an earlier hold took stays, for the order may stand on it. Unless the
 * booking is known to have left nothing behind, it stays on the list of visits.
 */
export function release(state: SlotState, orderId: string, ticket: string, leftNothing: boolean): SlotState {
  const tickets = state.unsettled[orderId]?.tickets ?? [];
  if (tickets.at(-1) !== ticket) return state;
  const isOwn = state.seats[orderId]?.ticket === ticket;
  const freed = isOwn ? { ...state, seats: without(state.seats, orderId) } : state;
  return leftNothing && tickets.length === 1
    ? { ...freed, unsettled: without(state.unsettled, orderId) }
    : freed;
}

/** How a visited order ended, or when to ask again. */
export type Verdict =
  | { orderId: string; ticket: string; verdict: 'settled' | 'gone' }
  | { orderId: string; ticket: string; verdict: 'wait'; visitAt: string };

export function settle(state: SlotState, verdicts: readonly Verdict[]): SlotState {
  return verdicts.reduce(settleOne, state);
}

function settleOne(state: SlotState, verdict: Verdict): SlotState {
  const { orderId } = verdict;
  const visited = state.unsettled[orderId];
  if (!visited || visited.tickets.at(-1) !== verdict.ticket) return state;
  switch (verdict.verdict) {
    case 'settled':
      return { ...state, unsettled: without(state.unsettled, orderId) };
    case 'gone':
      return { ...state, seats: without(state.seats, orderId), unsettled: without(state.unsettled, orderId) };
    case 'wait': {
      const waiting = { ...visited, visitAt: verdict.visitAt, visits: visited.visits + 1 };
      return { ...state, unsettled: { ...state.unsettled, [orderId]: waiting } };
    }
  }
}

export interface Visit extends Unsettled {
  orderId: string;
}

/** The placements to ask now, longest due first, at most `max`. */
export function dueVisits(state: SlotState, now: Date, max: number): Visit[] {
  return Object.entries(state.unsettled)
    .map(([orderId, unsettled]) => ({ orderId, ...unsettled }))
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

/** Seats left per time, in the order of `openings`. */
export function freeSeats(state: SlotState, openings: readonly Opening[]): Opening[] {
  const taken = new Map<string, number>();
  for (const { time } of Object.values(state.seats)) taken.set(time, (taken.get(time) ?? 0) + 1);
  return openings.map(({ time, seats }) => ({ time, seats: Math.max(0, seats - (taken.get(time) ?? 0)) }));
}

function earliestFree(state: SlotState, openings: readonly Opening[]): string | undefined {
  return freeSeats(state, openings).find(({ seats }) => seats > 0)?.time;
}

function without<Value>(record: Readonly<Record<string, Value>>, key: string): Record<string, Value> {
  const { [key]: _gone, ...rest } = record;
  return rest;
}
