import type { BookingSummary, CardReference, PaymentFacts } from '../../shared/contracts/booking';
import type { RefundDue } from '../../shared/contracts/events';

/**
 * The money of one order. An attempt is one placement of the order, and a later one has a greater name: once an attempt
 * is closed, or a later one begun, no money is taken for it, however late the word comes. `canceled` ends the payment
 * for good: from then on money goes back only.
 */
export type PaymentState =
  | ({ readonly status: 'none' } & Tombstones)
  | OpenPayment
  | (Attempt & { readonly status: 'declined'; readonly reason: string })
  | CapturedPayment
  | CanceledPayment
  | (Attempt & { readonly status: 'closed'; readonly intent: CloseIntent; readonly closedAt: string });

/** Awaits `amountKrw`, which is what the last of the dues asks for. */
export interface OpenPayment extends Attempt {
  readonly status: 'open';
  readonly dueAt: string;
  readonly booking: BookingSummary;
  readonly dues: Dues;
  /** Tries to pay that came to nothing; with it, the next one has a key of its own. */
  readonly declines: number;
}

/** Of the dues, all is paid; `amountKrw` is the sum of the charges, before any refund. */
export interface CapturedPayment extends Attempt, Books {
  readonly status: 'captured';
  readonly payment: PaymentFacts;
  readonly booking: BookingSummary;
  readonly dues: Dues;
  /** The card that paid; a supplement is charged to it. Absent for cash, and where the turn died that had it. */
  readonly card?: CardReference;
}

export interface CanceledPayment extends Attempt, Books {
  readonly status: 'canceled';
  /** Absent where nothing had been paid. */
  readonly payment?: PaymentFacts;
  /** Where supplements were asked for: one that came to nothing may still be undone. */
  readonly dues?: Dues;
  /** What ended it, and what it gives back; another word that ends it changes neither. */
  readonly ending: RefundDue;
  readonly canceledAt: string;
}

interface Attempt extends Tombstones {
  readonly attempt: string;
  readonly amountKrw: number;
  /** When the first attempt came, UTC. */
  readonly createdAt: string;
}

/** What was called off before it came, so that it is known when it comes late. Both are the greatest of their kind. */
export interface Tombstones {
  readonly withdrawnCancelId?: string;
  readonly closedTicket?: string;
}

/** Money taken and given back, each refund once: begun (`refunding`) or done. */
export interface Books {
  readonly charges: readonly Charge[];
  readonly refunding: readonly Refund[];
  readonly refunds: readonly (Refund & { readonly refundedAt: string })[];
}

export type Charge =
  | { readonly payMethod: 'cash'; readonly amountKrw: number }
  | {
      readonly payMethod: 'card';
      /** The provider's idempotency key. */
      readonly key: string;
      readonly providerId: string;
      readonly amountKrw: number;
      /** Of a supplement, whose close undoes this charge alone. */
      readonly ticket?: string;
    };

export interface Refund extends RefundDue {
  /** How much of it goes back on which charge; without a key, in cash. */
  readonly parts: readonly RefundPart[];
}

export interface RefundPart {
  readonly key?: string;
  readonly amountKrw: number;
}

/** What is due in all for a booking, named by the ticket of its seat; the placement's own is named by its attempt. */
export interface Due {
  readonly ticket: string;
  readonly dueKrw: number;
  readonly booking: BookingSummary;
}

/** The placement's, then each supplement's; the last one counts. */
export type Dues = readonly [Due, ...Due[]];

export type CloseIntent = 'abandon' | 'expire';

export const noPayment: PaymentState = { status: 'none' };

/** The provider's idempotency key: what a turn that died had asked for is found again under it. */
export function chargeKey(orderId: string, ticket: string): string {
  return `${orderId}.${ticket}`;
}

/** Each try to pay an open payment has a key of its own, counted by what was saved of the tries before. */
export function openChargeKey(orderId: string, { attempt, declines }: OpenPayment): string {
  return `${chargeKey(orderId, attempt)}.${declines + 1}`;
}

export function lastDue(dues: Dues): Due {
  return dues[dues.length - 1] ?? dues[0];
}

/** What every state keeps of the one before it. */
export function tombstonesOf({ withdrawnCancelId, closedTicket }: Tombstones): Tombstones {
  return {
    ...(withdrawnCancelId ? { withdrawnCancelId } : {}),
    ...(closedTicket ? { closedTicket } : {}),
  };
}

/** An attempt as it begins after `state`. */
export function beginAttempt(state: PaymentState, attempt: string, amountKrw: number, now: Date): Attempt {
  const createdAt = state.status === 'none' ? now.toISOString() : state.createdAt;
  return { attempt, amountKrw, createdAt, ...tombstonesOf(state) };
}

export function openState(
  state: PaymentState,
  request: { attempt: string; amountKrw: number; dueAt: string; booking: BookingSummary },
  now: Date,
): OpenPayment {
  const { attempt, amountKrw, dueAt, booking } = request;
  const dues: Dues = [{ ticket: attempt, dueKrw: amountKrw, booking }];
  return {
    status: 'open',
    ...beginAttempt(state, attempt, amountKrw, now),
    dueAt,
    booking,
    dues,
    declines: 0,
  };
}

/** Of what was asked for under `request`, this was paid. */
export function capturedState(
  orderId: string,
  state: PaymentState,
  request: { attempt: string; dues: Dues; charge: Charge; card?: CardReference | undefined },
  facts: Pick<PaymentFacts, 'card' | 'approvedAt'>,
): CapturedPayment {
  const { attempt, dues, charge, card } = request;
  const { amountKrw, payMethod } = charge;
  const payment: PaymentFacts = { paymentId: orderId, amountKrw, payMethod, ...facts };
  return {
    status: 'captured',
    ...beginAttempt(state, attempt, amountKrw, new Date(facts.approvedAt)),
    payment,
    booking: lastDue(dues).booking,
    dues,
    charges: [charge],
    refunding: [],
    refunds: [],
    ...(card ? { card } : {}),
  };
}

export function closedState(
  state: PaymentState,
  { attempt, intent, amountKrw }: { attempt: string; intent: CloseIntent; amountKrw?: number },
  now: Date,
): PaymentState {
  const dueKrw = amountKrw ?? (state.status === 'none' ? 0 : state.amountKrw);
  return {
    status: 'closed',
    ...beginAttempt(state, attempt, dueKrw, now),
    intent,
    closedAt: now.toISOString(),
  };
}
