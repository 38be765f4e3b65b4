import type { BookingSummary, CardReference, PaymentFacts } from '../../shared/contracts/booking';
import { type Refusal, refuse } from '../../shared/contracts/refusals';

/**
 * The money of one order. An attempt is one placement of the order: once an attempt is closed no money is taken for
 * it, however late the word comes.
 */
export type PaymentState =
  | { readonly status: 'none' }
  | (Attempt & {
      readonly status: 'open';
      readonly dueAt: string;
      readonly booking: BookingSummary;
      readonly declines: number;
    })
  | (Attempt & { readonly status: 'declined'; readonly reason: string })
  | (Attempt & {
      readonly status: 'captured';
      readonly payment: PaymentFacts;
      readonly booking: BookingSummary;
      /** The provider's idempotency key of the charge; absent for cash. */
      readonly chargeKey?: string;
      readonly providerId?: string;
    })
  | (Attempt & { readonly status: 'closed'; readonly intent: CloseIntent; readonly closedAt: string });

interface Attempt {
  readonly attempt: number;
  readonly amountKrw: number;
}

export type CloseIntent = 'abandon' | 'expire';
export type CapturedPayment = Extract<PaymentState, { status: 'captured' }>;

export const noPayment: PaymentState = { status: 'none' };

export interface ChargeCommand {
  orderId: string;
  attempt: number;
  amountKrw: number;
  dueAt: string;
  card?: CardReference | undefined;
  booking: BookingSummary;
}

export interface PayCommand {
  price: number;
  payMethod: 'card' | 'cash';
  card?: CardReference | undefined;
}

/** What the shell has to do for a command: answer from what is known, ask the provider under a key, or just save. */
export type ChargePlan =
  | { step: 'answer'; answer: 'captured' | 'opened' }
  | { step: 'answer'; answer: 'declined'; reason: string }
  | { step: 'answer'; answer: 'closed'; closedAttempt: number }
  | { step: 'open' }
  | { step: 'charge'; key: string; card: CardReference };

/** A charge for an order, at once by card or opened to be paid later. */
export function planCharge(state: PaymentState, command: ChargeCommand): ChargePlan {
  const begin = (): ChargePlan =>
    command.card
      ? { step: 'charge', key: chargeKey(command.orderId, command.attempt), card: command.card }
      : { step: 'open' };
  // One charge an order: what was captured stays the answer until it is closed.
  if (state.status === 'captured') return { step: 'answer', answer: 'captured' };
  if (state.status === 'none' || state.attempt < command.attempt) return begin();
  switch (state.status) {
    case 'open':
      return { step: 'answer', answer: 'opened' };
    case 'declined':
      return { step: 'answer', answer: 'declined', reason: state.reason };
    case 'closed':
      return { step: 'answer', answer: 'closed', closedAttempt: state.attempt };
  }
}

export type PayPlan =
  | { step: 'answer' }
  | { step: 'take cash' }
  | { step: 'charge'; key: string; card: CardReference };

/** A payment by the customer, for an order that awaits one. Repeated, it answers with the first. */
export function planPay(orderId: string, state: PaymentState, command: PayCommand): PayPlan | Refusal {
  switch (state.status) {
    case 'none':
    case 'declined':
      return refuse('payment_not_found');
    case 'closed':
      return refuse('payment_closed');
    case 'captured':
      return state.payment.payMethod === command.payMethod
        ? { step: 'answer' }
        : refuse('payment_already_made');
    case 'open':
      if (command.price !== state.amountKrw) {
        return refuse('price_mismatch', { price: command.price, dueKrw: state.amountKrw });
      }
      return command.payMethod === 'card' && command.card
        ? { step: 'charge', key: openChargeKey(orderId, state), card: command.card }
        : { step: 'take cash' };
  }
}

export type ClosePlan =
  | { step: 'answer'; answer: 'closed' | 'paid' }
  /** Let no charge under the key stand, then save as closed. */
  | { step: 'void'; key: string }
  /** Money that reached the provider before this wins: look there first. */
  | { step: 'look, then void'; key: string }
  | { step: 'close' };

/** Closing makes payment the arbiter: after it, nothing is taken; before it, what was taken counts. */
export function planClose(
  orderId: string,
  state: PaymentState,
  { attempt, intent }: { attempt: number; intent: CloseIntent },
): ClosePlan {
  if (state.status === 'none') return { step: 'void', key: chargeKey(orderId, attempt) };
  if (state.attempt < attempt && state.status !== 'captured') {
    return { step: 'void', key: chargeKey(orderId, attempt) };
  }
  if (state.attempt > attempt) return { step: 'answer', answer: 'closed' };
  switch (state.status) {
    case 'closed':
      return { step: 'answer', answer: 'closed' };
    case 'declined':
      return { step: 'close' };
    case 'open':
      return { step: intent === 'expire' ? 'look, then void' : 'void', key: openChargeKey(orderId, state) };
    case 'captured':
      if (intent === 'expire') return { step: 'answer', answer: 'paid' };
      return state.chargeKey ? { step: 'void', key: state.chargeKey } : { step: 'close' };
  }
}

/** The provider's idempotency key: what a turn that died had asked for is found again under it. */
export function chargeKey(orderId: string, attempt: number): string {
  return `${orderId}.${attempt}`;
}

/** Each try to pay an open payment has a key of its own, counted by what was saved of the tries before. */
export function openChargeKey(orderId: string, state: Extract<PaymentState, { status: 'open' }>): string {
  return `${chargeKey(orderId, state.attempt)}.${state.declines + 1}`;
}
