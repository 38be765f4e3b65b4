// `npm run bench:bookings [-- --seconds 20 --callers 32]`: bookings with a card through the gateway of a system of its
// own, in a closed loop; then with one caller, for an identified person and for an anonymous one.
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readToolchain } from '../system/plan';
import { planSystem } from '../system/system';
import { closedLoop, type LoadResult } from './load';
import { roomyCalendars } from './roomyCalendar';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, callers: { type: 'string', default: '32' } },
});

void main();

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-bench-'));
  const system = await planSystem({
    dataDir,
    toolchain: readToolchain(),
    // The anonymous all come from one address here; what is measured is not how they are refused.
    env: { CALENDARS: roomyCalendars, LOG_LEVEL: 'warn', MAX_RESERVATION_PER_ADDRESS: '1000000' },
  });
  try {
    await system.start();
    const book = booker(system.url('gateway'));
    await closedLoop(8, 3, () => book(true));
    print(
      `${values.callers} callers`,
      await closedLoop(Number(values.callers), Number(values.seconds), () => book(true)),
    );
    print('1 caller, identified', await closedLoop(1, Number(values.seconds) / 2, () => book(true)));
    print('1 caller, anonymous', await closedLoop(1, Number(values.seconds) / 2, () => book(false)));
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Orders on random dates, each by another person. Resolves to what went wrong, if anything did. */
function booker(gateway: string): (identified: boolean) => Promise<string | undefined> {
  return async (identified) => {
    const date = new Date(Date.now() + randomInt(2, 300) * 86_400_000).toISOString().slice(0, 10);
    const phone = identified ? { phone: `010-${randomInt(2_000, 9_999)}-${randomInt(1_000, 9_999)}` } : {};
    const reply = await fetch(`${gateway}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ orderType: 'basic', date, cardNo: '4242424242424242', ...phone }),
    });
    const body = await reply.text();
    return reply.status === 201 ? undefined : `${reply.status} ${body.slice(0, 120)}`;
  };
}

function print(what: string, { perSecond, p50Ms, p99Ms, done, failures }: LoadResult): void {
  console.log(
    `${what}: ${perSecond.toFixed(1)} bookings/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${done} booked`,
  );
  for (const [failure, count] of failures) console.log(`  ${count} × ${failure}`);
}
