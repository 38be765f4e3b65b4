import { z } from 'zod';
import { businessDate, cardReference, centerId, timeOfDay } from '../../shared/contracts/booking';
import { sealedCard } from '../../shared/contracts/charges';
import type { DecisionOutcome, DecisionRequest } from '../../shared/contracts/decisions';
import type { KeyedRequest } from '../../shared/contracts/keyedRequests';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import type { AcceptedOrder } from '../domain/orderState';

export const orderType = 'Order';

export const placeInput = z.object({
  orderType: z.string(),
  name: z.string().optional(),
  phone: z.string().optional(),
  language: z.enum(['ko', 'en']),
  centerId,
  date: businessDate.optional(),
  time: timeOfDay.optional(),
  /** The card to charge now: its reference, or its number for payment alone to open. */
  card: cardReference.optional(),
  sealedCard: sealedCard.optional(),
  quota: z.object({ customerKey: z.string(), customerKind: z.enum(['person', 'address']) }).optional(),
  fingerprint: z.string(),
  /** Without an Idempotency-Key an order's name is new with each request. */
  isFresh: z.boolean().optional(),
});
export type PlaceInput = z.infer<typeof placeInput>;

/** Where to; what is absent stays, but that another date may come with another time. */
export const moveInput = z.object({
  orderType: z.string().optional(),
  centerId: centerId.optional(),
  date: businessDate.optional(),
  time: timeOfDay.optional(),
  /** For what it costs more, where the card that paid is not to be used, or there was none. */
  card: cardReference.optional(),
});
export type MoveInput = z.infer<typeof moveInput>;

export interface OrderContract {
  /**
   * `order` is as it was placed, which is what a repeat hears; `current`, as it is now. `isOver`: there is an order,
   * placed so long ago that its Idempotency-Key means another one now.
   */
  place: {
    input: PlaceInput;
    output: { order: AcceptedOrder; current: AcceptedOrder } | { isOver: true };
  };
  read: { input: object; output: { order: AcceptedOrder } };
  /** The customer cancels. */
  cancel: { input: { request?: KeyedRequest }; output: { order: AcceptedOrder } };
  move: { input: MoveInput & { request?: KeyedRequest }; output: { order: AcceptedOrder } };
  /** The centre asks leave for what its admin decided. A refusal is an outcome too. */
  decide: { input: Omit<DecisionRequest, 'orderId'>; output: DecisionOutcome };
  /** Every event that it ever told, as it was told. */
  told: { input: object; output: { events: StampedEvent[] } };
  /** Takes in an event of payment or reservation. */
  takeIn: { input: { event: unknown }; output: object };
  /** Asked by whoever keeps the seat: bring an unfinished placement to an end, or say when to ask again. */
  resolve: {
    input: { tickets: readonly string[]; customerKey?: string };
    output: { verdict: 'settled' | 'gone' } | { verdict: 'wait'; visitAt?: string };
  };
}
