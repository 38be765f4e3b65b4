import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds at the given share of a sorted list. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle of some rounds, with the least and the greatest. */
export function middleOf(values: readonly number[]): { middle: number; least: number; greatest: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    middle: quantile(sorted, 0.5),
    least: sorted[0] ?? Number.NaN,
    greatest: sorted.at(-1) ?? Number.NaN,
  };
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  done: number;
  failures: Map<string, number>;
}

/** What is to be done once; resolves to what went wrong, if anything did. */
export type Work = (number: number) => Promise<string | undefined>;

/** A closed loop: each caller does the next as soon as the last is done, until the time is over. */
export function closedLoop(callers: number, seconds: number, work: Work): Promise<LoadResult> {
  const until = performance.now() + seconds * 1_000;
  return inLoops(callers, () => performance.now() < until, work);
}

/** A closed loop over the numbers from 0 to `count`. */
export function closedCount(callers: number, count: number, work: Work): Promise<LoadResult> {
  return inLoops(callers, (number) => number < count, work);
}

/**
 * An open loop: one begins every so often, however long the others take, as people do. Each is timed from the instant at
 * which it was to begin, so that one that had to wait for a slow one shows it.
 */
export async function openLoop(perSecond: number, seconds: number, work: Work): Promise<LoadResult> {
  const tally = new Tally();
  const running: Promise<void>[] = [];
  for (let number = 0; number < perSecond * seconds; number++) {
    const intended = tally.begun + (number / perSecond) * 1_000;
    const early = intended - performance.now();
    if (early > 0) await sleep(early);
    running.push(tally.time(intended, () => work(number)));
  }
  await Promise.all(running);
  return tally.result();
}

/** Numbers from 0 to `count`, by so many callers at once; what went wrong, by how often. */
export async function inTurns(callers: number, count: number, work: Work): Promise<Map<string, number>> {
  return (await closedCount(callers, count, work)).failures;
}

async function inLoops(
  callers: number,
  isToBegin: (number: number) => boolean,
  work: Work,
): Promise<LoadResult> {
  const tally = new Tally();
  let next = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let number = next++; isToBegin(number); number = next++)
        await tally.time(performance.now(), () => work(number));
    }),
  );
  return tally.result();
}

class Tally {
  readonly begun = performance.now();
  readonly #durations: number[] = [];
  readonly #failures = new Map<string, number>();

  async time(since: number, work: () => Promise<string | undefined>): Promise<void> {
    const failure = await work().catch((error: unknown) => String(error));
    if (failure) this.#failures.set(failure, (this.#failures.get(failure) ?? 0) + 1);
    else this.#durations.push(performance.now() - since);
  }

  result(): LoadResult {
    const seconds = (performance.now() - this.begun) / 1_000;
    const sorted = this.#durations.sort((a, b) => a - b);
    return {
      perSecond: sorted.length / seconds,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      done: sorted.length,
      failures: this.#failures,
    };
  }
}
