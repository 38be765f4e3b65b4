import type { RefundDue } from '../../shared/contracts/events';
import type { Books, CanceledPayment, CapturedPayment, Charge, PaymentState, Refund } from './payment';

export type PaidPayment = CapturedPayment | CanceledPayment;

export interface RefundCommand extends RefundDue {
  /** Whether the order has ended: then the payment has, too. */
  ends: boolean;
}

/** What an order's event has payment give back: the state to intend, or undefined where it changes nothing. */
export function planRefund(state: PaymentState, command: RefundCommand, now: Date): PaidPayment | undefined {
  const { ends, ...due } = command;
  switch (state.status) {
    case 'captured':
      if (ends) return cancelPaid(state, due, now);
      return isKnown(state, due.refundId) || due.refundKrw === 0 ? undefined : beginRefund(state, due);
    // A refund that was told before the end may come after it, and is owed all the same.
    case 'canceled':
      return isKnown(state, due.refundId) || due.refundKrw === 0 ? undefined : beginRefund(state, due);
    // Nothing was paid, or it was voided.
    case 'none':
    case 'open':
    case 'declined':
    case 'closed':
      return undefined;
  }
}

/** The end of a payment that was made: what is to go back is begun with it. */
export function cancelPaid(captured: CapturedPayment, due: RefundDue, now: Date): CanceledPayment {
  const { booking: _booking, dues, card: _card, ...rest } = captured;
  const kept = dues.length > 1 ? { ...rest, dues } : rest;
  const begun = isKnown(captured, due.refundId) ? kept : beginRefund(kept, due);
  const refund = [...begun.refunding, ...begun.refunds].find(({ refundId }) => refundId === due.refundId);
  return {
    ...begun,
    status: 'canceled',
    ending: { refundId: due.refundId, refundKrw: refund?.refundKrw ?? 0 },
    canceledAt: now.toISOString(),
  };
}

/** Begins a refund of what is asked, or of what is left where that is less. */
export function beginRefund<State extends Books>(state: State, { refundId, refundKrw }: RefundDue): State {
  const parts: Refund['parts'][number][] = [];
  let owedKrw = refundKrw;
  // The oldest charge first: a supplement may yet be undone, and then nothing of it has gone back.
  for (const charge of state.charges) {
    const amountKrw = Math.min(owedKrw, leftOf(state, charge));
    if (amountKrw === 0) continue;
    parts.push(charge.payMethod === 'card' ? { key: charge.key, amountKrw } : { amountKrw });
    owedKrw -= amountKrw;
  }
  if (parts.length === 0) return state;
  return {
    ...state,
    refunding: [...state.refunding, { refundId, refundKrw: refundKrw - owedKrw, parts }],
  };
}

/** All that was begun has gone back. */
export function settleRefunds<State extends Books>(state: State, now: Date): State {
  const refundedAt = now.toISOString();
  return {
    ...state,
    refunding: [],
    refunds: [...state.refunds, ...state.refunding.map((refund) => ({ ...refund, refundedAt }))],
  };
}

/** A key of its own for each charge that a refund touches, the same however often it is asked. */
export function refundKey(refundId: string, key: string): string {
  return `${key}.${refundId}`;
}

export function refundedKrw(refunds: readonly Refund[]): number {
  return refunds.reduce((sum, { refundKrw }) => sum + refundKrw, 0);
}

export function isKnown({ refunding, refunds }: Books, refundId: string): boolean {
  return [...refunding, ...refunds].some((refund) => refund.refundId === refundId);
}

function leftOf({ refunding, refunds }: Books, charge: Charge): number {
  const key = charge.payMethod === 'card' ? charge.key : undefined;
  const parts = [...refunding, ...refunds].flatMap((refund) => refund.parts);
  return parts.reduce((left, part) => (part.key === key ? left - part.amountKrw : left), charge.amountKrw);
}
