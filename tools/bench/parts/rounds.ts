import { Pool } from 'undici';
import { readToolchain } from '../../system/plan';
import type { BenchSystem } from '../benchSystem';
import { failureOf } from '../customers';
import { closedCount, closedLoop, type LoadResult, middleOf, type Work } from '../load';
import { type AtRest, measure } from '../measure';
import { atRest } from '../rest';
import { startTwin, type Twin } from '../twin/twin';
import { cpuSince, ownCpuMs, processesOf, readUsage, sumOf } from '../usage';
import type { Part, PartOptions } from './part';

/** One round's figures; all of bookings but `pages`. */
interface Round {
  ours: { perSecond: number; cpuMs: number; calls: number };
  twin: { perSecond: number; cpuMs: number };
  /** Bare calls through the same sidecars. */
  floor: { perSecond: number; cpuMs: number };
  pages: { through: number; direct: number; twin: number };
  /** What went wrong in any of it. */
  failures: Map<string, number>;
}

/** The system, its floor and its twin in turns, so that whatever else the machine does meets all three. */
export const rounds: Part = async (run) => {
  const { system, callers, rounds: count } = run;
  const twin = await startTwin(system.dataDir, readToolchain());
  const bare = bareCalls(system);
  try {
    // Until compilers have seen everything.
    for (const { book } of [system.customers, twin.customers])
      await closedCount(callers, 300, async () => failureOf(await book(), 201));
    const all: Round[] = [];
    for (let round = 0; round < count; round++) all.push(await oneRound(run, twin, bare.call));
    await twin.reconcile();
    return text(all, run);
  } finally {
    await bare.close();
    await twin.stop();
  }
};

async function oneRound(
  { system, rest, seconds, callers }: { system: BenchSystem; rest: AtRest } & PartOptions,
  twin: Twin,
  bareCall: Work,
): Promise<Round> {
  const failures = new Map<string, number>();
  const loop = async (work: Work): Promise<LoadResult> => {
    const result = await closedLoop(callers, seconds, work);
    for (const [failure, times] of result.failures)
      failures.set(failure, (failures.get(failure) ?? 0) + times);
    return result;
  };
  const ours = await measure(system, rest, () =>
    loop(async () => failureOf(await system.customers.book(), 201)),
  );

  const twinBefore = twin.cpuMs();
  const ofTwin = await loop(async () => failureOf(await twin.customers.book(), 201));
  await twin.reconcile();
  const twinCpuMs = (twin.cpuMs() - twinBefore) / ofTwin.done;

  const [usageBefore, ownBefore] = [readUsage(processesOf(system)), ownCpuMs()];
  const floor = await loop(bareCall);
  // Whoever calls is part of a call, and in the system it is one of its services.
  const floorMs = sumOf(cpuSince(usageBefore, readUsage(processesOf(system)))) + ownCpuMs() - ownBefore;
  const floorCpuMs = (floorMs - rest.cpuMsPerSecond * seconds) / floor.done;

  const idsOf = (told: Map<string, unknown>) => [...told.keys()].slice(0, 1_000);
  const [ids, twinIds] = [idsOf(system.customers.journal.told), idsOf(twin.customers.journal.told)];
  const pick = (list: string[], number: number) => list[number % list.length] ?? '';
  const read = (customers: { readPage: typeof twin.customers.readPage }, list: string[]) =>
    loop(async (number) => failureOf(await customers.readPage(pick(list, number)), 200));
  const through = await read(system.customers, ids);
  const direct = await read(system.direct('notification'), ids);
  const twinPages = await read(twin.customers, twinIds);
  await atRest(system.infra);
  return {
    ours: { perSecond: ours.perSecond, cpuMs: ours.cpuMs, calls: ours.calls },
    twin: { perSecond: ofTwin.perSecond, cpuMs: twinCpuMs },
    floor: { perSecond: floor.perSecond, cpuMs: floorCpuMs },
    pages: { through: through.perSecond, direct: direct.perSecond, twin: twinPages.perSecond },
    failures,
  };
}

/** Calls that do nothing, from outside to a service through its own sidecar: one in and one out, as most calls of a booking. */
function bareCalls({ apps }: BenchSystem): { call: Work; close(): Promise<void> } {
  const targets = ['order', 'payment', 'reservation', 'notification'].map((appId) => ({
    path: `/v1.0/invoke/${appId}/method/livez`,
    pool: new Pool(`http://127.0.0.1:${apps[appId]?.plan.daprHttpPort}`, { connections: 64 }),
  }));
  return {
    async call(number) {
      const { path, pool } = targets[number % targets.length] as (typeof targets)[number];
      const answer = await pool.request({ method: 'GET', path });
      await answer.body.dump();
      return answer.statusCode === 200 ? undefined : String(answer.statusCode);
    },
    async close() {
      await Promise.all(targets.map(({ pool }) => pool.destroy()));
    },
  };
}

function text(all: readonly Round[], { seconds, callers }: PartOptions): string[] {
  const row = (what: string, digits: number, of: (round: Round) => number) => {
    const { middle, least, greatest } = middleOf(all.map(of));
    return `${what.padEnd(62)} ${middle.toFixed(digits).padStart(9)}  (${least.toFixed(digits)} to ${greatest.toFixed(digits)})`;
  };
  // As many bookings as could be, were each no more than its calls.
  const floorBookings = ({ floor, ours }: Round) => floor.perSecond / ours.calls;
  return [
    `median of ${all.length} rounds of ${seconds} s each, with its spread; ${callers} callers`,
    row('bookings/s, ours', 1, ({ ours }) => ours.perSecond),
    row('bookings/s, twin', 1, ({ twin }) => twin.perSecond),
    row('bare calls/s, floor', 1, ({ floor }) => floor.perSecond),
    row('calls to sidecars a booking', 2, ({ ours }) => ours.calls),
    row('ours ÷ twin, bookings/s', 3, ({ ours, twin }) => ours.perSecond / twin.perSecond),
    row('ours ÷ floor, bookings/s', 3, (round) => round.ours.perSecond / floorBookings(round)),
    row('CPU-ms a booking, ours', 2, ({ ours }) => ours.cpuMs),
    row('CPU-ms a booking, twin', 2, ({ twin }) => twin.cpuMs),
    row('CPU-ms a bare call, caller included', 3, ({ floor }) => floor.cpuMs),
    row('CPU-ms: ours ÷ twin', 2, ({ ours, twin }) => ours.cpuMs / twin.cpuMs),
    row(
      'CPU-ms: ours ÷ (calls × bare call)',
      2,
      ({ ours, floor }) => ours.cpuMs / (ours.calls * floor.cpuMs),
    ),
    row('reads of my page: through the gateway ÷ twin', 3, ({ pages }) => pages.through / pages.twin),
    row('reads of my page: at its service ÷ twin', 3, ({ pages }) => pages.direct / pages.twin),
    ...all.flatMap(({ failures }, i) =>
      [...failures].map(([failure, times]) => `  round ${i + 1}: ${times} × ${failure}`),
    ),
  ];
}
