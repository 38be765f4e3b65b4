import { topicOfOrder } from '../../shared/contracts/events';
import { isRefusal, type Refusal } from '../../shared/contracts/refusals';
import type { NewEvent, Turn } from '../../shared/platform/actorHost/definition';
import { decide, type OrderCommand } from '../domain/order';
import { evolve, hasEnded, leftHolds, type OrderState } from '../domain/orderState';
import { tellingsOf } from '../domain/tellings';
import type { SeatKeeper } from './seatKeeper';

export type OrderTurn = Turn<OrderState>;

/**
 * Decides, saves once with the events that tell of it, and answers the state after; or the refusal. `seen` is the event
 * that brought the command; `outcome` says that it is what a person asked for.
 */
export async function apply(
  turn: OrderTurn,
  command: OrderCommand,
  { seen, outcome }: { seen?: string; outcome?: 'done' } = {},
): Promise<OrderState | Refusal> {
  const decided = decide(turn.state, command, turn.now());
  if (isRefusal(decided)) return decided;
  if (decided.length === 0) return turn.state;
  const state = decided.reduce(evolve, turn.state);
  await turn.save(state, {
    events: newEvents(turn.state, state),
    ...(seen ? { seen } : {}),
    ...(outcome ? { outcome } : {}),
  });
  return state;
}

function newEvents(before: OrderState, after: OrderState): NewEvent[] {
  const told = before.status === 'none' ? 0 : before.history.length;
  return eventsOf(after).slice(told);
}

/** Every event of an order, in order. */
export function eventsOf(state: OrderState): NewEvent[] {
  if (state.status === 'none') return [];
  return tellingsOf(state).map((telling) => ({
    topic: topicOfOrder(telling),
    type: telling.type,
    orderId: state.placement.orderId,
    occurredAt: telling.at,
    data: telling.data,
  }));
}

/** Gives back all seats and quota that the order does not stand on any more. Throws unless that is certain. */
export async function giveBackWhatIsLeft(turn: OrderTurn, seats: SeatKeeper): Promise<void> {
  const order = turn.state;
  if (order.status === 'none') return;
  for (const left of leftHolds(order)) await seats.free(left);
  if (!hasEnded(order)) return;
  const { customerKey, ticket } = order.placement;
  if (customerKey) await seats.dismiss(customerKey, turn.id, ticket);
  await seats.free(order.standing);
}

/** The same for a turn that is about to answer: what fails is left to its guard. */
export async function giveBackOrLeaveToGuard(turn: OrderTurn, seats: SeatKeeper): Promise<void> {
  try {
    await giveBackWhatIsLeft(turn, seats);
  } catch (error) {
    turn.log.warn({ err: error }, 'seat or quota not given back yet; the guard will');
    turn.keepGuard();
  }
}
