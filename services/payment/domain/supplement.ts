import type { BookingSummary, CardReference } from '../../shared/contracts/booking';
import {
  type CanceledPayment,
  type CapturedPayment,
  type Charge,
  chargeKey,
  type Due,
  type Dues,
  lastDue,
  type OpenPayment,
  openChargeKey,
  type PaymentState,
} from './payment';
import { beginRefund } from './refund';

export interface SupplementCommand {
  attempt: string;
  ticket: string;
  dueKrw: number;
  /** What of it is not paid and not on its way; of one that is paid, this is charged. */
  differenceKrw: number;
  booking: BookingSummary;
  card?: CardReference | undefined;
}

export type SupplementPlan =
  | { step: 'answer'; answer: 'opened' | 'closed' }
  | { step: 'answer'; answer: 'approved'; payment: CapturedPayment['payment'] }
  | { step: 'answer'; answer: 'card needed'; differenceKrw: number }
  /** Another amount is due from now on: money that reached the provider before counts, and none may come under the old key. */
  | { step: 'look, then void'; open: OpenPayment; key: string; next: OpenPayment }
  /** Nothing is to be charged. */
  | { step: 'save'; next: OpenPayment | CapturedPayment }
  | { step: 'charge'; captured: CapturedPayment; key: string; differenceKrw: number; card: CardReference };

/** From now on `dueKrw` is due in all, under a ticket that undoes it. Repeated, it answers the same. */
export function planSupplement(
  orderId: string,
  state: PaymentState,
  command: SupplementCommand,
): SupplementPlan {
  const { attempt, ticket, dueKrw, differenceKrw } = command;
  if (state.status !== 'open' && state.status !== 'captured') return { step: 'answer', answer: 'closed' };
  if (state.attempt > attempt) return { step: 'answer', answer: 'closed' };
  if (state.dues.some((due) => due.ticket === ticket)) {
    return state.status === 'open'
      ? { step: 'answer', answer: 'opened' }
      : { step: 'answer', answer: 'approved', payment: state.payment };
  }
  const isLate = ticket < lastDue(state.dues).ticket || ticket <= (state.closedTicket ?? '');
  if (isLate) return { step: 'answer', answer: 'closed' };
  if (state.status === 'open') {
    const next = withDues(state, withDue(state.dues, command));
    return dueKrw === state.amountKrw
      ? { step: 'save', next }
      : { step: 'look, then void', open: state, key: openChargeKey(orderId, state), next: nextTry(next) };
  }
  if (differenceKrw <= 0) return { step: 'save', next: supplemented(state, command) };
  const card = command.card ?? state.card;
  return card
    ? { step: 'charge', captured: state, key: chargeKey(orderId, ticket), differenceKrw, card }
    : { step: 'answer', answer: 'card needed', differenceKrw };
}

/** A paid payment with another due, and with the charge that tops it up where there is one. */
export function supplemented(
  state: CapturedPayment,
  command: SupplementCommand,
  charge?: Charge,
): CapturedPayment {
  const dues = withDue(state.dues, command);
  const charges = charge ? [...state.charges, charge] : state.charges;
  return { ...withCharges(state, charges), dues, booking: command.booking };
}

/** As if the supplement had never been, once no charge under `voidKey` stands; undefined where nothing is to be undone. */
export function undoSupplement(
  orderId: string,
  state: OpenPayment | CapturedPayment | CanceledPayment,
  ticket: string,
): { next: OpenPayment | CapturedPayment | CanceledPayment; voidKey?: string } | undefined {
  const { closedTicket: closedBefore = '' } = state;
  const closedTicket = ticket > closedBefore ? ticket : closedBefore;
  if (state.status === 'open') {
    const next = { ...withDues(state, withoutDue(state.dues, ticket)), closedTicket };
    if (next.amountKrw === state.amountKrw) return { next };
    return { next: nextTry(next), voidKey: openChargeKey(orderId, state) };
  }
  const charge = state.charges.find((each) => each.payMethod === 'card' && each.ticket === ticket);
  const key = charge?.payMethod === 'card' ? charge.key : undefined;
  // Money that went back by an event or a cancel went back from an accepted move: that one stands.
  const isTouched = [...state.refunding, ...state.refunds].some(({ parts }) =>
    parts.some((part) => key && part.key === key),
  );
  if (isTouched) return undefined;
  const left = withCharges(
    state,
    state.charges.filter((each) => each !== charge),
  );
  if (!left.dues) return { next: left, ...(key ? { voidKey: key } : {}) };
  const dues = withoutDue(left.dues, ticket);
  const next =
    left.status === 'canceled'
      ? { ...left, dues }
      : { ...left, dues, booking: lastDue(dues).booking, closedTicket };
  if (key) return { next, voidKey: key };
  // It was paid while this supplement's amount was asked for: what that was too much goes back.
  const tooMuchKrw = Math.max(0, next.amountKrw - lastDue(dues).dueKrw);
  return { next: beginRefund(next, { refundId: ticket, refundKrw: tooMuchKrw }) };
}

function withDue(dues: Dues, { ticket, dueKrw, booking }: Due): Dues {
  return [...dues, { ticket, dueKrw, booking }];
}

function withoutDue([placed, ...supplements]: Dues, ticket: string): Dues {
  return [placed, ...supplements.filter((due) => due.ticket !== ticket)];
}

function withDues(state: OpenPayment, dues: Dues): OpenPayment {
  const { dueKrw, booking } = lastDue(dues);
  return { ...state, dues, amountKrw: dueKrw, booking };
}

// Nothing asked for under the old amount may meet the new one.
function nextTry(state: OpenPayment): OpenPayment {
  return { ...state, declines: state.declines + 1 };
}

function withCharges<State extends CapturedPayment | CanceledPayment>(
  state: State,
  charges: readonly Charge[],
): State {
  const amountKrw = charges.reduce((sum, charge) => sum + charge.amountKrw, 0);
  const payment = state.payment ? { payment: { ...state.payment, amountKrw } } : {};
  return { ...state, charges, amountKrw, ...payment };
}
