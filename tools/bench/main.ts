// `npm run bench`: figures of a system of its own. docs/performance.md says what they are, and has them.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../system/plan';
import { withSystem } from './benchSystem';
import { overBudget, readBudget } from './count/budget';
import { countBookings, type PhaseName } from './count/counting';
import { countsText } from './count/report';
import { measureRest } from './measure';
import { hotSlot, peak } from './parts/bookings';
import { clients } from './parts/clients';
import { costs } from './parts/costs';
import { growth } from './parts/growth';
import { leftovers } from './parts/leftovers';
import { confirms, reads } from './parts/pages';
import type { Part, PartOptions } from './parts/part';
import { rounds } from './parts/rounds';
import { yearEnd } from './parts/yearEnd';
import { profile } from './profile/profile';

/** Figures of one system, one after the other. */
const shared: Record<string, Part> = { peak, reads, confirms, hotSlot, yearEnd, rounds, clients, costs };

/** Those that want systems of their own. */
const own: Record<string, (options: Options) => Promise<void>> = {
  counts: ({ quick }) => counts(quick),
  profile: async (options) => {
    for (const line of await profile(join(projectRoot, '.data', 'bench'), options)) console.log(line);
  },
  growth: ({ stored, instances, callers, rounds }) =>
    growth(stored, instances, { callers, rounds }, console.log),
  leftovers: ({ orders, step, callers }) => leftovers(orders, step, callers, console.log),
};

const standard = ['counts', 'peak', 'reads', 'confirms', 'hotSlot', 'yearEnd', 'rounds', 'profile', 'growth'];

const usage = `usage: npm run bench -- [PART…] [--seconds 10] [--callers 32] [--rounds 5]
       npm run bench -- growth [--stored 1000,10000,100000] [--instances 1,2] [--rounds 5]
       npm run bench -- leftovers [--orders 1000] [--step 250]
       npm run bench -- --quick

  parts    ${[...standard, 'costs', 'clients', 'leftovers'].join(' ')};
           all but the last three if none is named
  --quick  counts alone; exit 1 if one is over tools/bench/budget.json`;

interface Options extends PartOptions {
  quick: boolean;
  stored: number[];
  instances: number[];
  orders: number;
  step: number;
}

void main();

async function main(): Promise<void> {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      ...{ seconds: text('10'), callers: text('32'), rounds: text('5') },
      ...{ stored: text('1000,10000'), instances: text('1,2'), orders: text('1000'), step: text('250') },
    },
  });
  if (positionals.some((name) => !(name in shared) && !(name in own))) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const numbers = (list: string) => list.split(',').map(Number);
  const options: Options = {
    quick: values.quick,
    seconds: Number(values.seconds),
    callers: Number(values.callers),
    rounds: Number(values.rounds),
    stored: numbers(values.stored),
    instances: numbers(values.instances),
    orders: Number(values.orders),
    step: Number(values.step),
  };
  const named = values.quick ? ['counts'] : positionals.length > 0 ? positionals : standard;
  for (const name of named) await own[name]?.(options);
  const ofOneSystem = named.filter((name) => name in shared);
  if (ofOneSystem.length > 0) await figures(ofOneSystem, options);
}

async function counts(isHeldToBudget: boolean): Promise<void> {
  const phases = await countBookings({ alone: 12, atLoad: 150, callers: 16 });
  const budget = readBudget();
  console.log(countsText(phases, budget));
  const over = (Object.keys(phases) as PhaseName[]).flatMap((name) =>
    overBudget(name, phases[name].counts, budget[name]),
  );
  for (const each of over) console.error(`✗ over budget: ${each}`);
  if (isHeldToBudget && over.length > 0) process.exitCode = 1;
}

async function figures(names: readonly string[], options: PartOptions): Promise<void> {
  await withSystem({ env: { TRIM_SECONDS: '2', SWEEP_SECONDS: '2' } }, async (system) => {
    const rest = await measureRest(system);
    console.log(
      `at rest: ${rest.cpuMsPerSecond.toFixed(0)} CPU-ms a second, ${rest.memoryMiB.toFixed(0)} MiB in all processes`,
    );
    for (const name of names) {
      try {
        const lines = await shared[name]?.({ system, rest, ...options });
        await system.reconcile();
        console.log(`\n${name}\n${lines?.join('\n')}`);
      } catch (error) {
        // What was lost or doubled was not done, however fast.
        console.error(`\n✗ ${name}: no figure: ${String(error)}`);
        process.exitCode = 1;
      }
    }
  });
}
