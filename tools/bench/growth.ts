// `npm run bench:growth [-- --orders 20000 --step 1000 --callers 16]`: bookings, each cancelled again, through the gateway
// of a system of its own; after each step, once all is quiet, what Redis and the scheduler hold. Then a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { readToolchain } from '../system/plan';
import { planSystem } from '../system/system';
import { eventually } from '../system/waiting';
import { benchCalendars } from './calendars';
import { type Holdings, isAtRest, readHoldings } from './holdings';

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '20000' },
    step: { type: 'string', default: '1000' },
    callers: { type: 'string', default: '16' },
  },
});

void main();

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-growth-'));
  const system = await planSystem({
    dataDir,
    toolchain: readToolchain(),
    env: { CALENDARS: JSON.stringify(benchCalendars()), LOG_LEVEL: 'warn', TRIM_SECONDS: '2' },
  });
  try {
    await system.start();
    const [orders, step, callers] = [Number(values.orders), Number(values.step), Number(values.callers)];
    let before = await readHoldings(system.infra);
    for (let done = 0; done < orders; ) {
      const failures = await inTurns(callers, step, (i) => bookAndCancel(system.url('gateway'), done + i));
      done += step;
      const now = await atRest(() => readHoldings(system.infra));
      console.log(progress(done, orders, step, before, now));
      for (const [failure, count] of failures) console.log(`  ${count} × ${failure}`);
      before = now;
    }
    await system.stop();
    const begun = performance.now();
    await system.start();
    console.log(`restart to ready: ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function atRest(read: () => Promise<Holdings>): Promise<Holdings> {
  let last = await read();
  const look = async () => {
    last = await read();
    return isAtRest(last);
  };
  // Who does not come to rest is to be seen in the figures.
  await eventually('all is at rest', look, { withinMs: 60_000, everyMs: 500 }).catch((error: unknown) =>
    console.log(`  ${String(error)}`),
  );
  return last;
}

function progress(done: number, orders: number, step: number, before: Holdings, now: Holdings): string {
  const perBooking = (key: 'keys' | 'bytes') => ((now[key] - before[key]) / step).toFixed(1);
  return [
    `${done}/${orders} booked and cancelled`,
    `${now.keys} keys (+${perBooking('keys')} a booking)`,
    `${(now.bytes / 2 ** 20).toFixed(1)} MiB (+${perBooking('bytes')} B a booking)`,
    `unread ${Object.entries(now.streams)
      .map((each) => each.join(' '))
      .join(', ')}`,
    `${now.reminders} reminders, ${now.unsettled} unsettled, ${now.due} due`,
  ].join(' · ');
}

/** A person who books a day of the year and cancels it again. Resolves to what went wrong, if anything did. */
async function bookAndCancel(gateway: string, number: number): Promise<string | undefined> {
  const date = new Date(Date.now() + (5 + (number % 300)) * 86_400_000).toISOString().slice(0, 10);
  const phone = `010-${2_000 + Math.floor(number / 8_000)}-${1_000 + (number % 8_000)}`;
  const booked = await fetch(`${gateway}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `growth-${number}` },
    body: JSON.stringify({ orderType: 'basic', date, phone, cardNo: '4242424242424242' }),
  });
  const body = await booked.text();
  if (booked.status !== 201) return `booking: ${booked.status} ${body.slice(0, 120)}`;
  const { orderId } = JSON.parse(body) as { orderId: string };
  const canceled = await fetch(`${gateway}/orders/${orderId}`, {
    method: 'DELETE',
    headers: { 'idempotency-key': `growth-${number}` },
  });
  const answer = await canceled.text();
  return canceled.status === 200 ? undefined : `cancelling: ${canceled.status} ${answer.slice(0, 120)}`;
}

/** Numbers 0 to `count`, by so many callers at once; what went wrong, by how often. */
async function inTurns(
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
