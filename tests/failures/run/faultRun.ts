import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readToolchain, type Toolchain } from '../../../tools/system/plan';
import { planSystem, type System } from '../../../tools/system/system';
import { keptElsewhere } from '../../support/actorStores';
import { readBooks } from '../../support/books';
import { dayFromToday, openEveryDay } from '../../support/days';
import { type RunningVariants, startVariants, type VariantName } from '../../support/variants';
import { type Caller, callerOf } from './call';
import { book, cancel, createClient } from './client';
import { checkHistories } from './history';
import { createInjector, type Injector } from './injector';
import { type Booking, createJournal, type Journal, type SeatWish } from './journal';
import { seeded } from './random';
import { brokenPromises } from './reconcile';
import { type Fault, faultSchedule, proxied } from './schedule';
import { planRedisWays } from './toxiproxy';

export interface FaultRunOptions {
  seed: number;
  minutes: number;
  clients?: number;
  /** Folders of components/variants that take the place of the standard components; what runs for them is disturbed too. */
  variants?: readonly VariantName[];
  say?: (line: string) => void;
}

export interface FaultRunResult {
  journal: Journal;
  injected: readonly Fault[];
  endedByThemselves: readonly string[];
  orders: number;
  slots: { checked: number; undecided: number };
  quietAfterMs: number;
  /** Every law and every promise that is broken at the end, in words. */
  broken: string[];
  /** Where data, logs and histories are, if anything was broken. */
  kept?: string;
}

const seatsPerTime = 4;
const times = ['08:00', '09:00', '10:00'];
const calendar = openEveryDay(seatsPerTime, {
  openings: times.map((time) => ({ time, seats: seatsPerTime })),
  openDays: 360,
});
const quietWithinMs = 60_000;

/** Runs a whole system under faults, heals it, waits until it is quiet, and holds it to all that it has said. */
export async function faultRun(options: FaultRunOptions): Promise<FaultRunResult> {
  const toolchain = readToolchain();
  const { toxiproxy, linearizable } = toolchain;
  if (!toolchain.redisServer)
    throw new Error('fault runs kill a Redis of their own: put redis-server on the PATH');
  if (!toxiproxy || !linearizable) {
    throw new Error('toxiproxy is not built; `node tools/setup.mjs --only=faults` does it');
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-faults-'));
  const variants = options.variants?.length ? await startVariants(options.variants, dataDir) : undefined;
  try {
    return await runOn(options, { ...toolchain, toxiproxy, linearizable }, dataDir, variants);
  } finally {
    await variants?.stop();
  }
}

async function runOn(
  options: FaultRunOptions,
  toolchain: Toolchain & { toxiproxy: string; linearizable: string },
  dataDir: string,
  variants: RunningVariants | undefined,
): Promise<FaultRunResult> {
  const { seed, minutes, say = () => {} } = options;
  const ways = await planRedisWays(toolchain.toxiproxy, proxied, dataDir);
  const system = await planSystem({
    ...(variants ? { resourcesPath: variants.resourcesPath, sidecarEnv: variants.sidecarEnv } : {}),
    toolchain,
    dataDir,
    appendFsync: 'always',
    env: {
      SWEEP_SECONDS: '2',
      DISPATCH_SECONDS: '2',
      // Some that are not paid come to their end within a run.
      HOLD_MINUTES: '0.5',
      // What outlasted the broker's tries is tried again by its reader, within a run.
      DEAD_LETTER_RETRY_SECONDS: '2',
      CALENDARS: JSON.stringify({ seoul: calendar }),
    },
    envOfBoth: Object.fromEntries(proxied.map((app) => [app, redisAt(ways.addresses[app] ?? '')])),
  });
  if (variants) keptElsewhere(system.infra.redisUrl, variants.stores);
  const others = Object.values(variants?.processes ?? {});
  const injector = createInjector(system, ways, others);
  const journal = createJournal();
  let result: FaultRunResult | undefined;
  try {
    await ways.start(new URL(system.infra.redisUrl).host);
    await system.start();
    say(`the system is up; seed ${seed}, ${minutes} minutes; logs in ${dataDir}/logs`);
    await underFaults(options, { system, injector, journal, others: others.map(({ plan }) => plan.name) });
    say('healing');
    await injector.heal();
    const call = callerOf(system.url('gateway'));
    const unresolved = await resolveUnknowns(journal, call, say);
    const { broken, orders, quietAfterMs } = await untilQuiet(system, journal, say);
    const slots = checkHistories(
      toolchain.linearizable,
      join(dataDir, 'slots.json'),
      [...journal.slots].map(([slot, calls]) => ({ slot, capacity: seatsPerTime, calls })),
    );
    const illegal = slots.filter(({ verdict }) => verdict === 'illegal');
    result = {
      journal,
      injected: injector.injected,
      endedByThemselves: injector.endedByThemselves,
      orders,
      slots: {
        checked: slots.length,
        undecided: slots.filter(({ verdict }) => verdict === 'undecided').length,
      },
      quietAfterMs,
      broken: [
        ...broken,
        ...unresolved,
        ...illegal.map(({ slot }) => `${slot}: its history is not linearizable`),
      ],
    };
    return result.broken.length > 0 ? { ...result, kept: dataDir } : result;
  } finally {
    injector.close();
    await system.stop();
    await ways.stop();
    if (result?.broken.length === 0) rmSync(dataDir, { recursive: true, force: true });
    else writeFileSync(join(dataDir, 'bookings.json'), JSON.stringify(journal.bookings, setsAsLists, 1));
  }
}

function redisAt(host: string): Record<string, string> {
  return { REDIS_HOST: host, VIEW_REDIS_URL: `redis://${host}`, LIST_REDIS_URL: `redis://${host}` };
}

function setsAsLists(_key: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}

async function underFaults(
  { seed, minutes, clients = 8, say = () => {} }: FaultRunOptions,
  on: { system: System; injector: Injector; journal: Journal; others: readonly string[] },
): Promise<void> {
  const { system, injector, journal, others } = on;
  const lengthMs = minutes * 60_000;
  const begun = Date.now();
  const over = new AbortController();
  // Two days at a time, others every ten seconds: few enough seats to fill up, and histories short enough to check.
  const wishes = (): SeatWish[] => {
    const turn = Math.floor((Date.now() - begun) / 10_000);
    return [1 + ((2 * turn) % 350), 2 + ((2 * turn) % 350)].flatMap((days) =>
      times.map((time) => ({ date: dayFromToday(days, calendar.zone), time })),
    );
  };
  const call = callerOf(system.url('gateway'));
  const working = Array.from({ length: clients }, (_, i) =>
    createClient({
      name: `client${i}`,
      journal,
      call,
      random: seeded(seed, `client${i}`),
      wishes,
    }).run(over.signal),
  );
  const progress = setInterval(() => {
    const { ok, refused, unknown } = journal.calls();
    const seconds = Math.round((Date.now() - begun) / 1_000);
    say(
      `… ${seconds} s of ${Math.round(lengthMs / 1_000)}: ${ok} ok, ${refused} refused, ${unknown} unknown; ` +
        `${injector.injected.length} faults, now ${injector.now()}`,
    );
  }, 5_000);
  try {
    await Promise.all([injector.run(faultSchedule(seed, lengthMs, others)), sleep(lengthMs)]);
  } finally {
    over.abort();
    clearInterval(progress);
    await Promise.all(working);
  }
}

/**
 * What nobody could tell is asked again, under the same key, until there is an answer; given up when a minute brings none.
 */
async function resolveUnknowns(
  journal: Journal,
  call: Caller,
  say: (line: string) => void,
): Promise<string[]> {
  const isOpen = ({ attempts, orderId, cancelUnknown }: Booking) =>
    orderId ? cancelUnknown : attempts.at(-1) === 'unknown';
  let open = journal.bookings.filter(
    (booking) => isOpen(booking) || (!booking.orderId && booking.attempts.includes('unknown')),
  );
  let answeredAt = Date.now();
  const isHopeless = () => Date.now() - answeredAt > quietWithinMs;
  while (open.length > 0 && !isHopeless()) {
    const still: Booking[] = [];
    // A few at a time: one after the other would take too long where they wait for something to come back.
    for (let i = 0; i < open.length; i += 8) {
      if (i % 400 === 0) say(`… ${open.length - i + still.length} of whom nobody can tell`);
      await Promise.all(
        open.slice(i, i + 8).map(async (booking) => {
          if (isHopeless()) return still.push(booking);
          if (booking.orderId) await cancel(journal, call, booking);
          else await book(journal, call, booking, 'the same again');
          if (isOpen(booking)) still.push(booking);
          else answeredAt = Date.now();
        }),
      );
    }
    open = still;
    if (open.length > 0) await sleep(500);
  }
  return open.map(({ key }) => `${key}: nobody can tell what became of it`);
}

async function untilQuiet(system: System, { bookings }: Journal, say: (line: string) => void) {
  const begun = Date.now();
  let saidAt = begun;
  for (;;) {
    const books = await readBooks(system.infra.redisUrl);
    const broken = brokenPromises(books, bookings, seatsPerTime);
    const quietAfterMs = Date.now() - begun;
    if (broken.length === 0 || quietAfterMs > quietWithinMs) {
      const orders = [...books.orders.values()].filter(({ status }) => status !== 'none').length;
      return { broken, orders, quietAfterMs };
    }
    if (Date.now() - saidAt > 5_000) {
      saidAt = Date.now();
      say(`… ${Math.round(quietAfterMs / 1_000)} s, not quiet yet, ${broken.length} things: ${broken[0]}`);
    }
    await sleep(1_000);
  }
}
