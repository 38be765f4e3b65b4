import { performance } from 'node:perf_hooks';

/** Milliseconds at the given share of a sorted list. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  done: number;
  failures: Map<string, number>;
}

/** A closed loop: each caller does the next as soon as the last is done, until the time is over. */
export async function closedLoop(
  callers: number,
  seconds: number,
  work: () => Promise<string | undefined>,
): Promise<LoadResult> {
  const durations: number[] = [];
  const failures = new Map<string, number>();
  const begun = performance.now();
  const until = begun + seconds * 1_000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < until) {
        const start = performance.now();
        const failure = await work().catch((error: unknown) => String(error));
        if (failure) failures.set(failure, (failures.get(failure) ?? 0) + 1);
        else durations.push(performance.now() - start);
      }
    }),
  );
  const elapsedSeconds = (performance.now() - begun) / 1_000;
  durations.sort((a, b) => a - b);
  return {
    perSecond: durations.length / elapsedSeconds,
    p50Ms: quantile(durations, 0.5),
    p99Ms: quantile(durations, 0.99),
    done: durations.length,
    failures,
  };
}

/** Numbers from 0 to `count`, by so many callers at once; what went wrong, by how often. */
export async function inTurns(
  callers: number,
  count: number,
  work: (number: number) => Promise<string | undefined>,
): Promise<Map<string, number>> {
  const failures = new Map<string, number>();
  let next = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < count) {
        const failure = await work(next++).catch((error: unknown) => String(error));
        if (failure) failures.set(failure, (failures.get(failure) ?? 0) + 1);
      }
    }),
  );
  return failures;
}
