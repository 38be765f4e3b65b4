import {
  beginAttempt,
  type CanceledPayment,
  chargeKey,
  type OpenPayment,
  openChargeKey,
  type PaymentState,
} from './payment';
import { cancelPaid } from './refund';

export interface CancelCommand {
  attempt: string;
  cancelId: string;
  refundKrw: number;
}

export type CancelPlan =
  /** It is canceled: what is still to go back goes back. The cancel that came first holds. */
  | { step: 'finish'; canceled: CanceledPayment }
  | { step: 'answer'; answer: 'withdrawn' }
  /** Save that no cancel up to this one takes effect any more. */
  | { step: 'withdraw' }
  /** Nothing was paid: let no charge under the key stand, then save as canceled. */
  | { step: 'void'; key: string }
  /** Money that reached the provider before this counts as paid. */
  | { step: 'look, then void'; open: OpenPayment; key: string }
  | { step: 'give back'; next: CanceledPayment };

/** The customer cancels: the payment ends for good, whatever was paid. */
export function planCancel(
  orderId: string,
  state: PaymentState,
  { attempt, cancelId, refundKrw }: CancelCommand,
  now: Date,
): CancelPlan {
  if (state.status === 'canceled') return { step: 'finish', canceled: state };
  if (isWithdrawn(state, cancelId)) return { step: 'answer', answer: 'withdrawn' };
  // It speaks of a placement that ended before the one that is here.
  if (state.status !== 'none' && state.attempt > attempt) return { step: 'withdraw' };
  switch (state.status) {
    case 'none':
    case 'declined':
    case 'closed':
      return { step: 'void', key: chargeKey(orderId, attempt) };
    case 'open':
      return { step: 'look, then void', open: state, key: openChargeKey(orderId, state) };
    case 'captured':
      return { step: 'give back', next: cancelPaid(state, { refundId: cancelId, refundKrw }, now) };
  }
}

/** Who asked for a cancel never heard how it ended: if it was begun it is finished, else it never will be. */
export function planWithdraw(
  state: PaymentState,
  cancelId: string,
): Extract<CancelPlan, { step: 'finish' | 'answer' | 'withdraw' }> {
  if (state.status === 'canceled') return { step: 'finish', canceled: state };
  return isWithdrawn(state, cancelId) ? { step: 'answer', answer: 'withdrawn' } : { step: 'withdraw' };
}

/** Cancel ids are UUIDv7: a later one is greater. */
export function withdrawnState(state: PaymentState, cancelId: string): PaymentState {
  return isWithdrawn(state, cancelId) ? state : { ...state, withdrawnCancelId: cancelId };
}

export function canceledUnpaid(
  state: PaymentState,
  { attempt, cancelId }: CancelCommand,
  now: Date,
): CanceledPayment {
  const amountKrw = state.status === 'none' ? 0 : state.amountKrw;
  return {
    status: 'canceled',
    ...beginAttempt(state, attempt, amountKrw, now),
    charges: [],
    refunding: [],
    refunds: [],
    ending: { refundId: cancelId, refundKrw: 0 },
    canceledAt: now.toISOString(),
  };
}

function isWithdrawn({ withdrawnCancelId = '' }: PaymentState, cancelId: string): boolean {
  return cancelId <= withdrawnCancelId;
}
