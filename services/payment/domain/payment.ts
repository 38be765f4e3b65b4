import type { BookingSummary, CardReference, PaymentFacts } from '../../shared/contracts/booking';
import { type Refusal, refuse } from '../../shared/contracts/refusals';

/**
 * The money of one order. An attempt is one placement of the order, and a later one has a greater name: once an attempt
 * is closed, or a later one begun, no money is taken for it, however late the word comes.
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
  readonly attempt: string;
  readonly amountKrw: number;
}

export type CloseIntent = 'abandon' | 'expire';
export type CapturedPayment = Extract<PaymentState, { status: 'captured' }>;

export const noPayment: PaymentState = { status: 'none' };

export interface ChargeCommand {
  orderId: string;
  attempt: string;
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
  /** `occupied`: an earlier attempt stands, and who keeps its seat has not had it closed yet. */
  | { step: 'answer'; answer: 'captured' | 'opened' | 'closed' | 'occupied' }
  | { step: 'answer'; answer: 'declined'; reason: string }
  | { step: 'open' }
  | { step: 'charge'; key: string; card: CardReference };

/** A charge for an order, at once by card or opened to be paid later. */
export function planCharge(state: PaymentState, command: ChargeCommand): ChargePlan {
  const { orderId, attempt, card } = command;
  if (state.status !== 'none' && state.attempt > attempt) return { step: 'answer', answer: 'closed' };
  if (state.status === 'none' || state.attempt < attempt) {
    // Never undone from here: the order may stand on it, and who asks may be a turn that lost the order to another.
    if (state.status === 'open' || state.status === 'captured') return { step: 'answer', answer: 'occupied' };
    return card ? { step: 'charge', key: chargeKey(orderId, attempt), card } : { step: 'open' };
  }
  switch (state.status) {
    case 'open':
      return { step: 'answer', answer: 'opened' };
    case 'captured':
      return { step: 'answer', answer: 'captured' };
    case 'declined':
      return { step: 'answer', answer: 'declined', reason: state.reason };
    case 'closed':
      return { step: 'answer', answer: 'closed' };
  }
}

export type PayPlan =
  | { step: 'answer' }
  /** After making sure that no charge stands, or will stand, under the key of a try that died. */
  | { step: 'take cash'; key: string }
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
      if (command.payMethod === 'cash') return { step: 'take cash', key: openChargeKey(orderId, state) };
      return command.card
        ? { step: 'charge', key: openChargeKey(orderId, state), card: command.card }
        : refuse('value_invalid', { errors: [{ pointer: '/cardNo' }] });
  }
}

export type ClosePlan =
  | { step: 'answer'; answer: 'closed' | 'paid' }
  /** Let no charge under the key stand; then, unless a later attempt is on, save as closed. */
  | { step: 'void'; key: string; save: boolean }
  /** Money that reached the provider before this wins: look there first. */
  | { step: 'look, then void'; key: string; save: true }
  | { step: 'close' };

/** Closing makes payment the arbiter: after it, nothing is taken; before it, what was taken counts. */
export function planClose(
  orderId: string,
  state: PaymentState,
  { attempt, intent }: { attempt: string; intent: CloseIntent },
): ClosePlan {
  // Of an attempt that is not ours to know of, the provider may know: its turn may have died before its save.
  if (state.status === 'none') return { step: 'void', key: chargeKey(orderId, attempt), save: true };
  if (state.attempt !== attempt) {
    const isOver = state.status === 'closed' || state.status === 'declined';
    return { step: 'void', key: chargeKey(orderId, attempt), save: isOver && state.attempt < attempt };
  }
  switch (state.status) {
    case 'closed':
      return { step: 'answer', answer: 'closed' };
    case 'declined':
      return { step: 'close' };
    case 'open': {
      const key = openChargeKey(orderId, state);
      return intent === 'expire'
        ? { step: 'look, then void', key, save: true }
        : { step: 'void', key, save: true };
    }
    case 'captured':
      if (intent === 'expire') return { step: 'answer', answer: 'paid' };
      return state.chargeKey ? { step: 'void', key: state.chargeKey, save: true } : { step: 'close' };
  }
}

/** The provider's idempotency key: what a turn that died had asked for is found again under it. */
export function chargeKey(orderId: string, attempt: string): string {
  return `${orderId}.${attempt}`;
}

/** Each try to pay an open payment has a key of its own, counted by what was saved of the tries before. */
export function openChargeKey(orderId: string, state: Extract<PaymentState, { status: 'open' }>): string {
  return `${chargeKey(orderId, state.attempt)}.${state.declines + 1}`;
}
