import { z } from 'zod';
import { amountKrw, bookingSummary, centerId, paymentFacts, seat } from './booking';
import { centerCalendar } from './calendar';

/** A sidecar brings its service all of a topic, so what an order tells is parted by who has a use for it: decisions/0018. */
export const topics = {
  /** What the centre has to take in. */
  orders: 'orders',
  /** Steps that the customer alone is told. */
  orderSteps: 'order-steps',
  /** What is no more as it was, and may have money to give back. */
  orderChanges: 'order-changes',
  payments: 'payments',
  reservations: 'reservations',
  calendars: 'calendars',
} as const;

const identity = {
  eventId: z.string(),
  orderId: z.string(),
  /** Counts the events of one source actor from 1, without gaps. */
  version: z.number().int().positive(),
  occurredAt: z.iso.datetime(),
};

function event<Type extends string, Data extends z.ZodRawShape>(type: Type, data: Data) {
  return z.object({ ...identity, type: z.literal(type), data: z.object(data) });
}

/**
 * What payment has to give back once it hears of it. Where it is absent from an event that ends an order, payment has
 * been asked already, or there was no money.
 */
const refundDue = z.object({ refundId: z.string(), refundKrw: amountKrw });
export type RefundDue = z.infer<typeof refundDue>;

/** A seat is held and payment was reached; with `payment`, it is paid already. The first event of every order. */
export const orderPlaced = event('OrderPlaced', {
  orderType: z.string(),
  name: z.string().optional(),
  /** E.164; the only event that carries it, for the one service that writes to it. */
  phone: z.string().optional(),
  language: z.enum(['ko', 'en']),
  seat,
  /** As in a booking's summary. */
  zone: z.string().optional(),
  priceKrw: amountKrw,
  dueKrw: amountKrw,
  paymentDueAt: z.iso.datetime().optional(),
  payment: paymentFacts.optional(),
});

/** One step further on its way: paid, received by the centre, confirmed, and the day itself. */
export const orderProgressed = event('OrderProgressed', {
  status: z.enum(['Pay Approved', 'Reservation Complete', 'confirmed', 'checked in', 'completed', 'no show']),
  booking: bookingSummary,
  payment: paymentFacts,
  reservationId: z.string().optional(),
});

/** Another seat, or another package; the status stays. Where it costs more, `payment` has all that is paid now. */
export const orderMoved = event('OrderMoved', {
  from: seat,
  booking: bookingSummary,
  priceKrw: amountKrw,
  dueKrw: amountKrw,
  payment: paymentFacts.optional(),
  refund: refundDue.optional(),
});

const ending = {
  booking: bookingSummary,
  /** Absent where the order was never paid. */
  payment: paymentFacts.optional(),
  /** What goes, or has gone, back. */
  refundKrw: amountKrw,
  refund: refundDue.optional(),
};
/** By the customer, refunded by the policy that the order was placed under; by the centre, in full. */
export const orderCanceled = event('OrderCanceled', {
  by: z.enum(['customer', 'center']),
  reason: z.string().optional(),
  ...ending,
});
/** The centre does not take the booking. */
export const orderRejected = event('OrderRejected', { reason: z.string().optional(), ...ending });
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
/** Money went back. `refundedKrw` is the sum of all refunds of this payment. */
export const paymentRefunded = event('PaymentRefunded', {
  refundId: z.string(),
  refundKrw: amountKrw,
  refundedKrw: amountKrw,
});

const reservationData = { reservationId: z.string(), payment: paymentFacts, booking: bookingSummary };
/** The centre's system has the request. */
export const reservationReceived = event('ReservationReceived', reservationData);
/** The centre's admin confirmed. */
export const reservationConfirmed = event('ReservationConfirmed', reservationData);
export const reservationRejected = event('ReservationRejected', {
  ...reservationData,
  reason: z.string().optional(),
});
export const reservationCanceled = event('ReservationCanceled', {
  reservationId: z.string(),
  by: z.enum(['customer', 'center']),
  reason: z.string().optional(),
});
export const reservationCheckedIn = event('ReservationCheckedIn', reservationData);
export const reservationCompleted = event('ReservationCompleted', reservationData);
export const reservationNoShow = event('ReservationNoShow', reservationData);

/** When and for how many a centre is open, from now on. `orderId` of this event is the centre's id. */
export const calendarChanged = event('CalendarChanged', { centerId, calendar: centerCalendar });

export const orderEvent = z.discriminatedUnion('type', [
  orderPlaced,
  orderProgressed,
  orderMoved,
  orderCanceled,
  orderRejected,
  orderExpired,
]);
export const paymentEvent = z.discriminatedUnion('type', [paymentApproved, paymentDeclined, paymentRefunded]);
export const reservationEvent = z.discriminatedUnion('type', [
  reservationReceived,
  reservationConfirmed,
  reservationRejected,
  reservationCanceled,
  reservationCheckedIn,
  reservationCompleted,
  reservationNoShow,
]);
export const calendarEvent = z.discriminatedUnion('type', [calendarChanged]);

/** Where an order tells an event; what hears of it does so by its version, for topics keep no order among themselves. */
export function topicOfOrder({
  type,
  data,
}: Pick<OrderEvent, 'type' | 'data'>): (typeof topics)['orders' | 'orderSteps' | 'orderChanges'] {
  switch (type) {
    case 'OrderPlaced':
      return topics.orders;
    case 'OrderProgressed':
      return 'status' in data && data.status === 'Pay Approved' ? topics.orders : topics.orderSteps;
    case 'OrderMoved':
    case 'OrderCanceled':
    case 'OrderRejected':
    case 'OrderExpired':
      return topics.orderChanges;
  }
}

export type OrderPlaced = z.infer<typeof orderPlaced>;
export type OrderEvent = z.infer<typeof orderEvent>;
export type ReservationEvent = z.infer<typeof reservationEvent>;
