// `npm run bench [-- PART…] [--seconds 10] [--callers 32] [--rounds 5]`, or `npm run bench -- --quick`.
import { parseArgs } from 'node:util';
import { withSystem } from './benchSystem';
import { overBudget, readBudget } from './count/budget';
import { countBookings, type PhaseName } from './count/counting';
import { countsText } from './count/report';
import { measureRest } from './measure';
import { hotSlot, peak } from './parts/bookings';
import { confirms, reads } from './parts/pages';
import type { Part, PartOptions } from './parts/part';
import { rounds } from './parts/rounds';
import { yearEnd } from './parts/yearEnd';

/** Figures of one system, one after the other. */
const parts: Record<string, Part> = { peak, reads, confirms, hotSlot, yearEnd, rounds };

const usage = `usage: npm run bench -- [PART…] [--seconds 10] [--callers 32] [--rounds 5]
       npm run bench -- --quick

  parts    counts ${Object.keys(parts).join(' ')}; all of them if none is named
  --quick  counts alone; exit 1 if one is over tools/bench/budget.json`;

void main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '10' },
      callers: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const known = ['counts', ...Object.keys(parts)];
  if (positionals.some((name) => !known.includes(name))) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const named = values.quick ? ['counts'] : positionals.length > 0 ? positionals : known;
  const { seconds, callers } = values;
  if (named.includes('counts')) await counts(values.quick);
  const timed = named.filter((name) => name in parts);
  const options = { seconds: Number(seconds), callers: Number(callers), rounds: Number(values.rounds) };
  if (timed.length > 0) await figures(timed, options);
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
      const lines = await parts[name]?.({ system, rest, ...options });
      try {
        await system.reconcile();
        console.log(`\n${name}\n${lines?.join('\n')}`);
      } catch (error) {
        // What was lost or doubled was not done, however fast.
        console.error(`\n✗ ${name}: no figure, for the books do not reconcile: ${String(error)}`);
        process.exitCode = 1;
      }
    }
  });
}
