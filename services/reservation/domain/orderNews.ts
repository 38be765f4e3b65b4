import { z } from 'zod';
import { bookingSummary, paymentFacts } from '../../shared/contracts/booking';
import type { OrderEvent } from '../../shared/contracts/events';

const canceled = z.object({
  status: z.literal('canceled'),
  canceledAt: z.iso.datetime(),
  by: z.enum(['customer', 'center']),
  reason: z.string().optional(),
});
const rejected = z.object({
  status: z.literal('rejected'),
  rejectedAt: z.iso.datetime(),
  reason: z.string().optional(),
});
const end = z.discriminatedUnion('status', [canceled, rejected]);
/** How a reservation ended before the visit. */
export type End = z.infer<typeof end>;

/** Counts the order's events from 1: of two that tell the same, the greater is the later one. */
const version = z.number().int().positive();

/** What an order's event means to the centre. */
export const orderNews = z.discriminatedUnion('kind', [
  /** It is paid: the centre is to take it in. */
  z.object({ kind: z.literal('request'), version, booking: bookingSummary, payment: paymentFacts }),
  z.object({ kind: z.literal('move'), version, booking: bookingSummary, payment: paymentFacts.optional() }),
  z.object({
    kind: z.literal('end'),
    version,
    end,
    booking: bookingSummary.optional(),
    payment: paymentFacts.optional(),
  }),
]);
export type OrderNews = z.infer<typeof orderNews>;

/** Undefined for what is no news here: an order that awaits its money, and the centre's own word come back. */
export function newsOf(event: OrderEvent): OrderNews | undefined {
  const { version, occurredAt } = event;
  switch (event.type) {
    case 'OrderPlaced': {
      const { payment, seat, zone, orderType, name } = event.data;
      const booking = { seat, orderType, ...(zone ? { zone } : {}), ...(name ? { name } : {}) };
      return payment && { kind: 'request', version, booking, payment };
    }
    case 'OrderProgressed': {
      const { status, booking, payment } = event.data;
      return status === 'Pay Approved' ? { kind: 'request', version, booking, payment } : undefined;
    }
    case 'OrderMoved': {
      const { booking, payment } = event.data;
      return { kind: 'move', version, booking, payment };
    }
    case 'OrderCanceled': {
      const { by, reason, booking, payment } = event.data;
      const end: End = { status: 'canceled', canceledAt: occurredAt, by, ...(reason ? { reason } : {}) };
      return { kind: 'end', version, end, booking, payment };
    }
    case 'OrderRejected': {
      const { reason, booking, payment } = event.data;
      const end: End = { status: 'rejected', rejectedAt: occurredAt, ...(reason ? { reason } : {}) };
      return { kind: 'end', version, end, booking, payment };
    }
    // Its customer let it lapse. No money came, so this only keeps a request away that nobody should make.
    case 'OrderExpired':
      return {
        kind: 'end',
        version,
        end: { status: 'canceled', canceledAt: occurredAt, by: 'customer' },
      };
  }
}
