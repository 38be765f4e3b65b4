import { type Refusal, refuse } from '../../shared/contracts/refusals';

/**
 * One person's live orders, each with the tickets of the holds that it was counted in with. There is more than one where
 * an order was placed again before its earlier placement was settled, by two hosts even: whichever of them is accepted,
 * the word that the other is over leaves the order counted.
 */
export interface CustomerState {
  readonly live: Readonly<Record<string, readonly string[]>>;
}

/** An address stands for people who gave neither phone nor card. */
export type CustomerKind = 'person' | 'address';

export const newCustomer: CustomerState = { live: {} };

/** Counts an order in, unless the person has `limit` live ones. Repeated, it changes nothing. */
export function admit(
  state: CustomerState,
  orderId: string,
  ticket: string,
  kind: CustomerKind,
  limit: number,
): { state: CustomerState } | Refusal<'person_limit_reached' | 'address_limit_reached'> {
  const tickets = ticketsOf(state, orderId);
  if (tickets.includes(ticket)) return { state };
  if (tickets.length === 0 && Object.keys(state.live).length >= limit) {
    return refuse(kind === 'person' ? 'person_limit_reached' : 'address_limit_reached', { limit });
  }
  return { state: { live: { ...state.live, [orderId]: [...tickets, ticket] } } };
}

/** Ends what a hold counted in; the order is counted out with the last one. Repeated, it changes nothing. */
export function dismiss(state: CustomerState, orderId: string, ticket: string): CustomerState {
  const tickets = ticketsOf(state, orderId);
  if (!tickets.includes(ticket)) return state;
  const { [orderId]: _gone, ...others } = state.live;
  const left = tickets.filter((each) => each !== ticket);
  return { live: left.length > 0 ? { ...others, [orderId]: left } : others };
}

function ticketsOf({ live }: CustomerState, orderId: string): readonly string[] {
  return Object.hasOwn(live, orderId) ? (live[orderId] ?? []) : [];
}
