import { z } from 'zod';
import type { RememberedRequest } from '../../contracts/keyedRequests';
import type { StampedEvent } from './definition';

/** All that an actor stores, under one key, so that any state store writes it atomically. */
export interface Envelope<State> {
  /** Counts saves. On Redis it equals the stored ETag, which is what fences off a host that lost this actor. */
  readonly version: number;
  /** Which turn wrote this; tells a save whose answer was lost from one that never happened. */
  readonly turnId: string;
  readonly state: State;
  readonly eventCount: number;
  readonly outbox: readonly OutboxEntry[];
  /** Identities of the last events taken in, newest last. */
  readonly seen: readonly string[];
  /** Commands that came with an Idempotency-Key in the last 24 hours, newest last; absent where there are none. */
  readonly requests?: readonly RememberedRequest[];
}

export interface OutboxEntry {
  topic: string;
  event: StampedEvent;
}

export const stateKey = 'v1';
export const seenMax = 64;

const envelopeShape = z.object({
  version: z.number().int().positive(),
  turnId: z.string(),
  state: z.unknown(),
  eventCount: z.number().int().nonnegative(),
  outbox: z.array(z.looseObject({ topic: z.string(), event: z.looseObject({ eventId: z.string() }) })),
  seen: z.array(z.string()),
  requests: z
    .array(z.looseObject({ key: z.string(), fingerprint: z.string(), at: z.string(), outcome: z.unknown() }))
    .optional(),
});

/** Reads a stored value. Throws on one that this code did not write: better no turn than a wrong one. */
export function parseEnvelope<State>(stored: unknown): Envelope<State> {
  return envelopeShape.parse(stored) as unknown as Envelope<State>;
}

export function emptyEnvelope<State>(initial: State): Envelope<State> {
  return { version: 0, turnId: '', state: initial, eventCount: 0, outbox: [], seen: [] };
}
