import { type BenchOptions, type BenchSystem, withSystem } from '../benchSystem';
import { redisMicros } from '../count/redisCommands';
import { failureOf } from '../customers';
import { fill } from '../fill';
import { closedCount, middleOf } from '../load';
import { type AtRest, type Measured, measure, measureRest } from '../measure';

/** What a booking costs in one round. */
interface Cost extends Measured {
  redisMicros: number;
  redisMiB: number;
}

interface Filled {
  system: BenchSystem;
  stored: number;
  rest: AtRest;
}

const services = ['order', 'payment', 'reservation', 'notification'];
const bookingsARound = 200;

/**
 * Prints for each number of stored bookings what one more costs, and its share of what it costs with the first of these
 * numbers: the systems run side by side and are loaded in turns, for a machine changes its speed within minutes.
 */
export async function growth(
  sizes: readonly number[],
  instances: readonly number[],
  { callers, rounds }: { callers: number; rounds: number },
  print: (line: string) => void,
): Promise<void> {
  for (const each of instances) {
    const options = {
      env: { TRIM_SECONDS: '2', SWEEP_SECONDS: '2' },
      ...(each > 1 ? { twice: services } : {}),
    };
    await withFilled(options, sizes, async (all) => {
      // Until compilers have seen everything.
      for (const { system } of all) await closedCount(callers, bookingsARound, bookingIn(system));
      const costs = all.map((): Cost[] => []);
      for (let round = 0; round < rounds; round++)
        for (const [i, filled] of all.entries()) costs[i]?.push(await costNow(filled, callers));
      for (const { system } of all) await system.reconcile();
      for (const [i, { stored }] of all.entries())
        for (const line of linesOf(
          `${each} of each service, ${stored} stored`,
          costs[i] ?? [],
          costs[0] ?? [],
        ))
          print(line);
    });
  }
}

/** Brings up a system for each size, one beside the other. */
async function withFilled(
  options: BenchOptions,
  [size, ...others]: readonly number[],
  work: (all: readonly Filled[]) => Promise<void>,
  before: readonly Filled[] = [],
): Promise<void> {
  if (size === undefined) return work(before);
  await withSystem(options, async (system) => {
    await fill(system, size);
    const rest = await measureRest(system);
    await withFilled(options, others, work, [...before, { system, stored: size, rest }]);
  });
}

function bookingIn({ customers }: BenchSystem) {
  return async () => failureOf(await customers.book(), 201);
}

async function costNow({ system, rest }: Filled, callers: number): Promise<Cost> {
  const { redisUrl } = system.infra;
  const before = await redisMicros(redisUrl);
  const measured = await measure(system, rest, () => closedCount(callers, bookingsARound, bookingIn(system)));
  const after = await redisMicros(redisUrl);
  return {
    ...measured,
    redisMicros: (after.micros - before.micros) / measured.done,
    redisMiB: after.bytes / 2 ** 20,
  };
}

function linesOf(what: string, costs: readonly Cost[], first: readonly Cost[]): string[] {
  const told = (of: (cost: Cost) => number, digits: number) => {
    const shares = costs.map((cost, round) => of(cost) / of(first[round] ?? cost));
    const { middle, least, greatest } = middleOf(shares);
    const spread = `${least.toFixed(2)} to ${greatest.toFixed(2)}`;
    return `${middleOf(costs.map(of)).middle.toFixed(digits)} (× ${middle.toFixed(2)}, ${spread})`;
  };
  const [last] = costs.slice(-1);
  const failures = new Map<string, number>();
  for (const cost of costs)
    for (const [failure, count] of cost.failures) failures.set(failure, (failures.get(failure) ?? 0) + count);
  return [
    `${what}: ${told(({ perSecond }) => perSecond, 1)} bookings/s, ${told(({ cpuMs }) => cpuMs, 1)} CPU-ms each, ` +
      `${told(({ calls }) => calls, 2)} calls, Redis at work ${told((cost) => cost.redisMicros, 0)} µs each; ` +
      `Redis ${last?.redisMiB.toFixed(0)} MiB, all processes ${last?.memoryMiB.toFixed(0)} MiB`,
    ...[...failures].map(([failure, count]) => `  ${count} × ${failure}`),
  ];
}
