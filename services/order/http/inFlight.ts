import { setTimeout as sleep } from 'node:timers/promises';
import { refuse } from '../../shared/contracts/refusals';
import { RefusedError } from '../../shared/platform/problem';

/**
 * Runs requests that share an id one after another as far as this process sees them: one that comes while the first is
 * still being handled waits a moment for it, then is told so (409), or at once that its body is another (422). It is a
 * courtesy to callers; that nothing happens twice is the actor's doing, whichever process a repeat reaches.
 */
export function createInFlight(patienceMs: number) {
  const running = new Map<string, { fingerprint: string; done: Promise<unknown> }>();

  return async <T>(id: string, fingerprint: string, work: () => Promise<T>): Promise<T> => {
    const other = running.get(id);
    if (other && other.fingerprint !== fingerprint) throw new RefusedError(refuse('idempotency_key_reused'));
    if (other && !(await isDoneWithin(patienceMs, other.done))) {
      throw new RefusedError(refuse('request_in_flight', {}, 1));
    }
    const result = work();
    const mine = { fingerprint, done: result.catch(() => {}) };
    running.set(id, mine);
    try {
      return await result;
    } finally {
      if (running.get(id) === mine) running.delete(id);
    }
  };
}

async function isDoneWithin(patienceMs: number, done: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const patience = sleep(patienceMs, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([done.then(() => true), patience]);
  } finally {
    over.abort();
  }
}
