// `npm run test:failures -- --minutes 30 [--seed 1] [--clients 8] [--variants pubsub-kafka,…]`: a whole system of its own under faults, and at the
// end whether it kept its word. Exit code 1 if not.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { asVariantName } from '../../support/variants';
import { faultRun } from './faultRun';
import { report } from './report';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
    clients: { type: 'string', default: '8' },
    variants: { type: 'string', default: '' },
  },
});

void main();

async function main(): Promise<void> {
  const options = {
    minutes: positive('minutes', values.minutes),
    seed: positive('seed', values.seed),
    clients: positive('clients', values.clients),
    variants: values.variants.split(',').filter(Boolean).map(asVariantName),
    say: (line: string) => console.log(line),
  };
  const result = await faultRun(options);
  console.log(report(options, result));
  process.exitCode = result.broken.length === 0 ? 0 : 1;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} must be a positive number, not ${text}`);
}
