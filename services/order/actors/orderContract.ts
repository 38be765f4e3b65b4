import { z } from 'zod';
import { businessDate, cardReference, centerId, timeOfDay } from '../../shared/contracts/booking';
import type { AcceptedOrder } from '../domain/order';

export const orderType = 'Order';

export const placeInput = z.object({
  orderType: z.string(),
  name: z.string().optional(),
  phone: z.string().optional(),
  language: z.enum(['ko', 'en']),
  centerId,
  date: businessDate.optional(),
  time: timeOfDay.optional(),
  card: cardReference.optional(),
  customerKey: z.string().optional(),
  fingerprint: z.string(),
});
export type PlaceInput = z.infer<typeof placeInput>;

export interface OrderContract {
  place: { input: PlaceInput; output: { order: AcceptedOrder } };
  read: { input: object; output: { order: AcceptedOrder } };
  /** Takes in an event of payment or reservation. */
  takeIn: { input: { event: unknown }; output: object };
  /** Asked by whoever keeps the seat: bring an unfinished placement to an end, or say when to ask again. */
  resolve: {
    input: { tickets: readonly string[]; customerKey?: string };
    output: { verdict: 'settled' | 'gone' } | { verdict: 'wait'; visitAt?: string };
  };
}
