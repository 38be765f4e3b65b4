import { seeded } from './random';

export const apps = ['order', 'payment', 'reservation', 'notification', 'gateway'] as const;
export const proxied = ['order', 'payment', 'reservation', 'notification'] as const;
export const infraParts = ['redis', 'placement', 'scheduler', 'sms'] as const;
/** By the names of their processes. */
export const processes: readonly string[] = [...apps, ...apps.map((app) => `${app}-daprd`), ...infraParts];

export type ProcessFault = 'kill' | 'pause';
export type NetworkFault = 'latency' | 'reset' | 'time-out';
export type FaultKind = ProcessFault | NetworkFault;

/** One thing that is done to the system, and undone when its time is over. */
export interface Fault {
  atMs: number;
  forMs: number;
  kind: FaultKind;
  /** A process, or whose way to Redis it is. */
  target: string;
}

const longestMs: Record<FaultKind, number> = {
  kill: 3_000,
  pause: 6_000,
  latency: 5_000,
  reset: 2_000,
  'time-out': 4_000,
};

/**
 * What is done in a run, when, to whom and for how long: a function of its arguments alone. Every fault has its turn
 * before one comes again, so that even a short run meets most of them.
 *
 * @param others processes beside the standard system's, such as a broker.
 */
export function faultSchedule(seed: number, lengthMs: number, others: readonly string[] = []): Fault[] {
  const random = seeded(seed, 'faults');
  const all = [
    ...[...processes, ...others].flatMap((target) =>
      (['kill', 'pause'] as const).map((kind) => ({ kind, target })),
    ),
    ...proxied.flatMap((target) =>
      (['latency', 'reset', 'time-out'] as const).map((kind) => ({ kind, target })),
    ),
  ];
  const faults: Fault[] = [];
  const busyUntil = new Map<string, number>();
  let deck: { kind: FaultKind; target: string }[] = [];
  for (let atMs = 2_000; atMs < lengthMs - 3_000; atMs += random.between(800, 3_000)) {
    if (deck.length === 0) deck = random.shuffled(all);
    const next = deck.pop() as { kind: FaultKind; target: string };
    const forMs = random.between(200, longestMs[next.kind]);
    // Nothing is killed while it is down or paused.
    const begins = Math.max(atMs, (busyUntil.get(next.target) ?? 0) + 1_000);
    busyUntil.set(next.target, begins + forMs);
    faults.push({ ...next, atMs: begins, forMs });
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}
