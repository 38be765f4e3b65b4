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
} as const;

export const tokenizeRequest = z.object({ cardNo: z.string() });
export const tokenizeOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), card: cardReference }),
  z.object({ outcome: z.literal('invalid') }),
]);

/**
 * Names one placement of the order: the ticket of its seat, which lies in the slot before payment is asked. A later
 * placement has a greater one, so that a charge that comes late is known to be late.
 */
const attempt = z.uuid();

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
  /** This attempt was closed, or a later one begun, before it came. */
  z.object({ outcome: z.literal('closed') }),
  /** An earlier attempt stands and is not closed yet; it will be shortly, by who keeps its seat. */
  z.object({ outcome: z.literal('occupied') }),
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
