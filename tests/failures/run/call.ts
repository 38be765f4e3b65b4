import type { Outcome } from './journal';
import { nowMicros } from './journal';

export interface Answer {
  outcome: Outcome;
  status?: number;
  /** The problem's code; for a call without an answer, why there is none. */
  code?: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape are looked into.
  body?: any;
  /** µs. */
  call: number;
  return: number;
}

/** These 503 say in so many words that nothing was changed. `cancel_unavailable` does not: the refund may be out. */
const nothingHappened = ['move_unavailable', 'payment_unavailable'];

export type Caller = (method: string, path: string, body?: object, key?: string) => Promise<Answer>;

export function callerOf(gateway: string, patienceMs = 15_000): Caller {
  return async (method, path, body, key) => {
    const call = nowMicros();
    try {
      const response = await fetch(`${gateway}${path}`, {
        method,
        headers: {
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(key ? { 'idempotency-key': key } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(patienceMs),
      });
      const read = JSON.parse((await response.text()) || '{}');
      const { status } = response;
      const code = status < 400 ? {} : { code: String(read.code ?? status) };
      return {
        outcome: outcomeOf(status, code.code),
        status,
        ...code,
        body: read,
        call,
        return: nowMicros(),
      };
    } catch (error) {
      const { name = 'no answer', cause } = error as { name?: string; cause?: { code?: string } };
      // Nobody was there to take it.
      const outcome = cause?.code === 'ECONNREFUSED' ? 'refused' : 'unknown';
      return { outcome, code: cause?.code ?? name, call, return: nowMicros() };
    }
  };
}

function outcomeOf(status: number, code = ''): Outcome {
  if (status < 400) return 'ok';
  // The first of two that came at once is still at work.
  if (code === 'request_in_flight') return 'unknown';
  return status < 500 || nothingHappened.includes(code) ? 'refused' : 'unknown';
}
