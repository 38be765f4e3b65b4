import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { askWhole } from '../../services/shared/platform/wholeAnswer';
import { readToolchain } from '../../tools/system/plan';
import { appOf, planSystem, type System } from '../../tools/system/system';
import type { Books } from '../support/books';
import { lawsHold } from '../support/laws';
import { delayPayment } from '../support/paymentDelay';
import { bookings, calendars, seatsAt } from './bodies';
import { type CpuUse, measureCpu } from './cpu';
import { answersIn, type BreakerChange, breakerChangesIn, type Logged, type Span, triesIn } from './logs';
import { bookPatiently, type PatientCustomer } from './patient';
import { runSiege, type SiegeResult } from './siege';

export interface ScenarioOptions {
  users: number;
  seconds: number;
  say: (line: string) => void;
}

/** A time under siege. */
export interface Phase {
  siege: SiegeResult;
  span: Span;
  cpu: CpuUse | undefined;
}

export interface Measured {
  /** Payment is quick, and the machine as busy as it gets. */
  busy: Phase;
  /** Payment is slowed at random. */
  slow: Phase;
  /** Payment is slowed until, under the same load, it is well again. */
  recovery: Phase & { wellAt: number };
  /** Payment always takes too long, and few come: what a refusal takes where nobody is in its way. */
  calm: { refusals: { traceId: string; waitedMs: number }[] };
  patient: PatientCustomer[];
  /** All answers to `POST /orders`, as the gateway gave them, and as order gave them to it. */
  atGateway: Logged[];
  atOrder: Logged[];
  tries: Set<string>;
  breaker: BreakerChange[];
  books: Books;
  /** From the last booking until the laws held. */
  settledAfterMs: number;
}

const slowdown = '0-600';

/** Runs a system of its own through an overload of its payment, and tells what came of it. */
export async function overload({ users, seconds, say }: ScenarioOptions): Promise<Measured> {
  const toolchain = readToolchain();
  const { siege: program } = toolchain;
  if (!program) throw new Error('siege is not there; `node tools/setup.mjs --only=siege` installs it');
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-overload-'));
  const system = await planSystem({
    dataDir,
    toolchain,
    env: { CALENDARS: JSON.stringify(calendars) },
    envOf: { reservation: { LOG_LEVEL: 'warn' }, notification: { LOG_LEVEL: 'warn' } },
    sidecarLogLevelOf: { order: 'info' },
  });
  const gateway = new Pool(system.url('gateway'));
  let isDone = false;
  try {
    await system.start();
    say(`the system is up; its logs are in ${dataDir}/logs`);
    const besiege = besieger(system, program, dataDir, users);
    await warmUp(gateway);

    say(`payment is quick: ${users} users for 15 s`);
    const busy = await timed(() => besiege('busy', 15));

    say(`payment takes ${slowdown} ms: ${users} users for ${seconds} s`);
    await delayPayment(system, slowdown);
    const patience = { from: Date.now(), people: [] as Promise<PatientCustomer>[] };
    const patiently = bookers(system);
    const slow = await timed(() => {
      patience.people.push(...patiently(10, Date.now() + (seconds + 30) * 1_000));
      return besiege('slow', seconds);
    });

    say(`payment takes ${slowdown} ms for 8 s more, and is well then: ${users} users for 20 s`);
    let wellAt = 0;
    const recovery = await timed(async () => {
      const besieged = besiege('recovery', 20);
      await sleep(8_000);
      await delayPayment(system, '0');
      wellAt = Date.now();
      return besieged;
    });
    const patient = await Promise.all(patience.people);
    // What the sieges left to do is in nobody's way, either.
    await lawsHold(system.infra.redisUrl, { withinMs: 120_000, seatsPerTime: seatsAt });

    say('payment takes 600 ms, always: few come');
    await delayPayment(system, '600');
    const calm = await calmRefusals(gateway);
    await delayPayment(system, '0');

    say('waiting until all is settled');
    const quietFrom = Date.now();
    const books = await lawsHold(system.infra.redisUrl, { withinMs: 120_000, seatsPerTime: seatsAt });
    isDone = true;
    const logOf = (app: string) => appOf(system.apps, app).service.logFile;
    return {
      busy,
      slow,
      recovery: { ...recovery, wellAt },
      calm,
      patient,
      atGateway: answersIn(logOf('gateway')),
      atOrder: answersIn(logOf('order')),
      tries: triesIn(logOf('order')),
      breaker: breakerChangesIn(appOf(system.apps, 'order').sidecar.logFile),
      books,
      settledAfterMs: Date.now() - quietFrom,
    };
  } finally {
    await gateway.destroy();
    await system.stop();
    if (isDone && !process.env.KEEP_TEST_DATA) rmSync(dataDir, { recursive: true, force: true });
  }
}

function besieger(system: System, program: string, folder: string, users: number) {
  let used = 10_000;
  return (name: string, seconds: number): Promise<SiegeResult> => {
    const count = Math.max(2_000, seconds * 1_000);
    const bodies = bookings(count, used).map((body) => JSON.stringify(body));
    used += count;
    return runSiege({
      program,
      folder,
      name,
      url: `${system.url('gateway')}/orders`,
      bodies,
      users,
      seconds,
    });
  };
}

async function timed(work: () => Promise<SiegeResult>): Promise<Phase> {
  const from = Date.now();
  const cpuUse = measureCpu();
  const siege = await work();
  const cpu = await cpuUse?.();
  return { siege, span: { from, to: from + siege.elapsedSeconds * 1_000 }, cpu };
}

interface Answered {
  /** 0: there was no answer. */
  status: number;
  waitedMs: number;
  traceId: string;
}

async function book(gateway: Pool, body: object): Promise<Answered> {
  const traceId = randomBytes(16).toString('hex');
  const asked = {
    path: '/orders',
    method: 'POST' as const,
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-00000000000000ab-01` },
    body: JSON.stringify(body),
  };
  const begun = performance.now();
  const status = await askWhole(gateway, asked, 15_000).then(
    (answer) => answer.status,
    () => 0,
  );
  return { status, waitedMs: performance.now() - begun, traceId };
}

/** What has just been started is slow at first, and says nothing of how it is later. */
async function warmUp(gateway: Pool): Promise<void> {
  const bodies = bookings(1_000);
  const until = Date.now() + 10_000;
  const caller = async () => {
    for (let body = bodies.pop(); body && Date.now() < until; body = bodies.pop()) await book(gateway, body);
  };
  await Promise.all(Array.from({ length: 8 }, caller));
}

function bookers(system: System) {
  return (count: number, until: number): Promise<PatientCustomer>[] =>
    bookings(count, 1_000).map((body, i) => {
      const call = {
        gateway: system.url('gateway'),
        key: `patient-${i}`,
        body: { ...body, cardNo: '4242424242424242', centerId: 'seoul', date: undefined },
        language: i % 2 === 0 ? ('ko' as const) : ('en' as const),
      };
      return bookPatiently(call, until);
    });
}

/** Fifty a second for some seconds, after enough at once to open the breaker. */
async function calmRefusals(gateway: Pool): Promise<Measured['calm']> {
  const bodies = bookings(1_000, 2_000);
  const next = () => book(gateway, bodies.pop() ?? {});
  for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 15 }, next));
  const from = Date.now();
  const calls: ReturnType<typeof book>[] = [];
  for (let i = 0; i < 900; i++) {
    calls.push(next());
    await sleep(from + (i + 1) * 20 - Date.now());
  }
  const answers = await Promise.all(calls);
  return { refusals: answers.filter(({ status }) => status === 503) };
}
