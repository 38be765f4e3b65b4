import type { PaymentFacts } from '../../shared/contracts/booking';
import type { CenterDecision } from '../../shared/contracts/decisions';
import { localDate, localTime } from '../../shared/contracts/localTime';
import { type Refusal, refuse } from '../../shared/contracts/refusals';
import {
  type AcceptedOrder,
  type Ending,
  hasEnded,
  isCancelable,
  type OrderChange,
  type OrderState,
  type Placement,
  type ProgressStatus,
  type Standing,
} from './orderState';
import { quoteRefund, type RefundQuote } from './refundPolicy';

export type OrderCommand =
  | { kind: 'place'; placement: Placement }
  | { kind: 'take in payment'; attempt: string; payment: PaymentFacts }
  /** The centre's system has the request. */
  | { kind: 'take in reception'; reservationId: string }
  /** `refundId` names what goes back if this ends a paid order; `payment`, what payment turned out to have. */
  | {
      kind: 'follow center';
      decision: CenterDecision;
      reservationId: string;
      reason?: string | undefined;
      refundId: string;
      payment?: PaymentFacts | undefined;
    }
  /** Payment has canceled, for a customer: `refundKrw` went back of what was paid, if anything was. */
  | { kind: 'cancel'; refundKrw: number; payment?: PaymentFacts | undefined }
  /** A seat is held and what is dearer is paid for. `payment`: what payment knows by now. */
  | { kind: 'move'; to: Standing; payment?: PaymentFacts | undefined }
  /** Payment is closed: no money can come any more. */
  | { kind: 'expire' }
  /** A placement never came to be. What it left is given back once this is written down: then it cannot come late. */
  | { kind: 'abandon' };

/** What a command changes, or why it may not. No change at all is the answer to a repeat. */
export function decide(state: OrderState, command: OrderCommand, now: Date): OrderChange[] | Refusal {
  const at = now.toISOString();
  if (state.status === 'none') {
    switch (command.kind) {
      case 'place':
        return [{ kind: 'accepted', placement: command.placement }];
      case 'abandon':
        return [{ kind: 'abandoned', at }];
      case 'expire':
        return [];
      default:
        return refuse('order_not_found');
    }
  }
  switch (command.kind) {
    case 'place':
      return state.placement.fingerprint === command.placement.fingerprint
        ? []
        : refuse('idempotency_key_reused');
    case 'take in payment':
      return command.attempt === state.placement.ticket ? paidIfAwaited(state, command.payment, at) : [];
    case 'take in reception':
      return state.status === 'Pay Approved' ? [received(state.payment, command.reservationId, at)] : [];
    case 'follow center':
      return followCenter(state, command, now);
    case 'cancel':
      return cancel(state, command, at);
    case 'move':
      return move(state, command, at);
    case 'expire':
      return state.status === 'Payment Requested' ? [{ kind: 'expired', status: 'expired', at }] : [];
    case 'abandon':
      return [];
  }
}

/** Why its customer may not cancel or move it now; undefined if it may be. */
export function changeRefusal(state: OrderState, now: Date): Refusal | undefined {
  if (state.status === 'none') return refuse('order_not_found');
  if (hasEnded(state)) return refuse('order_ended');
  const { seat, zone } = state.standing;
  const hasCome = `${seat.date} ${seat.time}` <= localTime(zone, now);
  return hasCome || !isCancelable(state) ? refuse('visit_begun') : undefined;
}

/** What a cancellation by the customer would give back now. */
export function refundQuote(state: AcceptedOrder, now: Date): RefundQuote {
  const { seat, zone, dueKrw } = state.standing;
  return quoteRefund(state.placement.refundTiers, { visitDate: seat.date, zone, paidKrw: dueKrw }, now);
}

function paidIfAwaited(state: AcceptedOrder, payment: PaymentFacts | undefined, at: string): OrderChange[] {
  if (state.status !== 'Payment Requested' || !payment) return [];
  return [{ kind: 'progressed', status: 'Pay Approved', payment, at }];
}

function received(payment: PaymentFacts, reservationId: string, at: string): OrderChange {
  return { kind: 'progressed', status: 'Reservation Complete', payment, reservationId, at };
}

type FollowCenter = Extract<OrderCommand, { kind: 'follow center' }>;

function followCenter(state: AcceptedOrder, command: FollowCenter, now: Date): OrderChange[] | Refusal {
  const { decision, reservationId } = command;
  const at = now.toISOString();
  if (state.status === decision) return isByCustomer(state) ? refuse('reservation_ended') : [];
  if (hasEnded(state)) return refuse('reservation_ended');
  if (decision === 'canceled') return cancelByCenter(state, command, at);
  if (state.status === 'Payment Requested') return refuse('reservation_not_found');
  const { payment } = state;
  // The centre has the request, though its own word of that may still be on its way.
  const reception = state.status === 'Pay Approved' ? [received(payment, reservationId, at)] : [];
  const step = (status: ProgressStatus): OrderChange[] => [
    ...reception,
    { kind: 'progressed', status, payment, reservationId, at },
  ];
  // The centre looked at the day before it asked; a move that it has not heard of may have put the visit off.
  const onItsDay = (status: ProgressStatus): OrderChange[] | Refusal => {
    const { seat, zone } = state.standing;
    return localDate(zone, now) < seat.date ? refuse('visit_not_due', { date: seat.date }) : step(status);
  };
  switch (decision) {
    case 'confirmed':
      return isUndecided(state) ? step('confirmed') : [];
    case 'rejected':
      return isUndecided(state)
        ? [...reception, { kind: 'rejected', status: 'rejected', at, ...inFull(state, payment, command) }]
        : refuse('reservation_already_confirmed');
    case 'checked in':
      if (state.status === 'confirmed') return onItsDay('checked in');
      return state.status === 'completed' ? [] : refuse(decidedOtherwise(state));
    case 'no show':
      return state.status === 'confirmed' ? onItsDay('no show') : refuse(decidedOtherwise(state));
    case 'completed':
      if (state.status === 'checked in') return step('completed');
      return refuse(state.status === 'confirmed' ? 'reservation_not_checked_in' : decidedOtherwise(state));
  }
}

function isUndecided({ status }: AcceptedOrder): boolean {
  return status === 'Pay Approved' || status === 'Reservation Complete';
}

function decidedOtherwise(state: AcceptedOrder): 'reservation_not_confirmed' | 'visit_begun' {
  return isUndecided(state) ? 'reservation_not_confirmed' : 'visit_begun';
}

function cancelByCenter(state: AcceptedOrder, command: FollowCenter, at: string): OrderChange[] | Refusal {
  if (!isCancelable(state)) return refuse('visit_begun');
  const known = 'payment' in state ? state.payment : command.payment;
  return [
    ...paidIfAwaited(state, command.payment, at),
    { kind: 'canceled', status: 'canceled', by: 'center', at, ...inFull(state, known, command) },
  ];
}

/** What the centre ends is refunded in full. */
function inFull(
  { standing }: AcceptedOrder,
  payment: PaymentFacts | undefined,
  { refundId, reason }: FollowCenter,
): Ending {
  const refundKrw = payment ? Math.min(standing.dueKrw, payment.amountKrw) : 0;
  return {
    ...(reason ? { reason } : {}),
    ...(payment ? { payment } : {}),
    refundKrw,
    ...(refundKrw > 0 ? { refund: { refundId, refundKrw } } : {}),
  };
}

function isByCustomer(state: AcceptedOrder): boolean {
  const last = state.history.at(-1);
  return last?.kind === 'canceled' && last.by === 'customer';
}

function cancel(
  state: AcceptedOrder,
  { refundKrw, payment }: Extract<OrderCommand, { kind: 'cancel' }>,
  at: string,
): OrderChange[] | Refusal {
  if (state.status === 'canceled') return [];
  if (hasEnded(state)) return refuse('order_ended');
  if (!isCancelable(state)) return refuse('visit_begun');
  const known = 'payment' in state ? state.payment : payment;
  return [
    ...paidIfAwaited(state, payment, at),
    {
      kind: 'canceled',
      status: 'canceled',
      by: 'customer',
      at,
      ...(known ? { payment: known } : {}),
      refundKrw,
    },
  ];
}

function move(
  state: AcceptedOrder,
  { to, payment }: Extract<OrderCommand, { kind: 'move' }>,
  at: string,
): OrderChange[] | Refusal {
  if (hasEnded(state)) return refuse('order_ended');
  if (!isCancelable(state)) return refuse('visit_begun');
  const from = state.standing;
  if (from.hold.ticket === to.hold.ticket) return [];
  const paid = paidIfAwaited(state, payment, at);
  const status = paid.length > 0 ? 'Pay Approved' : state.status;
  const isPaid = status !== 'Payment Requested';
  // Of an order that turns out to be paid, no more is due than was: it may have been asked for less by a move that then
  // came to nothing.
  const found = paid.length > 0 ? payment : undefined;
  const dueOf = ({ dueKrw }: Standing) => (found ? Math.min(dueKrw, found.amountKrw) : dueKrw);
  const cheaperKrw = dueOf(from) - dueOf(to);
  return [
    ...paid,
    {
      kind: 'moved',
      status,
      at,
      from,
      to: { ...to, dueKrw: dueOf(to) },
      ...(payment ? { payment } : {}),
      ...(isPaid && cheaperKrw > 0 ? { refund: { refundId: to.hold.ticket, refundKrw: cheaperKrw } } : {}),
    },
  ];
}
