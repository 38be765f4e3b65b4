import type { BookingSummary, CardReference } from '../../shared/contracts/booking';
import {
  type CapturedPayment,
  type Charge,
  capturedState,
  noPayment,
  openState,
  type PaymentState,
} from './payment';
import { cancelPaid } from './refund';
import { supplemented } from './supplement';

/** For tests: one payment in every standing that it can have, and what its order asks of it. */

export const dueKrw = 50_000;
export const card: CardReference = { token: 'token', brand: 'visa', last4: '4242' };
export const dueAt = '2026-07-24T01:30:00.000Z';
export const booking: BookingSummary = {
  seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
  orderType: 'basic',
};

export const now = new Date('2026-07-24T01:00:00.000Z');

/** A payment in every standing that it can have; where it has an attempt, it is the one between the others. */
export const attempts = { anEarlier: '1', its: '2', aTicket: '25', theNext: '3' };
const saved = { attempt: attempts.its, amountKrw: dueKrw, createdAt: now.toISOString() };
export const open = openState(noPayment, { ...saved, dueAt, booking }, now);
export const move = {
  attempt: attempts.its,
  ticket: attempts.aTicket,
  dueKrw: 80_000,
  differenceKrw: 30_000,
  booking,
};
export const moved = { ticket: attempts.aTicket, dueKrw: 80_000, booking };
export const fromCard = captured('card', 'order.2');
export const supplement: Charge = {
  payMethod: 'card',
  key: 'order.25',
  providerId: 'p',
  amountKrw: 30_000,
  ticket: '25',
};
const paidTwice = supplemented(fromCard, move, supplement);
const aCancel = { refundId: 'the cancel', refundKrw: 20_000 };
export const payments = {
  none: noPayment,
  open,
  'open after a decline': { ...open, declines: 1 },
  'open and moved': { ...open, amountKrw: 80_000, dues: [open.dues[0], moved], declines: 1 },
  declined: { ...saved, status: 'declined', reason: 'card_declined' },
  'captured from a card': fromCard,
  'captured from a card later': captured('card', 'order.2.1'),
  'captured in cash': captured('cash'),
  'captured and supplemented': paidTwice,
  canceled: cancelPaid(fromCard, aCancel, now),
  'canceled and supplemented': cancelPaid(paidTwice, aCancel, now),
  closed: { ...saved, status: 'closed', intent: 'expire', closedAt: dueAt },
  abandoned: { ...saved, status: 'closed', intent: 'abandon', closedAt: dueAt },
} as const satisfies Record<string, PaymentState>;
export type Standing = keyof typeof payments;
export type Attempts = Record<keyof typeof attempts, string>;

export function captured(payMethod: 'card' | 'cash', key = '', amountKrw = dueKrw): CapturedPayment {
  const charge: Charge =
    payMethod === 'cash' ? { payMethod, amountKrw } : { payMethod, key, providerId: `p-${key}`, amountKrw };
  const dues = [{ ticket: '2', dueKrw: amountKrw, booking }] as const;
  const facts = { approvedAt: now.toISOString() };
  const paid = capturedState('order', noPayment, { attempt: '2', dues, charge }, facts);
  return payMethod === 'card' ? { ...paid, card } : paid;
}
