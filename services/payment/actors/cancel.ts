import type { CancelOutcome, CancelRequest, WithdrawRequest } from '../../shared/contracts/charges';
import { type CancelPlan, canceledUnpaid, planCancel, planWithdraw, withdrawnState } from '../domain/cancel';
import type { CanceledPayment } from '../domain/payment';
import { cancelPaid } from '../domain/refund';
import type { PaymentProvider } from '../provider/provider';
import { findCapture } from './captures';
import type { PaymentTurn } from './paymentContract';
import { finishRefunds } from './refunds';

/** The customer cancels. Once begun it is written down, and brought to its end by whoever comes next. */
export async function cancel(
  provider: PaymentProvider,
  turn: PaymentTurn,
  command: CancelRequest,
): Promise<CancelOutcome> {
  const plan = planCancel(turn.id, turn.state, command, turn.now());
  switch (plan.step) {
    case 'finish':
    case 'answer':
    case 'withdraw':
      return bringToItsEnd(provider, turn, plan, command.cancelId);
    case 'void':
      return endUnpaid(provider, turn, plan.key, command);
    case 'look, then void': {
      const found = await findCapture(provider, turn, plan.open);
      if (!found) return endUnpaid(provider, turn, plan.key, command);
      const due = { refundId: command.cancelId, refundKrw: command.refundKrw };
      return giveBack(provider, turn, cancelPaid(found, due, turn.now()));
    }
    case 'give back':
      return giveBack(provider, turn, plan.next);
  }
}

/** Asked by an order that never heard how its cancel ended. */
export async function withdrawCancel(
  provider: PaymentProvider,
  turn: PaymentTurn,
  { cancelId }: WithdrawRequest,
): Promise<CancelOutcome> {
  return bringToItsEnd(provider, turn, planWithdraw(turn.state, cancelId), cancelId);
}

async function bringToItsEnd(
  provider: PaymentProvider,
  turn: PaymentTurn,
  plan: Extract<CancelPlan, { step: 'finish' | 'answer' | 'withdraw' }>,
  cancelId: string,
): Promise<CancelOutcome> {
  switch (plan.step) {
    case 'finish':
      await finishRefunds(provider, turn);
      return outcomeOf(plan.canceled);
    case 'withdraw':
      // Also where another host has begun it meanwhile: its save, or this one, is fenced off.
      await turn.save(withdrawnState(turn.state, cancelId));
      return { outcome: 'withdrawn' };
    case 'answer':
      return { outcome: 'withdrawn' };
  }
}

async function endUnpaid(
  provider: PaymentProvider,
  turn: PaymentTurn,
  key: string,
  command: CancelRequest,
): Promise<CancelOutcome> {
  // A host that remembers an old state does not know what was paid since: it fails here, before it undoes that.
  await turn.intend(turn.state);
  await provider.void(key);
  const canceled = canceledUnpaid(turn.state, command, turn.now());
  await turn.save(canceled);
  return outcomeOf(canceled);
}

async function giveBack(
  provider: PaymentProvider,
  turn: PaymentTurn,
  canceled: CanceledPayment,
): Promise<CancelOutcome> {
  if (canceled.refunding.length === 0) {
    await turn.save(canceled);
  } else {
    await turn.guard();
    await turn.intend(canceled);
    await finishRefunds(provider, turn);
  }
  return outcomeOf(canceled);
}

function outcomeOf({ ending, payment }: CanceledPayment): CancelOutcome {
  return { outcome: 'canceled', refundKrw: ending.refundKrw, ...(payment ? { payment } : {}) };
}
