import { z } from 'zod';
import { amountKrw, bookingSummary, cardReference, orderId, paymentFacts } from './booking';

/**
 * Payment's internal routes, called by order only. Each answers 200 with the outcome in its body, for the caller's
 * breaker counts any other status as a failure of payment; and each has a fixed path, for the breaker is kept by path.
 */
export const chargePaths = {
  cards: '/cards',
  charges: '/charges',
  close: '/charges/close',
  announce: '/charges/announce',
} as const;

export const tokenizeRequest = z.object({ cardNo: z.string() });
export const tokenizeOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), card: cardReference }),
  z.object({ outcome: z.literal('invalid') }),
]);

/** Counts how often a placement under this order id was begun after an earlier one was closed; from 1. */
const attempt = z.number().int().positive();

/** With a card: charge it now. Without: open a payment that is awaited until `dueAt`. */
export const chargeRequest = z.object({
  orderId,
  attempt,
  amountKrw,
  dueAt: z.iso.datetime(),
  card: cardReference.optional(),
  booking: bookingSummary,
});
export type ChargeRequest = z.infer<typeof chargeRequest>;

export const chargeOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('opened') }),
  z.object({ outcome: z.literal('approved'), payment: paymentFacts }),
  z.object({ outcome: z.literal('declined'), reason: z.string() }),
  /** This attempt was closed before; begin another. */
  z.object({ outcome: z.literal('closed'), closedAttempt: attempt }),
]);
export type ChargeOutcome = z.infer<typeof chargeOutcome>;

/** `abandon`: the booking never came to be, what was charged is voided. `expire`: money that came first wins. */
export const closeRequest = z.object({ orderId, attempt, intent: z.enum(['abandon', 'expire']) });
export type CloseRequest = z.infer<typeof closeRequest>;

export const closeOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('closed') }),
  z.object({ outcome: z.literal('paid'), payment: paymentFacts }),
]);
export type CloseOutcome = z.infer<typeof closeOutcome>;

/** Asks payment to tell again what it may not have told. */
export const announceRequest = z.object({ orderId });
