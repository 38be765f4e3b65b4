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
  cancel: '/charges/cancel',
  withdrawCancel: '/charges/cancel/withdraw',
  supplement: '/charges/supplement',
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

/** A card number that payment alone can open: platform/cardSeal.ts. */
export const sealedCard = z.string().min(1).max(300);

/** With a card, by its reference or its sealed number: charge it now. Without: open a payment, awaited until `dueAt`. */
export const chargeRequest = z.object({
  orderId,
  attempt,
  amountKrw,
  dueAt: z.iso.datetime(),
  card: cardReference.optional(),
  sealedCard: sealedCard.optional(),
  booking: bookingSummary,
  /** The order was named a moment ago: nothing was ever asked for it. */
  isFresh: z.boolean().optional(),
});
export type ChargeRequest = z.infer<typeof chargeRequest>;
/** What the payment itself is asked, past its edge. */
export type OpenedCharge = Omit<ChargeRequest, 'sealedCard'>;

export const chargeOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('opened') }),
  z.object({ outcome: z.literal('approved'), payment: paymentFacts }),
  z.object({ outcome: z.literal('declined'), reason: z.string() }),
  /** The number is no card's: nothing was begun. */
  z.object({ outcome: z.literal('card invalid') }),
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

/**
 * The customer cancels: the payment is ended for good, and `refundKrw` of what was paid goes back. It names the try, a
 * later one greater; a try that was withdrawn before payment began it never takes effect.
 */
export const cancelRequest = z.object({ orderId, attempt, cancelId: z.uuid(), refundKrw: amountKrw });
export type CancelRequest = z.infer<typeof cancelRequest>;

/** Asked by an order that never heard how its cancel ended: what was begun is brought to its end, else it is off. */
export const withdrawRequest = z.object({ orderId, attempt, cancelId: z.uuid() });
export type WithdrawRequest = z.infer<typeof withdrawRequest>;

export const cancelOutcome = z.discriminatedUnion('outcome', [
  /** `payment` is absent where nothing had been paid. Of several tries, the amount of the one that came first holds. */
  z.object({ outcome: z.literal('canceled'), refundKrw: amountKrw, payment: paymentFacts.optional() }),
  /** Nothing was canceled, and this try will cancel nothing any more. */
  z.object({ outcome: z.literal('withdrawn') }),
]);
export type CancelOutcome = z.infer<typeof cancelOutcome>;

/**
 * A move to something dearer, or of an order that is not paid yet: from now on `dueKrw` is due in all. Where it is paid
 * already, `differenceKrw` is charged at once, to the card that paid it or to `card`; a negative one is not: it follows
 * as a refund, by event. `ticket` names it, as the hold of the new seat; `close` with that ticket as attempt undoes it.
 */
export const supplementRequest = z.object({
  orderId,
  attempt,
  ticket: z.uuid(),
  dueKrw: amountKrw,
  /** What is due now above what was due before, refunds that are on their way included: only order knows all. */
  differenceKrw: z.number().int(),
  booking: bookingSummary,
  card: cardReference.optional(),
});
export type SupplementRequest = z.infer<typeof supplementRequest>;

export const supplementOutcome = z.discriminatedUnion('outcome', [
  /** It still awaits its money, `dueKrw` in all. */
  z.object({ outcome: z.literal('opened') }),
  /** `payment.amountKrw` is all that was paid. */
  z.object({ outcome: z.literal('approved'), payment: paymentFacts }),
  z.object({ outcome: z.literal('declined'), reason: z.string() }),
  /** Paid in cash: the difference needs a card. */
  z.object({ outcome: z.literal('card needed'), differenceKrw: amountKrw }),
  /** The payment has ended, or this ticket was closed before it came. */
  z.object({ outcome: z.literal('closed') }),
]);
export type SupplementOutcome = z.infer<typeof supplementOutcome>;
