import { performance } from 'node:perf_hooks';
import { type BenchSystem, withSystem } from '../benchSystem';
import { dateAfter } from '../calendars';
import { failureOf } from '../customers';
import { type Holdings, readHoldings } from '../holdings';
import { inTurns } from '../load';
import { atRest } from '../rest';

/** Bookings, each cancelled again; after each step, once all is quiet, what is left of them. Then a restart. */
export async function leftovers(
  orders: number,
  step: number,
  callers: number,
  print: (line: string) => void,
): Promise<void> {
  await withSystem({ env: { TRIM_SECONDS: '2' } }, async (system) => {
    let before = await readHoldings(system.infra);
    for (let done = 0; done < orders; ) {
      const failures = await inTurns(callers, step, () => bookAndCancel(system));
      done += step;
      const now = await atRest(system.infra, 60_000);
      print(progress(done, orders, step, before, now));
      for (const [failure, count] of failures) print(`  ${count} × ${failure}`);
      before = now;
    }
    await system.reconcile();
    await system.stop();
    const begun = performance.now();
    await system.start();
    print(`restart to ready: ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  });
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

/** Each on one of the 300 days from the fifth on. Resolves to what went wrong, if anything did. */
async function bookAndCancel({ customers }: BenchSystem): Promise<string | undefined> {
  const booked = await customers.book({
    centerId: 'seoul',
    date: dateAfter(5 + (customers.journal.told.size % 300)),
  });
  const failure = failureOf(booked, 201);
  if (failure) return `booking: ${failure}`;
  const canceled = failureOf(await customers.cancel(booked.body.orderId), 200);
  return canceled && `cancelling: ${canceled}`;
}
