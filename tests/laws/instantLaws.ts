import type { CustomerState } from '../../services/order/domain/customer';
import { type AcceptedOrder, hasEnded, type OrderState } from '../../services/order/domain/orderState';
import { type SlotState, seatsTaken } from '../../services/order/domain/slot';
import { isEnded } from '../../services/shared/contracts/status';
import type { Envelope } from '../../services/shared/platform/actorHost/envelope';
import { personLimit, seatsAt } from './settings';
import type { World } from './world';

/** What must hold at every instant, looked at whenever an actor's value is written. */
export function instantLaws(world: World, key: string, before: string | undefined, after: string): string[] {
  const [, type = '', id = ''] = key.split('/');
  switch (type) {
    case 'Slot':
      return capacity(id, stateIn<SlotState>(after));
    case 'Customer':
      return limit(id, Object.keys(stateIn<CustomerState>(after).live).length);
    case 'Order': {
      const was = before === undefined ? undefined : stateIn<OrderState>(before);
      const is = stateIn<OrderState>(after);
      return [...absorbed(id, was, is), ...ordersFit(world)];
    }
    default:
      return [];
  }
}

function stateIn<State>(json: string): State {
  return (JSON.parse(json) as Envelope<State>).state;
}

/** Law 1, by what the slot itself holds. */
function capacity(slotId: string, slot: SlotState): string[] {
  const taken = new Map<string, number>();
  for (const { time } of seatsTaken(slot)) taken.set(time, (taken.get(time) ?? 0) + 1);
  return [...taken].flatMap(([time, count]) =>
    count > seatsAt(time)
      ? [`at an instant: ${slotId} ${time} has ${count} of ${seatsAt(time)} seats taken`]
      : [],
  );
}

function limit(customerKey: string, count: number): string[] {
  return count > personLimit ? [`at an instant: ${customerKey} has ${count} live orders`] : [];
}

/** Laws 1 and 8 once more, by the orders themselves. */
function ordersFit(world: World): string[] {
  const seats = new Map<string, number>();
  const people = new Map<string, number>();
  for (const order of world.states<OrderState>('order', 'Order').values()) {
    if (order.status === 'none' || hasEnded(order)) continue;
    const { date, time } = order.standing.seat;
    seats.set(`${date} ${time}`, (seats.get(`${date} ${time}`) ?? 0) + 1);
    const { customerKey = '' } = order.placement;
    people.set(customerKey, (people.get(customerKey) ?? 0) + 1);
  }
  return [
    ...[...seats].flatMap(([at, count]) =>
      count > seatsAt(at.slice(-5)) ? [`at an instant: ${count} orders stand on ${at}`] : [],
    ),
    ...[...people].flatMap(([key, count]) => limit(key, count)),
  ];
}

/** Law 4: what has ended stays as it is; what was told is never taken back. */
function absorbed(id: string, was: OrderState | undefined, is: OrderState): string[] {
  if (!was || was.status === 'none') return [];
  if (is.status === 'none') return [`at an instant: ${id} is gone`];
  const faults: string[] = [];
  if (isEnded(was.status) && is.status !== was.status) {
    faults.push(`at an instant: ${id} was ${was.status} and is ${is.status}`);
  }
  const kept = historyOf(is).slice(0, was.history.length);
  if (JSON.stringify(kept) !== JSON.stringify(was.history))
    faults.push(`at an instant: ${id} has another past`);
  return faults;
}

function historyOf({ history }: AcceptedOrder) {
  return history;
}

/** Law 2's part that holds at every instant: of no charge more goes back than was taken. */
export function chargeLaw(
  key: string,
  amountKrw: number,
  refunds: Readonly<Record<string, number>>,
): string[] {
  const refunded = Object.values(refunds).reduce((sum, each) => sum + each, 0);
  const isWithin = refunded <= amountKrw && Object.values(refunds).every((each) => each >= 0);
  return isWithin ? [] : [`at an instant: of ${key}, ${amountKrw} won, ${refunded} went back`];
}
