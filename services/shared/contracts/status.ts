import { z } from 'zod';

/** The status of an order and of my page, as it stands on the wire. */
export const bookingStatus = z.enum([
  'Payment Requested',
  'Pay Approved',
  'Reservation Complete',
  'confirmed',
  'checked in',
  'completed',
  'no show',
  'canceled',
  'rejected',
  'expired',
]);
export type BookingStatus = z.infer<typeof bookingStatus>;

/** The way a booking goes when nothing ends it, in order. */
export const statusPath = ['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed'] as const;

/** Ended before its day: it has neither seat nor place in its person's quota any more, for good. */
export function isEnded(status: BookingStatus): status is 'canceled' | 'rejected' | 'expired' {
  return status === 'canceled' || status === 'rejected' || status === 'expired';
}
