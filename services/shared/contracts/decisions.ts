import { z } from 'zod';
import { orderId } from './booking';
import { type RefusalCode, refusalTable } from './refusals';

/**
 * Order's internal route for the centre. An order's end and progress are decided in one place, its own actor, so that
 * a cancellation and a confirmation of the same moment have one winner: the centre asks leave before it writes down
 * what its admin decided. Answered 200 with the outcome; asked again after a grant, the answer is the same.
 */
export const decisionsPath = '/decisions';

export const centerDecision = z.enum([
  'confirmed',
  'rejected',
  'canceled',
  'checked in',
  'completed',
  'no show',
]);
export type CenterDecision = z.infer<typeof centerDecision>;

export const decisionRequest = z.object({
  orderId,
  reservationId: z.string(),
  decision: centerDecision,
  reason: z.string().max(200).optional(),
});
export type DecisionRequest = z.infer<typeof decisionRequest>;

const refusalCode = z.custom<RefusalCode>(
  (code) => typeof code === 'string' && Object.hasOwn(refusalTable, code),
);

export const decisionOutcome = z.discriminatedUnion('outcome', [
  /** The order has that status now, since `at`. */
  z.object({ outcome: z.literal('granted'), at: z.iso.datetime() }),
  z.object({
    outcome: z.literal('refused'),
    refused: refusalCode,
    facts: z.record(z.string(), z.unknown()).optional(),
    retryAfterSeconds: z.number().optional(),
  }),
]);
export type DecisionOutcome = z.infer<typeof decisionOutcome>;
