import { type Refusal, refuse } from '../../shared/contracts/refusals';

/** One person's live orders, each with the ticket of the hold that it was counted in with. */
export interface CustomerState {
  readonly live: Readonly<Record<string, string>>;
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
  if (state.live[orderId] === ticket) return { state };
  const isCounted = orderId in state.live;
  if (!isCounted && Object.keys(state.live).length >= limit) {
    return refuse(kind === 'person' ? 'person_limit_reached' : 'address_limit_reached', { limit });
  }
  return { state: { live: { ...state.live, [orderId]: ticket } } };
}

/** Counts an order out. A late word about an earlier hold changes nothing: its ticket is another. */
export function dismiss(state: CustomerState, orderId: string, ticket: string): CustomerState {
  if (state.live[orderId] !== ticket) return state;
  const { [orderId]: _gone, ...live } = state.live;
  return { live };
}
