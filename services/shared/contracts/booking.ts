import { z } from 'zod';

export const orderId = z.uuid();
/** Integer Korean won. */
export const amountKrw = z.number().int().nonnegative();
/** A date in the centre's zone. */
export const businessDate = z.iso.date();
/** Hours and minutes in the centre's zone. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');
export const centerId = z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -');

/** A place in a centre's day. */
export const seat = z.object({ centerId, date: businessDate, time: timeOfDay });
export type Seat = z.infer<typeof seat>;

/** What a card leaves behind outside of the payment edge. */
export const cardReference = z.object({
  /** The provider's name for the card; the same card always has the same. */
  token: z.string().min(1).max(200),
  brand: z.string(),
  last4: z.string().regex(/^\d{4}$/),
});
export type CardReference = z.infer<typeof cardReference>;

/** What a payment is for; the centre needs it to receive the guest. */
export const bookingSummary = z.object({
  seat,
  /** IANA; in which the seat's date and time count. The standard zone where it is absent. */
  zone: z.string().optional(),
  orderType: z.string(),
  name: z.string().optional(),
});
export type BookingSummary = z.infer<typeof bookingSummary>;

/** A payment that was made, as the other services know it; `amountKrw` is all that was paid, before any refund. */
export const paymentFacts = z.object({
  paymentId: z.string(),
  amountKrw,
  payMethod: z.enum(['card', 'cash']),
  card: z.object({ brand: z.string(), last4: z.string() }).optional(),
  approvedAt: z.iso.datetime(),
});
export type PaymentFacts = z.infer<typeof paymentFacts>;
