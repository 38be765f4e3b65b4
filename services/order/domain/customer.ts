import { type Refusal, refuse } from '../../shared/contracts/refusals';

/**
 * One person's live orders, each with the tickets of the holds that it was counted in with. There is more than one where
 * an order was placed again before its earlier placement was settled, by two hosts even: whichever of them is accepted,
 * the word that the other is over leaves the order counted.
 */
export interface CustomerState {
  readonly live: Readonly<Record<string, readonly string[]>>;
  /**
   * The tickets that were ended last, latest last: an admission by one of them is late, and would be counted for ever. Absent
   * where there are none.
   */
  readonly ended?: readonly string[];
}

/** An address stands for people who gave neither phone nor card. */
export type CustomerKind = 'person' | 'address';

export const newCustomer: CustomerState = { live: {} };

/**
 * Counts an order in, unless the person has `limit` live ones. Repeated, it changes nothing; nor does it where what it would
 * count was ended before it came: payment refuses the charge of that placement.
 */
export function admit(
  state: CustomerState,
  orderId: string,
  ticket: string,
  kind: CustomerKind,
  limit: number,
): { state: CustomerState } | Refusal<'person_limit_reached' | 'address_limit_reached'> {
  const tickets = ticketsOf(state, orderId);
  if (tickets.includes(ticket) || state.ended?.includes(ticket)) return { state };
  if (tickets.length === 0 && Object.keys(state.live).length >= limit) {
    return refuse(kind === 'person' ? 'person_limit_reached' : 'address_limit_reached', { limit });
  }
  return { state: { ...state, live: { ...state.live, [orderId]: [...tickets, ticket] } } };
}

/** Ends what a hold counted in; the order is counted out with the last one. Repeated, it changes nothing. */
export function dismiss(state: CustomerState, orderId: string, ticket: string): CustomerState {
  const { live, ended = [] } = state;
  const tickets = ticketsOf(state, orderId);
  const isCounted = tickets.includes(ticket);
  if (!isCounted && ended.includes(ticket)) return state;
  const { [orderId]: _gone, ...others } = live;
  const left = tickets.filter((each) => each !== ticket);
  const counted = left.length > 0 ? { ...others, [orderId]: left } : others;
  return {
    live: isCounted ? counted : live,
    ended: [...ended.filter((each) => each !== ticket), ticket].slice(-endedMax),
  };
}

// An admission is late by the seconds for which a turn may go on after its hold was visited, in which one person cannot have
// so many more ended.
const endedMax = 32;

function ticketsOf({ live }: CustomerState, orderId: string): readonly string[] {
  return Object.hasOwn(live, orderId) ? (live[orderId] ?? []) : [];
}
