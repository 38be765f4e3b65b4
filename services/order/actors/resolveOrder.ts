import { type AcceptedOrder, nextStep, ownTickets } from '../domain/orderState';
import type { OrderContract } from './orderContract';
import { apply, type OrderTurn } from './orderTurn';
import type { PaymentClient } from './paymentClient';
import type { SeatKeeper } from './seatKeeper';

type Resolve = OrderContract['resolve'];

/**
 * Answers who keeps a seat of this order. Each ticket that the order never stood on names a placement or a move that came
 * to nothing: its charge is closed, its quota given back. That this order does not stand on it is written down before,
 * so that it cannot be accepted late.
 */
export function resolving({ payments, seats }: { payments: PaymentClient; seats: SeatKeeper }) {
  return async function resolve(
    turn: OrderTurn,
    { tickets, customerKey }: Resolve['input'],
  ): Promise<Resolve['output']> {
    const step = nextStep(turn.state, turn.now());
    if (step === 'abandon') await apply(turn, { kind: 'abandon' });
    const own = ownTickets(turn.state);
    const foreign = tickets.filter((each) => !own.includes(each));
    // Fences off a move by this ticket that is still under way on another host: its save would come after.
    if (foreign.length > 0 && turn.state.status !== 'none') await turn.intend(turn.state);
    for (const ticket of foreign) {
      await payments.close({ orderId: turn.id, attempt: ticket, intent: 'abandon' });
      if (customerKey) await seats.dismiss(customerKey, turn.id, ticket);
    }
    if (turn.state.status === 'none' || !tickets.includes(turn.state.standing.hold.ticket)) {
      return { verdict: 'gone' };
    }
    // Its guard finds out how that ends.
    if (turn.state.canceling) return { verdict: 'wait' };
    const { placement } = turn.state;
    switch (step) {
      case 'await payment':
        return { verdict: 'wait', visitAt: placement.paymentDueAt ?? '' };
      case 'expire': {
        const hasExpired = await expire(turn, turn.state);
        if (!hasExpired) return { verdict: 'settled' };
        break;
      }
      case 'give back':
        break;
      case 'nothing':
      case 'abandon':
        return { verdict: 'settled' };
    }
    const key = customerKey ?? placement.customerKey;
    if (key) await seats.dismiss(key, turn.id, placement.ticket);
    return { verdict: 'gone' };
  };

  async function expire(turn: OrderTurn, { placement }: AcceptedOrder): Promise<boolean> {
    const attempt = placement.ticket;
    const closed = await payments.close({ orderId: turn.id, attempt, intent: 'expire' });
    if (closed.outcome === 'paid') {
      await apply(turn, { kind: 'take in payment', attempt, payment: closed.payment });
      return false;
    }
    await apply(turn, { kind: 'expire' });
    return true;
  }
}
