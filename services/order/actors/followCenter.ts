import type { PaymentFacts } from '../../shared/contracts/booking';
import type { DecisionOutcome, DecisionRequest } from '../../shared/contracts/decisions';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { decide, type OrderCommand } from '../domain/order';
import type { AcceptedOrder } from '../domain/orderState';
import { apply, giveBackOrLeaveToGuard, type OrderTurn } from './orderTurn';
import { type PaymentClient, PaymentUnreachable } from './paymentClient';
import type { SeatKeeper } from './seatKeeper';

type Decision = Omit<DecisionRequest, 'orderId'>;

interface FollowOptions {
  payments: PaymentClient;
  seats: SeatKeeper;
  settleCanceling: (turn: OrderTurn) => Promise<void>;
}

/**
 * The centre asks leave for what its admin decided. Here it meets what the customer and the clock decide, one at a time,
 * so that of a cancellation and a confirmation of one moment the first is the one that holds.
 */
export function followingCenter({ payments, seats, settleCanceling }: FollowOptions) {
  return async function decideAsCenter(turn: OrderTurn, decision: Decision): Promise<DecisionOutcome> {
    try {
      return await grant(turn, decision);
    } catch (error) {
      if (!(error instanceof PaymentUnreachable)) throw error;
      turn.log.warn({ err: error }, 'payment not reached; the centre has to ask again');
      return refused(refuse('service_unavailable'));
    }
  };

  async function grant(turn: OrderTurn, decision: Decision): Promise<DecisionOutcome> {
    const { state } = turn;
    if (state.status === 'none') return refused(refuse('reservation_not_found'));
    if (state.canceling) {
      await settleCanceling(turn);
      // One save a turn: that was it.
      return refused(refuse('service_unavailable', {}, 1));
    }
    const ends = decision.decision === 'canceled' || decision.decision === 'rejected';
    const payment = await closeUnpaid(turn, state, decision);
    const command: OrderCommand = { kind: 'follow center', ...decision, refundId: turn.newId(), payment };
    const decided = decide(state, command, turn.now());
    if (isRefusal(decided)) return refused(decided);
    // Of a repeat, the guard of the first time stands until all is given back.
    const endsNow = ends && decided.length > 0;
    if (endsNow) await turn.guard();
    const after = await apply(turn, command);
    if (isRefusal(after)) return refused(after);
    if (endsNow) await giveBackOrLeaveToGuard(turn, seats);
    const { history } = after as AcceptedOrder;
    const at = history.find(({ status }) => status === decision.decision)?.at ?? turn.now().toISOString();
    return { outcome: 'granted', at };
  }

  /** Who ends an order that awaits its money closes its payment first; what payment had taken by then is known after. */
  async function closeUnpaid(
    turn: OrderTurn,
    state: AcceptedOrder,
    { decision }: Decision,
  ): Promise<PaymentFacts | undefined> {
    if (decision !== 'canceled' || state.status !== 'Payment Requested') return undefined;
    const attempt = state.placement.ticket;
    const closed = await payments.close({ orderId: turn.id, attempt, intent: 'expire' });
    return closed.outcome === 'paid' ? closed.payment : undefined;
  }
}

function refused({ refused: code, facts, retryAfterSeconds }: Refusal): DecisionOutcome {
  return {
    outcome: 'refused',
    refused: code,
    ...(facts ? { facts: { ...facts } } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}
