import { setTimeout as sleep } from 'node:timers/promises';

/** Something we started and that must not die unnoticed. */
export interface Watched {
  /** As in "redis has died". */
  name: string;
  /** The parts of the start that aren't ready without it. */
  parts: readonly string[];
  /** Undefined when that can't be said: it was not seen yet, or nobody keeps it any more. */
  isRunning(): boolean | undefined;
  /** Whether one that somebody else brought back answers. */
  answers(): Promise<boolean>;
  howItEnded(): string;
  bringBack(): string;
  logFile(): string | undefined;
}

interface WatchNews {
  died(what: Watched): void;
  back(what: Watched): void;
}

/**
 * Looks after everything once a second, until the signal. What has died is told once; what answers again after that
 * was brought back by a person, so it is not our process, and from then on only its answers tell whether it lives.
 */
export async function watch(
  all: readonly Watched[],
  look: () => Promise<void>,
  news: WatchNews,
  signal: AbortSignal,
): Promise<void> {
  const dead = new Set<Watched>();
  const replaced = new Set<Watched>();
  const check = async (each: Watched) => {
    if (dead.has(each)) {
      if (!(await each.answers().catch(() => false)) || signal.aborted) return;
      dead.delete(each);
      replaced.add(each);
      news.back(each);
      return;
    }
    const isAlive = replaced.has(each) ? await each.answers().catch(() => false) : each.isRunning();
    if (isAlive !== false || signal.aborted) return;
    dead.add(each);
    news.died(each);
  };
  while (!signal.aborted) {
    // A look that failed, as when the machine is short of processes, is made up for by the next.
    await look().catch(() => {});
    await Promise.all(all.map(check));
    await sleep(1_000, undefined, { signal }).catch(() => {});
  }
}
