import { z } from 'zod';
import { type Refusal, refuse } from './refusals';

/** A command that came with an Idempotency-Key, both as digests. */
export const keyedRequest = z.object({ key: z.string(), fingerprint: z.string() });
export type KeyedRequest = z.infer<typeof keyedRequest>;

/** What an actor keeps of it, in the same save as its effect. */
export interface RememberedRequest extends KeyedRequest {
  /** When it was first written down, UTC. */
  readonly at: string;
  /** `open`: begun, and its end not known here; a repeat takes it up again. A refusal is what every repeat hears. */
  readonly outcome: 'open' | 'done' | Refusal;
}

/** How long a key stands for its request. */
export const keyLifeMs = 24 * 60 * 60 * 1_000;
export const requestsMax = 32;

/** What is remembered of a request; a refusal where its key was sent with another one. */
export function recall(
  remembered: readonly RememberedRequest[],
  { key, fingerprint }: KeyedRequest,
  now: Date,
): RememberedRequest | Refusal<'idempotency_key_reused'> | undefined {
  const found = stillKnown(remembered, now).find((each) => each.key === key);
  return found && found.fingerprint !== fingerprint ? refuse('idempotency_key_reused') : found;
}

/** Writes a request down, or how it ended; drops what is over, and where there are too many, the oldest. */
export function remember(
  remembered: readonly RememberedRequest[],
  request: KeyedRequest,
  outcome: RememberedRequest['outcome'],
  now: Date,
): readonly RememberedRequest[] {
  const known = stillKnown(remembered, now);
  const at = known.find(({ key }) => key === request.key)?.at ?? now.toISOString();
  const others = known.filter(({ key }) => key !== request.key);
  return [...others, { ...request, at, outcome }].slice(-requestsMax);
}

export function stillKnown(
  remembered: readonly RememberedRequest[],
  now: Date,
): readonly RememberedRequest[] {
  const isKnown = ({ at }: RememberedRequest) => !isKeyOver(at, now);
  return remembered.every(isKnown) ? remembered : remembered.filter(isKnown);
}

export function isKeyOver(since: string, now: Date): boolean {
  return now.getTime() - Date.parse(since) >= keyLifeMs;
}
