// `npm run scenario:overload [-- --users 100 --seconds 60]`: a system of its own under siege while payment cannot keep up,
// and whether it did what it must. Exit code 1 if not. docs/overload.md says what the figures mean.
import { parseArgs } from 'node:util';
import { report } from './report';
import { overload } from './scenario';

const { values } = parseArgs({
  options: { users: { type: 'string', default: '100' }, seconds: { type: 'string', default: '60' } },
});

void main();

async function main(): Promise<void> {
  const measured = await overload({
    users: positive('users', values.users),
    seconds: positive('seconds', values.seconds),
    say: (line) => console.log(line),
  });
  const { text, holds } = report(measured);
  console.log(text);
  process.exitCode = holds ? 0 : 1;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} must be a positive whole number, not ${text}`);
}
