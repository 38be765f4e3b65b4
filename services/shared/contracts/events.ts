import { z } from 'zod';
import { amountKrw, bookingSummary, paymentFacts, seat } from './booking';

export const topics = { orders: 'orders', payments: 'payments', reservations: 'reservations' } as const;

const identity = {
  eventId: z.string(),
  orderId: z.string(),
  version: z.number().int().positive(),
  occurredAt: z.iso.datetime(),
};

function event<Type extends string, Data extends z.ZodRawShape>(type: Type, data: Data) {
  return z.object({ ...identity, type: z.literal(type), data: z.object(data) });
}

/** A seat is held and payment was reached; with `payment`, it is paid already. */
export const orderPlaced = event('OrderPlaced', {
  orderType: z.string(),
  name: z.string().optional(),
  /** E.164; the only event that carries it, for the one service that writes to it. */
  phone: z.string().optional(),
  language: z.enum(['ko', 'en']),
  seat,
  priceKrw: amountKrw,
  dueKrw: amountKrw,
  paymentDueAt: z.iso.datetime().optional(),
  payment: paymentFacts.optional(),
});

/** Not paid in time; payment was closed first, so no money can come any more. */
export const orderExpired = event('OrderExpired', { seat });

/** An order that awaited payment was paid. Of one that was paid at once, {@link orderPlaced} tells. */
export const paymentApproved = event('PaymentApproved', {
  /** Which placement of the order was paid. */
  attempt: z.string(),
  payment: paymentFacts,
  booking: bookingSummary,
});
export const paymentDeclined = event('PaymentDeclined', { reason: z.string() });

const reservationData = { reservationId: z.string(), payment: paymentFacts, booking: bookingSummary };
/** The centre's system has the request. */
export const reservationReceived = event('ReservationReceived', reservationData);
/** The centre's admin confirmed. */
export const reservationConfirmed = event('ReservationConfirmed', reservationData);

export const orderEvent = z.discriminatedUnion('type', [orderPlaced, orderExpired]);
export const paymentEvent = z.discriminatedUnion('type', [paymentApproved, paymentDeclined]);
export const reservationEvent = z.discriminatedUnion('type', [reservationReceived, reservationConfirmed]);
export const bookingEvent = z.discriminatedUnion('type', [
  orderPlaced,
  orderExpired,
  paymentApproved,
  paymentDeclined,
  reservationReceived,
  reservationConfirmed,
]);

export type OrderPlaced = z.infer<typeof orderPlaced>;
export type OrderEvent = z.infer<typeof orderEvent>;
export type PaymentEvent = z.infer<typeof paymentEvent>;
export type ReservationEvent = z.infer<typeof reservationEvent>;
export type BookingEvent = z.infer<typeof bookingEvent>;
