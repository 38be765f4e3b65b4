import type { CancelOutcome } from '../../shared/contracts/charges';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import { changeRefusal, refundQuote } from '../domain/order';
import { type AcceptedOrder, type Canceling, withoutCanceling } from '../domain/orderState';
import { apply, giveBackOrLeaveToGuard, type OrderTurn } from './orderTurn';
import { type PaymentClient, PaymentUnreachable } from './paymentClient';
import type { SeatKeeper } from './seatKeeper';

/**
 * The customer cancels: payment first, and only if that went well the order. What payment is to be asked is written down
 * before, for a call that brings no answer may have refunded all the same: `recover` then finds out which.
 */
export function canceling({ payments, seats }: { payments: PaymentClient; seats: SeatKeeper }) {
  async function cancel(turn: OrderTurn): Promise<{ order: AcceptedOrder } | Refusal> {
    const { state } = turn;
    if (state.status === 'none') return refuse('order_not_found');
    if (state.status === 'canceled') return { order: state };
    const refusal = state.canceling ? undefined : changeRefusal(state, turn.now());
    if (refusal) return refusal;
    const intent = state.canceling ?? {
      cancelId: turn.newId(),
      refundKrw: refundQuote(state, turn.now()).refundKrw,
    };
    // Asked again, the guard of the first time stands.
    if (!state.canceling) {
      await turn.guard();
      await turn.intend({ ...state, canceling: intent });
    }
    reachCrashPoint('order.before-cancel');
    let outcome: CancelOutcome;
    try {
      outcome = await payments.cancel({ ...named(state, intent), refundKrw: intent.refundKrw });
    } catch (error) {
      if (!(error instanceof PaymentUnreachable)) throw error;
      turn.log.warn({ err: error }, 'payment not reached; the guard finds out whether it canceled');
      // Not known, and said so: a refund that is out can't be called back.
      turn.keepGuard();
      return refuse('cancel_unavailable');
    }
    reachCrashPoint('order.after-cancel');
    const after = await conclude(turn, outcome);
    return after.status === 'canceled' ? { order: after } : refuse('cancel_unavailable');
  }

  /**
   * Brings a cancellation whose outcome is not known to an end, one way or the other, and saves that. Throws
   * {@link PaymentUnreachable} while nobody can tell.
   */
  async function settleCanceling(turn: OrderTurn): Promise<void> {
    const { state } = turn;
    if (state.status === 'none' || !state.canceling) return;
    await conclude(turn, await payments.withdrawCancel(named(state, state.canceling)));
  }

  async function conclude(turn: OrderTurn, outcome: CancelOutcome): Promise<AcceptedOrder> {
    const state = turn.state as AcceptedOrder;
    if (outcome.outcome === 'withdrawn') {
      const after = withoutCanceling(state);
      await turn.save(after);
      return after;
    }
    const { refundKrw, payment } = outcome;
    const after = await apply(turn, { kind: 'cancel', refundKrw, payment }, { outcome: 'done' });
    if (isRefusal(after)) throw new Error(`payment canceled an order that cannot be: ${after.refused}`);
    await giveBackOrLeaveToGuard(turn, seats);
    return after as AcceptedOrder;
  }

  return { cancel, settleCanceling };
}

function named({ placement }: AcceptedOrder, { cancelId }: Canceling) {
  return { orderId: placement.orderId, attempt: placement.ticket, cancelId };
}
