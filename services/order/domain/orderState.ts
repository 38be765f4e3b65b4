import type { PaymentFacts, Seat } from '../../shared/contracts/booking';
import type { RefundDue } from '../../shared/contracts/events';
import { type BookingStatus, isEnded } from '../../shared/contracts/status';
import type { RefundTiers } from './refundPolicy';

/** What was agreed when the order was accepted; it never changes. */
export interface Placement {
  orderId: string;
  orderType: string;
  name?: string;
  /** E.164. */
  phone?: string;
  language: 'ko' | 'en';
  seat: Seat;
  /** IANA; the centre's, in which the seat's date and time count. */
  zone: string;
  priceKrw: number;
  /** Due at booking. */
  dueKrw: number;
  /** Names the first hold of a seat, the payment, and the order's place in its person's quota. */
  ticket: string;
  customerKey?: string;
  /** Digest of the request, to tell a repeat from another request under the same key. */
  fingerprint: string;
  placedAt: string;
  /** Until when money is awaited; absent where it was paid at once. */
  paymentDueAt?: string;
  /** The payment made at once with the order. */
  paidAtOnce?: PaymentFacts;
  /** What a cancellation by the customer gives back, as it was promised then. */
  refundTiers: RefundTiers;
}

/** What the order has now; a move changes it. */
export interface Standing {
  seat: Seat;
  zone: string;
  orderType: string;
  priceKrw: number;
  /** What is due at booking, and once it is paid, what has been paid less what went back. */
  dueKrw: number;
  /** The hold of the seat, in the seat's slot. */
  hold: { holdId: string; ticket: string };
}

/** One step of an order's life: each is told by exactly one event, in this order. */
export type HistoryEntry = { at: string } & (
  | { kind: 'placed'; status: 'Payment Requested' | 'Pay Approved' }
  | { kind: 'progressed'; status: ProgressStatus; payment: PaymentFacts; reservationId?: string }
  | {
      kind: 'moved';
      status: BookingStatus;
      from: Standing;
      to: Standing;
      /** Where it cost more: all that is paid now. */
      payment?: PaymentFacts;
      /** Where it cost less. */
      refund?: RefundDue;
    }
  | ({ kind: 'canceled'; status: 'canceled'; by: 'customer' | 'center' } & Ending)
  | ({ kind: 'rejected'; status: 'rejected' } & Ending)
  | { kind: 'expired'; status: 'expired' }
);

export type ProgressStatus = Exclude<
  BookingStatus,
  'Payment Requested' | 'canceled' | 'rejected' | 'expired'
>;

export interface Ending {
  reason?: string;
  payment?: PaymentFacts;
  refundKrw: number;
  /** For payment to pay out by event; absent where it was paid out before, or there is nothing to pay out. */
  refund?: RefundDue;
}

interface Accepted {
  readonly placement: Placement;
  readonly standing: Standing;
  readonly history: readonly HistoryEntry[];
  /** A cancellation that payment was asked for, and whose outcome is not known yet. */
  readonly canceling?: Canceling;
}

export interface Canceling {
  readonly cancelId: string;
  readonly refundKrw: number;
}

export type OrderState =
  | { readonly status: 'none'; readonly abandonedAt?: string }
  | (Accepted & { readonly status: 'Payment Requested' })
  | (Accepted & { readonly status: 'Pay Approved'; readonly payment: PaymentFacts })
  | (Accepted & {
      readonly status: 'Reservation Complete' | 'confirmed' | 'checked in' | 'completed' | 'no show';
      readonly payment: PaymentFacts;
      readonly reservationId: string;
    })
  | (Accepted & {
      readonly status: 'canceled' | 'rejected';
      readonly payment?: PaymentFacts;
      readonly refundKrw: number;
    })
  | (Accepted & { readonly status: 'expired' });

export type AcceptedOrder = Exclude<OrderState, { status: 'none' }>;

export const noOrder: OrderState = { status: 'none' };

export type OrderChange =
  | { kind: 'accepted'; placement: Placement }
  | { kind: 'abandoned'; at: string }
  | Exclude<HistoryEntry, { kind: 'placed' }>;

type EndedOrder = Extract<AcceptedOrder, { status: 'canceled' | 'rejected' | 'expired' }>;

export function hasEnded(state: AcceptedOrder): state is EndedOrder {
  return isEnded(state.status);
}

/** Whether it can still be canceled or moved, as far as its status says. */
export function isCancelable({ status }: OrderState): boolean {
  return ['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed'].includes(status);
}

export function evolve(state: OrderState, change: OrderChange): OrderState {
  if (change.kind === 'accepted') return accept(change.placement);
  if (change.kind === 'abandoned') return { status: 'none', abandonedAt: change.at };
  if (state.status === 'none') return state;
  const { placement, standing, canceling } = state;
  const history = [...state.history, change];
  switch (change.kind) {
    case 'progressed': {
      const { status, payment } = change;
      const going = {
        placement,
        standing: settled(standing, payment),
        payment,
        history,
        ...(canceling ? { canceling } : {}),
      };
      return status === 'Pay Approved'
        ? { ...going, status }
        : { ...going, status, reservationId: change.reservationId ?? '' };
    }
    case 'moved':
      return {
        ...state,
        standing: change.to,
        ...('payment' in state && change.payment ? { payment: change.payment } : {}),
        history,
      };
    case 'canceled':
    case 'rejected': {
      const { status, payment, refundKrw } = change;
      return { status, placement, standing, refundKrw, ...(payment ? { payment } : {}), history };
    }
    case 'expired':
      return { status: 'expired', placement, standing, history };
  }
}

// A customer may have paid what a move asked for that then came to nothing. What was too much goes back; what was too
// little is asked for at the visit, as the rest of the price is.
function settled(standing: Standing, { amountKrw }: PaymentFacts): Standing {
  return amountKrw < standing.dueKrw ? { ...standing, dueKrw: amountKrw } : standing;
}

function accept(placement: Placement): AcceptedOrder {
  const { paidAtOnce, placedAt: at } = placement;
  const standing = standingAtFirst(placement);
  const placed = { kind: 'placed', at } as const;
  return paidAtOnce
    ? {
        status: 'Pay Approved',
        placement,
        standing,
        payment: paidAtOnce,
        history: [{ ...placed, status: 'Pay Approved' }],
      }
    : {
        status: 'Payment Requested',
        placement,
        standing,
        history: [{ ...placed, status: 'Payment Requested' }],
      };
}

export function standingAtFirst(placement: Placement): Standing {
  const { orderId, seat, zone, orderType, priceKrw, dueKrw, ticket } = placement;
  return { seat, zone, orderType, priceKrw, dueKrw, hold: { holdId: orderId, ticket } };
}

/** Holds that the order once had and moved away from. */
export function leftHolds({ history }: AcceptedOrder): Standing[] {
  return history.flatMap((entry) => (entry.kind === 'moved' ? [entry.from] : []));
}

/** Every ticket that this order stands or stood on: none of them names something that came to nothing. */
export function ownTickets(state: OrderState): string[] {
  if (state.status === 'none') return [];
  return [...leftHolds(state), state.standing].map(({ hold }) => hold.ticket);
}

/** What the one who keeps an order's seat has to do about it now. */
export type NextStep = 'abandon' | 'expire' | 'await payment' | 'give back' | 'nothing';

export function nextStep(state: OrderState, now: Date): NextStep {
  if (state.status === 'none') return 'abandon';
  if (hasEnded(state)) return 'give back';
  if (state.status !== 'Payment Requested') return 'nothing';
  return now.getTime() >= Date.parse(state.placement.paymentDueAt ?? '') ? 'expire' : 'await payment';
}

/** The order after a cancellation that payment knows nothing of, and now never will. */
export function withoutCanceling(state: AcceptedOrder): AcceptedOrder {
  const { canceling: _off, ...rest } = state;
  return rest;
}
