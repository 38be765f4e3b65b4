import { refuse } from '../../shared/contracts/refusals';
import { RefusedError } from '../../shared/platform/problem';

/**
 * Runs work that was admitted; refuses with `booking_overloaded` what would have to wait too long, and what `gone` says in
 * line that nobody waits for any more.
 */
export type Admission = <T>(work: () => Promise<T>, gone?: AbortSignal) => Promise<T>;

/**
 * Bounds the bookings that one process has in flight, so that none of them is slow only because there are so many. What
 * comes above that waits in line, at most `waitMs`; what could not be served in that time, by how quickly the line moved
 * of late, is refused at once.
 */
export function createAdmission({
  inFlightMax,
  waitMs,
  now = Date.now,
}: {
  inFlightMax: number;
  waitMs: number;
  now?: () => number;
}): Admission {
  let inFlight = 0;
  const line: (() => void)[] = [];
  const doneAt: number[] = [];

  /** How long who comes now has until its turn, by the latest who were done; 0 while nobody can tell. */
  function expectedWaitMs(): number {
    const [first, last] = [doneAt[0], doneAt.at(-1)];
    if (doneAt.length < sampleMin || first === undefined || last === undefined) return 0;
    if (now() - last > sampleAgeMsMax) return 0;
    return ((line.length + 1) * (last - first)) / (doneAt.length - 1);
  }

  function overloaded(): RefusedError {
    const retryAfterSeconds = Math.min(30, Math.max(1, Math.ceil(expectedWaitMs() / 1_000)));
    const refusal = refuse('booking_overloaded', {}, retryAfterSeconds);
    return new RefusedError({ ...refusal, forAllMs: fullForMs, lineMs: waitMs });
  }

  async function enter(gone: AbortSignal | undefined): Promise<void> {
    if (gone?.aborted) throw overloaded();
    if (inFlight < inFlightMax) {
      inFlight += 1;
      // What was done while there was room tells how many came, not how many could be served.
      if (inFlight === inFlightMax) doneAt.length = 0;
      return;
    }
    if (expectedWaitMs() > waitMs) throw overloaded();
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        stopWaiting();
        resolve();
      };
      const giveUp = () => {
        stopWaiting();
        line.splice(line.indexOf(begin), 1);
        reject(overloaded());
      };
      const deadline = setTimeout(giveUp, waitMs);
      gone?.addEventListener('abort', giveUp);
      const stopWaiting = () => {
        clearTimeout(deadline);
        gone?.removeEventListener('abort', giveUp);
      };
      line.push(begin);
    });
  }

  /** Whoever is next takes the place over, so that none who comes just then gets before it. */
  function leave(): void {
    doneAt.push(now());
    const since = now() - sampleSpans * waitMs;
    while (doneAt.length > sampleMax && (doneAt[0] as number) < since) doneAt.shift();
    const next = line.shift();
    if (next) next();
    else inFlight -= 1;
  }

  return async (work, gone) => {
    await enter(gone);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

// Less than it takes until nobody waits in a line of `waitMs`, so that places in flight do not stay empty.
const fullForMs = 100;

// The latest tell how quick it is now: so many, or all of twice as long as one may wait, so that a standstill of a second
// or two in a long line is not taken for how it goes on.
const sampleMin = 8;
const sampleMax = 64;
const sampleSpans = 2;
const sampleAgeMsMax = 1_000;
