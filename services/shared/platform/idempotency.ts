import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { KeyedRequest } from '../contracts/keyedRequests';
import { refuse } from '../contracts/refusals';
import { RefusedError } from './problem';
import { callerAddress } from './publicUrl';

/** The caller's name for a request, by which it knows a repeat. Throws the 422 of one that is empty, too long or not visible ASCII. */
export function readIdempotencyKey(req: Request): string | undefined {
  const header = req.get('Idempotency-Key');
  if (header === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) throw new RefusedError(refuse('idempotency_key_invalid'));
  return header;
}

/**
 * What the actor that a command addresses is told of its key, to be put beside the command's input; nothing where there is
 * none. `payload` is all that the command means, with no card number in it: it is what a repeat has in common with it.
 */
export function keyedBy(req: Request, command: string, payload: object): { request?: KeyedRequest } {
  const key = readIdempotencyKey(req);
  if (key === undefined) return {};
  return {
    request: {
      key: digest(['key', callerAddress(req), key]),
      fingerprint: digest([command, sorted(payload)]),
    },
  };
}

function digest(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27);
}

// The order in which a caller names the fields means nothing.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, sorted(each)]);
}
