import type { PaymentFacts, Seat } from '../../shared/contracts/booking';
import { type Refusal, refuse } from '../../shared/contracts/refusals';
import type { BookingStatus } from '../../shared/contracts/status';

/** What was agreed when the order was accepted; it never changes. */
export interface Placement {
  orderId: string;
  orderType: string;
  name?: string;
  /** E.164. */
  phone?: string;
  language: 'ko' | 'en';
  seat: Seat;
  priceKrw: number;
  /** Due at booking. */
  dueKrw: number;
  /** Names the hold of the seat, the charge at payment, and the order's place in its person's quota. */
  ticket: string;
  customerKey?: string;
  /** Digest of the request, to tell a repeat from another request under the same key. */
  fingerprint: string;
  placedAt: string;
  /** Until when money is awaited; absent where it was paid at once. */
  paymentDueAt?: string;
  /** The payment made at once with the order. */
  paidAtOnce?: PaymentFacts;
}

interface Accepted {
  readonly placement: Placement;
  readonly history: readonly { status: BookingStatus; at: string }[];
}

export type OrderState =
  | { readonly status: 'none'; readonly abandonedAt?: string }
  | (Accepted & { readonly status: 'Payment Requested' })
  | (Accepted & { readonly status: 'Pay Approved'; readonly payment: PaymentFacts })
  | (Accepted & {
      readonly status: 'Reservation Complete' | 'confirmed';
      readonly payment: PaymentFacts;
      readonly reservationId: string;
    })
  | (Accepted & { readonly status: 'expired' });

export type AcceptedOrder = Exclude<OrderState, { status: 'none' }>;

export const noOrder: OrderState = { status: 'none' };

export type OrderCommand =
  | { kind: 'place'; placement: Placement }
  | { kind: 'take in payment'; attempt: string; payment: PaymentFacts }
  | {
      kind: 'follow reservation';
      status: 'Reservation Complete' | 'confirmed';
      reservationId: string;
      payment: PaymentFacts;
    }
  /** Payment is closed: no money can come any more. */
  | { kind: 'expire' }
  /** A placement never came to be. What it left is given back once this is written down: then it cannot come late. */
  | { kind: 'abandon' };

export type OrderChange =
  | { kind: 'placed'; placement: Placement }
  | { kind: 'paid'; payment: PaymentFacts; at: string }
  | {
      kind: 'advanced';
      status: 'Reservation Complete' | 'confirmed';
      reservationId: string;
      payment: PaymentFacts;
      at: string;
    }
  | { kind: 'expired'; at: string }
  | { kind: 'abandoned'; at: string };

/** What a command changes, or why it may not. No change at all is the answer to a repeat. */
export function decide(state: OrderState, command: OrderCommand, now: Date): OrderChange[] | Refusal {
  const at = now.toISOString();
  switch (command.kind) {
    case 'place':
      if (state.status === 'none') return [{ kind: 'placed', placement: command.placement }];
      return state.placement.fingerprint === command.placement.fingerprint
        ? []
        : refuse('idempotency_key_reused');
    case 'take in payment':
      if (state.status === 'none') return refuse('order_not_found');
      if (command.attempt !== state.placement.ticket) return [];
      return state.status === 'Payment Requested' ? [{ kind: 'paid', payment: command.payment, at }] : [];
    case 'follow reservation': {
      if (state.status === 'none') return refuse('order_not_found');
      const { status, reservationId, payment } = command;
      const path: OrderChange[] = [
        { kind: 'paid', payment, at },
        { kind: 'advanced', status: 'Reservation Complete', reservationId, payment, at },
        { kind: 'advanced', status: 'confirmed', reservationId, payment, at },
      ];
      return path.slice(rank(state.status), rank(status));
    }
    case 'expire':
      return state.status === 'Payment Requested' ? [{ kind: 'expired', at }] : [];
    case 'abandon':
      return state.status === 'none' ? [{ kind: 'abandoned', at }] : [];
  }
}

export function evolve(state: OrderState, change: OrderChange): OrderState {
  if (change.kind === 'placed') return accept(change.placement);
  if (change.kind === 'abandoned') return { status: 'none', abandonedAt: change.at };
  if (state.status === 'none') return state;
  const { placement, history } = state;
  switch (change.kind) {
    case 'paid': {
      const status = 'Pay Approved';
      return { status, placement, payment: change.payment, history: [...history, { status, at: change.at }] };
    }
    case 'advanced': {
      const { status, reservationId, payment, at } = change;
      return { status, placement, payment, reservationId, history: [...history, { status, at }] };
    }
    case 'expired': {
      const status = 'expired';
      return { status, placement, history: [...history, { status, at: change.at }] };
    }
  }
}

function accept(placement: Placement): AcceptedOrder {
  const { paidAtOnce, placedAt } = placement;
  return paidAtOnce
    ? {
        status: 'Pay Approved',
        placement,
        payment: paidAtOnce,
        history: [{ status: 'Pay Approved', at: placedAt }],
      }
    : { status: 'Payment Requested', placement, history: [{ status: 'Payment Requested', at: placedAt }] };
}

/** What the one who keeps an order's seat has to do about it now. */
export type NextStep = 'abandon' | 'expire' | 'await payment' | 'give back' | 'nothing';

export function nextStep(state: OrderState, now: Date): NextStep {
  switch (state.status) {
    case 'none':
      return 'abandon';
    case 'Payment Requested':
      return now.getTime() >= Date.parse(state.placement.paymentDueAt ?? '') ? 'expire' : 'await payment';
    case 'Pay Approved':
    case 'Reservation Complete':
    case 'confirmed':
      return 'nothing';
    case 'expired':
      return 'give back';
  }
}

// Reservation's events may overtake payment's and each other: the one that is further on the path wins, and brings
// the steps that it overtook, so that every history is the whole path. An ended order ranks above all.
function rank(status: AcceptedOrder['status']): number {
  return ['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed', 'expired'].indexOf(
    status,
  );
}
