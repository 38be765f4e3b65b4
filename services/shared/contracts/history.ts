import { z } from 'zod';
import { orderEvent } from './events';

/**
 * Order's internal route for whoever builds a view anew: every event that its orders ever told, in their order, as it
 * was told, a page of orders at a time, oldest first. `next` is the page to ask for after this one; absent, it was the last.
 */
export const orderHistoryPath = '/order-events';
export const orderHistoryRequest = z.object({
  page: z.number().int().nonnegative().default(0),
  size: z.number().int().min(1).max(100).default(100),
});
export const orderHistoryPage = z.object({
  orders: z.array(z.object({ orderId: z.string(), events: z.array(orderEvent) })),
  next: z.number().int().optional(),
});
export type OrderHistoryPage = z.infer<typeof orderHistoryPage>;
