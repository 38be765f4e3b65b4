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
