import type { BookingSummary, CardReference } from '../../shared/contracts/booking';
import { chargeKey, type PaymentState } from './payment';

export interface ChargeCommand {
  orderId: string;
  attempt: string;
  amountKrw: number;
  dueAt: string;
  card?: CardReference | undefined;
  booking: BookingSummary;
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
  if (state.status === 'canceled') return { step: 'answer', answer: 'closed' };
  if (state.status !== 'none' && state.attempt > attempt) return { step: 'answer', answer: 'closed' };
  if (state.status === 'none' || state.attempt < attempt) {
    if (attempt <= (state.closedTicket ?? '')) return { step: 'answer', answer: 'closed' };
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
