import { type BenchSystem, withSystem } from '../benchSystem';
import { redisMicros } from '../count/redisCommands';
import { failureOf } from '../customers';
import { fill } from '../fill';
import { closedCount } from '../load';
import { type Measured, measure, measureRest } from '../measure';

/** What a booking costs with so many stored, by so many instances of each service. */
interface Cost extends Measured {
  stored: number;
  instances: number;
  redisMicros: number;
  redisMiB: number;
}

const services = ['order', 'payment', 'reservation', 'notification'];
const measuredBookings = 300;

/** Prints a line for each size as it is measured, and each size's share of the first one's cost. */
export async function growth(
  sizes: readonly number[],
  instances: readonly number[],
  callers: number,
  print: (line: string) => void,
): Promise<void> {
  for (const each of instances) {
    const options = {
      env: { TRIM_SECONDS: '2', SWEEP_SECONDS: '2' },
      ...(each > 1 ? { twice: services } : {}),
    };
    await withSystem(options, async (system) => {
      let first: Cost | undefined;
      for (const stored of sizes) {
        const cost = await costAt(system, stored, each, callers);
        await system.reconcile();
        first ??= cost;
        print(text(cost, first));
        for (const [failure, count] of cost.failures) print(`  ${count} × ${failure}`);
      }
    });
  }
}

async function costAt(
  system: BenchSystem,
  stored: number,
  instances: number,
  callers: number,
): Promise<Cost> {
  const { customers, infra } = system;
  const missing = stored - customers.journal.told.size;
  if (missing > 0) await fill(system, missing);
  const book = async () => failureOf(await customers.book(), 201);
  // Until compilers have seen everything.
  await closedCount(callers, 200, book);
  const rest = await measureRest(system);
  const before = await redisMicros(infra.redisUrl);
  const measured = await measure(system, rest, () => closedCount(callers, measuredBookings, book));
  const after = await redisMicros(infra.redisUrl);
  return {
    ...measured,
    stored,
    instances,
    redisMicros: (after.micros - before.micros) / measured.done,
    redisMiB: after.bytes / 2 ** 20,
  };
}

function text(cost: Cost, first: Cost): string {
  const { stored, instances, perSecond, cpuMs, calls, memoryMiB } = cost;
  const share = (of: (each: Cost) => number) => (of(cost) / of(first)).toFixed(2);
  return (
    `${instances} of each service, ${stored} stored: ${perSecond.toFixed(1)} bookings/s (× ${share((each) => each.perSecond)}), ` +
    `${cpuMs.toFixed(1)} CPU-ms each (× ${share((each) => each.cpuMs)}), ${calls.toFixed(2)} calls (× ${share((each) => each.calls)}), ` +
    `Redis at work ${cost.redisMicros.toFixed(0)} µs each (× ${share((each) => each.redisMicros)}); ` +
    `Redis ${cost.redisMiB.toFixed(0)} MiB, all processes ${memoryMiB.toFixed(0)} MiB`
  );
}
