// `npm run bench -- --quick`: what a booking costs in things that can be counted; fails where a count is over its budget.
import { parseArgs } from 'node:util';
import { overBudget, readBudget } from './count/budget';
import { countBookings, type PhaseName } from './count/counting';
import { countsText } from './count/report';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });

void main();

async function main(): Promise<void> {
  const phases = await countBookings({ alone: 12, atLoad: 150, callers: 16 });
  const budget = readBudget();
  console.log(countsText(phases, budget));
  const over = (Object.keys(phases) as PhaseName[]).flatMap((name) =>
    overBudget(name, phases[name].counts, budget[name]),
  );
  for (const each of over) console.error(`✗ over budget: ${each}`);
  if (values.quick && over.length > 0) process.exitCode = 1;
}
