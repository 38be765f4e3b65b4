import type { PaymentFacts } from '../../shared/contracts/booking';
import type { CenterDecision } from '../../shared/contracts/decisions';
import { isRefusal } from '../../shared/contracts/refusals';
import { decide, type OrderCommand } from './order';
import {
  type AcceptedOrder,
  evolve,
  noOrder,
  type OrderState,
  type Placement,
  type Standing,
} from './orderState';
import { standardRefundTiers } from './refundPolicy';

/** For tests: one order in every state that it can be in, and the words that lead there. */

/** Noon in Seoul, on the day of the visit, an hour before its time. */
export const now = new Date('2026-07-25T03:00:00.000Z');
export const paymentDueAt = '2026-07-25T03:30:00.000Z';
export const seat = { centerId: 'seoul', date: '2026-07-25', time: '13:00' };

export const place = command('place', { placement: placement() });
export const placePaid = command('place', { placement: placement({ paidAtOnce: payment() }) });
export const takeInPayment = command('take in payment', { attempt: 'ticket 2', payment: payment() });
export const receive = command('take in reception', { reservationId: 'reservation' });
export const expire: OrderCommand = { kind: 'expire' };
export const abandon: OrderCommand = { kind: 'abandon' };
export const cancel = command('cancel', { refundKrw: 0 });
export const cancelPaid = command('cancel', { refundKrw: 25_000, payment: payment() });
export const move = command('move', { to: standing() });

/** A status, and for what can end in several ways, by whom. */
export type Standpoint =
  | Exclude<OrderState['status'], 'canceled'>
  | 'abandoned'
  | 'canceled by customer'
  | 'canceled unpaid'
  | 'canceled by center';

export const states: Record<Standpoint, OrderState> = {
  none: noOrder,
  abandoned: given(abandon),
  'Payment Requested': given(place),
  'Pay Approved': given(placePaid),
  'Reservation Complete': given(placePaid, receive),
  confirmed: given(placePaid, receive, center('confirmed')),
  'checked in': given(placePaid, receive, center('confirmed'), center('checked in')),
  completed: given(placePaid, receive, ...(['confirmed', 'checked in', 'completed'] as const).map(by)),
  'no show': given(placePaid, receive, center('confirmed'), center('no show')),
  'canceled by customer': given(placePaid, receive, center('confirmed'), cancelPaid),
  'canceled unpaid': given(place, cancel),
  'canceled by center': given(placePaid, receive, center('canceled')),
  rejected: given(placePaid, receive, center('rejected')),
  expired: given(place, expire),
};

export function center(
  decision: CenterDecision,
  facts: Partial<Extract<OrderCommand, { kind: 'follow center' }>> = {},
): OrderCommand {
  return command('follow center', { decision, reservationId: 'reservation', refundId: 'refund', ...facts });
}

function by(decision: CenterDecision): OrderCommand {
  return center(decision);
}

export function placement(telling: Partial<Placement> = {}): Placement {
  return {
    orderId: 'order',
    orderType: 'basic',
    language: 'ko',
    seat,
    zone: 'Asia/Seoul',
    priceKrw: 250_000,
    dueKrw: 50_000,
    ticket: 'ticket 2',
    fingerprint: 'the request',
    placedAt: now.toISOString(),
    refundTiers: standardRefundTiers,
    ...(telling.paidAtOnce ? {} : { paymentDueAt }),
    ...telling,
  };
}

/** Where an order may move to: by itself another day at the same price. */
export function standing(telling: Partial<Standing> = {}): Standing {
  return {
    seat: { ...seat, date: '2026-07-27' },
    zone: 'Asia/Seoul',
    orderType: 'basic',
    priceKrw: 250_000,
    dueKrw: 50_000,
    hold: { holdId: 'ticket 5', ticket: 'ticket 5' },
    ...telling,
  };
}

export function payment(amountKrw = 50_000): PaymentFacts {
  return { paymentId: 'order', amountKrw, payMethod: 'cash', approvedAt: now.toISOString() };
}

export function command<Kind extends OrderCommand['kind']>(
  kind: Kind,
  facts: Omit<Extract<OrderCommand, { kind: Kind }>, 'kind'>,
): OrderCommand {
  return { kind, ...facts } as OrderCommand;
}

export function given(...commands: OrderCommand[]): OrderState {
  return commands.reduce((state, each) => apply(state, each), noOrder);
}

/** The state after a command; where it is refused, the state before. */
export function apply(state: OrderState, met: OrderCommand, at = now): OrderState {
  const decided = decide(state, met, at);
  return isRefusal(decided) ? state : decided.reduce(evolve, state);
}

export function accepted(state: OrderState): AcceptedOrder {
  if (state.status === 'none') throw new Error('the order was not accepted');
  return state;
}
