import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import type { Costs, CpuMs } from '../../scale/plan';
import { projectRoot } from '../../system/plan';
import type { BenchSystem } from '../benchSystem';
import { centerIds, dateAfter, roomyCenterId } from '../calendars';
import { failureOf } from '../customers';
import { closedCount, type LoadResult } from '../load';
import { type Measured, measure } from '../measure';
import { atRest } from '../rest';
import type { Part } from './part';

const count = 200;

/** Writes what `npm run scale` computes with. */
export const costs: Part = async ({ system, rest, callers }) => {
  const { customers } = system;
  const book = async () => failureOf(await customers.book(), 201);
  await closedCount(callers, count, book);
  await atRest(system.infra);
  const measured = (load: () => Promise<LoadResult>) => measure(system, rest, load);
  const before = await memory(system);
  const booking = await measured(() => closedCount(callers, count, book));
  const after = await memory(system);
  const ids = [...customers.journal.told.keys()];
  const idOf = (number: number) => ids[number % ids.length] ?? '';
  const readPage = await measured(() =>
    closedCount(callers, 4 * count, async (number) => failureOf(await customers.readPage(idOf(number)), 200)),
  );
  const lookForSeats = await measured(() =>
    closedCount(callers, count, async (number) => {
      const centerId = centerIds[number % centerIds.length];
      const from = 10 + (number % 300);
      const query = `centerId=${centerId}&from=${dateAfter(from)}&to=${dateAfter(from + 2)}`;
      return failureOf(await customers.call('GET', `/slots?${query}`), 200);
    }),
  );
  const confirm = await measured(() =>
    closedCount(callers, count, async (number) => failureOf(await customers.confirm(idOf(number)), 201)),
  );
  const oneDay = { centerId: roomyCenterId, date: dateAfter(200) };
  const hot = await closedCount(callers, count / 4, async () => failureOf(await customers.book(oneDay), 201));
  const bytes = (key: 'all' | 'lists') => Math.round((after[key] - before[key]) / booking.done);
  const result: Costs = {
    booking: byService(booking),
    confirm: byService(confirm),
    readPage: byService(readPage),
    lookForSeats: byService(lookForSeats),
    bytesABooking: bytes('all'),
    listBytesABooking: bytes('lists'),
    slotTurnMs: round(1_000 / hot.perSecond),
    eventMs: round(booking.cpuMs / booking.calls),
  };
  // Nothing is written of bookings that do not reconcile.
  await system.reconcile();
  const file = join(projectRoot, 'tools', 'scale', 'measured.json');
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
  const failures = [booking, readPage, lookForSeats, confirm, hot].flatMap((each) => [...each.failures]);
  return [
    `written to ${file}: CPU-ms each, with what follows`,
    ...Object.entries({ booking, confirm, readPage, lookForSeats }).map(
      ([name, { cpuMs, calls }]) =>
        `  ${name}: ${cpuMs.toFixed(2)} CPU-ms, ${calls.toFixed(2)} calls to sidecars`,
    ),
    `  ${result.bytesABooking} bytes a booking in Redis, of these ${result.listBytesABooking} in lists`,
    ...failures.map(([failure, times]) => `  ${times} × ${failure}`),
  ];
};

function byService({ cpuMsByProcess }: Measured): CpuMs {
  const of = (...names: string[]) =>
    round(names.reduce((sum, name) => sum + Math.max(0, cpuMsByProcess[name] ?? 0), 0));
  const withSidecar = (name: string) => of(name, `${name}-daprd`);
  return {
    gateway: withSidecar('gateway'),
    order: withSidecar('order'),
    payment: withSidecar('payment'),
    reservation: withSidecar('reservation'),
    notification: round(withSidecar('notification') + of('sms')),
    redis: of('redis'),
    scheduler: of('scheduler', 'placement'),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Bytes in use, and what of it lists take. */
async function memory({ infra }: BenchSystem): Promise<{ all: number; lists: number }> {
  const redis = createClient({ url: infra.redisUrl });
  await redis.connect();
  try {
    const all = Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1]);
    const keys = await redis.keys('list:*');
    const sizes = await Promise.all(keys.map((key) => redis.memoryUsage(key, { SAMPLES: 50 })));
    return { all, lists: sizes.reduce((sum: number, size) => sum + Number(size ?? 0), 0) };
  } finally {
    redis.destroy();
  }
}
