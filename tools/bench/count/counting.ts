import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchSystem, withSystem } from '../benchSystem';
import { dateAfter, roomyCenterId } from '../calendars';
import { failureOf, type Wish } from '../customers';
import { inTurns } from '../load';
import { isPolling, isWrite, redisCounts, since } from './redisCommands';
import { isAfterMyPage, isDurableWrite, isSidecarProbe, kindOf, sidecarCallCounter } from './sidecarCalls';
import { allOf, readSpans, type Span, type Step, trees } from './spans';

/** What a booking costs in things that can be counted; each is a mean of all bookings of a phase. */
export interface Counts {
  /** Calls to sidecars that the answer waits for. */
  callsWaitedFor: number;
  /** All but the slot's visits, messages and reminders, which come after. */
  callsUntilMyPage: number;
  callsInAll: number;
  /** Of what the answer waits for: what is on the disk before it goes on. */
  writesWaitedFor: number;
  publishes: number;
  redisCommands: number;
  redisWrites: number;
  /** By services, to and from their sidecars, and to Redis by anybody. */
  connectionsOpened: number;
}

export interface Phase {
  bookings: number;
  counts: Counts;
  /** By kind: how many a booking, in all and waited for. */
  calls: { kind: string; inAll: number; waitedFor: number }[];
  redis: { command: string; each: number }[];
  trees: Step[];
}

const sweepSeconds = 1;

export type PhaseName = 'otherDays' | 'sameDay' | 'atLoad' | 'sameDayAtLoad';

/**
 * Counts what bookings cost: one at a time, each on a day of its own or all on one, which is then kept in memory and in
 * the scheduler; and many at once, in the same two ways. The system is one for counting alone.
 */
export async function countBookings(sizes: {
  alone: number;
  atLoad: number;
  callers: number;
}): Promise<Record<PhaseName, Phase>> {
  const { alone, atLoad, callers } = sizes;
  const options = {
    apiLogging: true,
    probed: true,
    patient: true,
    env: { SWEEP_SECONDS: String(sweepSeconds), DISPATCH_SECONDS: '600', TRIM_SECONDS: '2' },
  };
  return withSystem(options, async (system) => {
    const oneAfterTheOther = async (wish: Wish) => {
      for (let i = 0; i < alone; i++) {
        await expectBooked(system, wish);
        await sleep(gapMs);
      }
    };
    const sameDay = { centerId: roomyCenterId, date: dateAfter(30) };
    // Until compilers have seen everything; a cold system on a busy machine may refuse some.
    for (let round = 0; round < 2; round++)
      await inTurns(callers / 2, 2 * callers, async () => failureOf(await system.customers.book(), 201));
    await expectBooked(system, sameDay);
    const counter = sidecarCallCounter(system);
    await quiet(counter);
    const rest = await commandsAtRest(system);
    const count = (bookings: number, work: () => Promise<void>) =>
      phase(system, counter, rest, bookings, work);
    const phases = {
      otherDays: await count(alone, () => oneAfterTheOther({})),
      sameDay: await count(alone, () => oneAfterTheOther(sameDay)),
      atLoad: await count(atLoad, () => expectAllBooked(system, callers, atLoad)),
      sameDayAtLoad: await count(atLoad, () => expectAllBooked(system, callers, atLoad, sameDay)),
    };
    await system.reconcile();
    return phases;
  });
}

type CallCounter = ReturnType<typeof sidecarCallCounter>;

// Long enough for the most of what follows a booking to be done before the next.
const gapMs = 100;

async function expectBooked({ customers }: BenchSystem, wish: Wish = {}): Promise<void> {
  const failure = failureOf(await customers.book(wish), 201);
  if (failure) throw new Error(`not booked: ${failure}`);
}

async function expectAllBooked(
  { customers }: BenchSystem,
  callers: number,
  count: number,
  wish: Wish = {},
): Promise<void> {
  const failures = await inTurns(callers, count, async () => failureOf(await customers.book(wish), 201));
  if (failures.size > 0) throw new Error(`not all were booked: ${[...failures].join('; ')}`);
}

/** By command, how many a second there are while nobody books: how long a phase takes is no booking's doing. */
async function commandsAtRest({ infra }: BenchSystem): Promise<Map<string, number>> {
  const before = await redisCounts(infra.redisUrl);
  await sleep(restMs);
  const after = await redisCounts(infra.redisUrl);
  const counts = since(before.commands, after.commands);
  return new Map([...counts].map(([command, count]) => [command, count / (restMs / 1_000)]));
}

const restMs = 5_000;

async function phase(
  system: BenchSystem,
  readCalls: CallCounter,
  rest: ReadonlyMap<string, number>,
  bookings: number,
  work: () => Promise<void>,
): Promise<Phase> {
  const [callsBefore, redisBefore] = [readCalls(), await redisCounts(system.infra.redisUrl)];
  const begun = nowMicros();
  await work();
  await quiet(readCalls);
  const ended = nowMicros();
  const calls = since(callsBefore, readCalls());
  const redisAfter = await redisCounts(system.infra.redisUrl);
  // Probes write what they know every tenth of a second.
  await sleep(300);
  const spans = readSpans(join(system.dataDir, 'probe')).filter(
    (span) => span.begun >= begun && span.begun <= ended,
  );
  expectSameCalls(calls, spans);
  const grown = trees(spans, isBooking);
  if (grown.length !== bookings) throw new Error(`${grown.length} of ${bookings} bookings were traced`);
  const seconds = (ended - begun) / 1_000_000;
  const commands = new Map(
    [...since(redisBefore.commands, redisAfter.commands)].map(([command, count]) => [
      command,
      Math.max(0, count - (rest.get(command) ?? 0) * seconds),
    ]),
  );
  // One connection is this reading's own.
  const redisConnections = redisAfter.connections - redisBefore.connections - 1;
  return summary(bookings, { calls, commands, redisConnections, spans, grown });
}

function isBooking({ kind, what, service }: Span): boolean {
  return kind === 'in' && service === 'gateway' && what === 'POST /orders';
}

// What a service asks of its sidecar in a way that the probe does not see would not count as waited for.
function expectSameCalls(logged: Map<string, number>, spans: readonly Span[]): void {
  const probed = new Map<string, number>();
  for (const { kind, what } of spans) {
    if (kind !== 'out' || isSidecarProbe(what)) continue;
    probed.set(kindOf(what), (probed.get(kindOf(what)) ?? 0) + 1);
  }
  const differing = [...new Set([...logged.keys(), ...probed.keys()])].filter(
    (kind) => logged.get(kind) !== probed.get(kind),
  );
  if (differing.length === 0) return;
  const lines = differing.map(
    (kind) => `${kind}: ${logged.get(kind)} by the sidecars, ${probed.get(kind)} by the services`,
  );
  throw new Error(`sidecars and services count differently:\n${lines.join('\n')}`);
}

interface Raw {
  calls: Map<string, number>;
  commands: Map<string, number>;
  redisConnections: number;
  spans: Span[];
  grown: Step[];
}

function summary(bookings: number, { calls, commands, redisConnections, spans, grown }: Raw): Phase {
  const waited = grown.flatMap((tree) => [...allOf(tree)].filter(({ waitedFor }) => waitedFor));
  const waitedCalls = waited.filter(({ kind }) => kind === 'out').map(({ what }) => kindOf(what));
  const redisWritesWaited = waited.filter(({ kind, what }) => kind === 'redis' && isWaitedWrite(what));
  const each = (count: number) => count / bookings;
  const total = (counts: Map<string, number>, isCounted: (name: string) => boolean) =>
    each([...counts].reduce((sum, [what, count]) => sum + (isCounted(what) ? count : 0), 0));
  const waitedByKind = new Map<string, number>();
  for (const kind of waitedCalls) waitedByKind.set(kind, (waitedByKind.get(kind) ?? 0) + 1);
  const connections = spans.filter(({ kind }) => kind === 'connection').length + redisConnections;
  return {
    bookings,
    counts: {
      callsWaitedFor: each(waitedCalls.length),
      callsUntilMyPage: total(calls, (kind) => !isAfterMyPage(kind)),
      callsInAll: total(calls, () => true),
      writesWaitedFor: each(waitedCalls.filter(isDurableWrite).length + redisWritesWaited.length),
      publishes: total(calls, (kind) => kind.includes('/publish/')),
      redisCommands: total(commands, (command) => !isPolling(command)),
      redisWrites: total(commands, isWrite),
      connectionsOpened: each(connections),
    },
    calls: [...calls]
      .map(([kind, count]) => ({ kind, inAll: each(count), waitedFor: each(waitedByKind.get(kind) ?? 0) }))
      .sort((a, b) => b.inAll - a.inAll),
    redis: [...commands]
      .filter(([command]) => !isPolling(command))
      .map(([command, count]) => ({ command, each: each(count) }))
      .sort((a, b) => b.each - a.each),
    trees: grown,
  };
}

/** A service's own command to Redis; every script of ours that a booking runs writes. */
function isWaitedWrite(what: string): boolean {
  const [command = ''] = what.toLowerCase().split(' ');
  return command === 'eval' || command === 'evalsha' || isWrite(command);
}

/** Until no sidecar is called any more, for longer than a slot waits before it visits what has not settled. */
async function quiet(readCalls: CallCounter): Promise<void> {
  const total = () => [...readCalls().values()].reduce((sum, count) => sum + count, 0);
  const silenceMs = (2 * sweepSeconds + 0.5) * 1_000;
  let [last, since] = [total(), Date.now()];
  while (Date.now() - since < silenceMs) {
    await sleep(250);
    const now = total();
    if (now !== last) [last, since] = [now, Date.now()];
  }
}

function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
