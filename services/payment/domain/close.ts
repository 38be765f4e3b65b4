import type { PaymentFacts } from '../../shared/contracts/booking';
import {
  type CanceledPayment,
  type CapturedPayment,
  type CloseIntent,
  chargeKey,
  type OpenPayment,
  openChargeKey,
  type PaymentState,
} from './payment';

export type ClosePlan =
  | { step: 'answer'; answer: 'closed' }
  | { step: 'answer'; answer: 'paid'; payment: PaymentFacts }
  /** Let no charge under the keys stand; next save as closed, or only that this ticket is over, or nothing. */
  | { step: 'void'; keys: readonly string[]; next: 'close' | 'remember' | 'nothing' }
  /** Money that reached the provider before this wins: look there first. */
  | { step: 'look, then void'; open: OpenPayment; key: string }
  /** The ticket is that of a supplement, which alone is undone. */
  | { step: 'undo supplement'; state: OpenPayment | CapturedPayment | CanceledPayment }
  | { step: 'close' };

/** Closing makes payment the arbiter: after it, nothing is taken; before it, what was taken counts. */
export function planClose(
  orderId: string,
  state: PaymentState,
  { attempt, intent }: { attempt: string; intent: CloseIntent },
): ClosePlan {
  const unknown = [chargeKey(orderId, attempt)];
  // Of an attempt that is not ours to know of, the provider may know: its turn may have died before its save.
  if (state.status === 'none') return { step: 'void', keys: unknown, next: 'close' };
  if (state.attempt !== attempt) {
    const isLater = state.attempt < attempt;
    const isNew = isLater && attempt > (state.closedTicket ?? '');
    switch (state.status) {
      case 'closed':
        // What has expired stays so, whatever else of its order is called off after it.
        if (state.intent === 'expire')
          return { step: 'void', keys: unknown, next: isNew ? 'remember' : 'nothing' };
        return { step: 'void', keys: unknown, next: isLater ? 'close' : 'nothing' };
      case 'declined':
        return { step: 'void', keys: unknown, next: isLater ? 'close' : 'nothing' };
      case 'canceled':
        return hasSupplement(state, attempt)
          ? { step: 'undo supplement', state }
          : { step: 'void', keys: unknown, next: 'nothing' };
      case 'open':
      case 'captured': {
        if (hasSupplement(state, attempt)) {
          // An order that was moved may name its placement by the ticket of its seat.
          if (intent === 'expire') return planClose(orderId, state, { attempt: state.attempt, intent });
          return { step: 'undo supplement', state };
        }
        return { step: 'void', keys: unknown, next: isNew ? 'remember' : 'nothing' };
      }
    }
  }
  switch (state.status) {
    case 'closed':
    case 'canceled':
    // Its key stays declined, whoever asks again.
    case 'declined':
      return { step: 'answer', answer: 'closed' };
    case 'open': {
      const key = openChargeKey(orderId, state);
      return intent === 'expire'
        ? { step: 'look, then void', open: state, key }
        : { step: 'void', keys: [key], next: 'close' };
    }
    case 'captured': {
      if (intent === 'expire') return { step: 'answer', answer: 'paid', payment: state.payment };
      const keys = state.charges.flatMap((charge) => (charge.payMethod === 'card' ? [charge.key] : []));
      return keys.length > 0 ? { step: 'void', keys, next: 'close' } : { step: 'close' };
    }
  }
}

function hasSupplement(state: OpenPayment | CapturedPayment | CanceledPayment, ticket: string): boolean {
  return state.dues?.some((due) => due.ticket === ticket) ?? false;
}
