import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { checkSeed, type Failure } from './check';
import { checkPlants } from './checkPlants';

// npm run test:laws -- [--runs N] [--seed N] [--workers N], npm run test:laws:planted -- [--seeds N].
// A run is one list of commands, and each has a seed of its own: --seed N without --runs is that run alone.

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    workers: { type: 'string' },
    planted: { type: 'boolean' },
    seeds: { type: 'string', default: '3000' },
  },
});

interface Progress {
  done: number;
  failure?: Failure;
}

async function main(): Promise<void> {
  if (values.planted) {
    process.exitCode = (await checkPlants(Number(values.seeds))) ? 0 : 1;
    return;
  }
  const first = Number(values.seed ?? 1);
  const runs = Number(values.runs ?? (values.seed === undefined ? 20_000 : 1));
  if (process.send) return work(first, runs, (progress) => process.send?.(progress));
  const workers = Math.max(1, Math.min(runs, Number(values.workers ?? availableParallelism())));
  await share(first, runs, workers);
}

/** Goes through seeds until one fails. */
async function work(first: number, runs: number, report: (progress: Progress) => void): Promise<void> {
  let done = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const failure = await checkSeed(seed);
    done += 1;
    if (failure) return report({ done, failure });
    if (done % 100 === 0 || done === runs) {
      report({ done });
      done = 0;
    }
  }
  report({ done });
}

async function share(first: number, runs: number, workers: number): Promise<void> {
  const begun = Date.now();
  let done = 0;
  let failure: Failure | undefined;
  const seconds = () => Math.max(1, Math.round((Date.now() - begun) / 1_000));
  const line = () => `${done} of ${runs} schedules, ${seconds()} s, ${Math.round(done / seconds())}/s`;
  const progress = setInterval(() => console.log(line()), 5_000);
  const size = Math.ceil(runs / workers);
  const children = Array.from({ length: workers }, (_, i) => {
    const from = first + i * size;
    const count = Math.min(size, first + runs - from);
    return fork(__filename, ['--seed', String(from), '--runs', String(Math.max(0, count))]);
  });
  const codes = await Promise.all(
    children.map((child) => {
      child.on('message', (message: Progress) => {
        done += message.done;
        if (!message.failure) return;
        failure ??= message.failure;
        for (const other of children) other.kill();
      });
      return new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
    }),
  );
  clearInterval(progress);
  if (failure) tell(failure);
  else console.log(`${line()}: no law was broken`);
  process.exitCode = failure || codes.some((code) => code !== 0) ? 1 : 0;
}

function tell({ seed, commands, broken }: Failure): void {
  console.error(`\nSeed ${seed} breaks a law. The shortest commands that do:`);
  for (const command of commands) console.error(`  ${JSON.stringify(command)}`);
  for (const each of broken.slice(0, 10)) console.error(`✗ ${each}`);
  console.error(`\nAgain: npm run test:laws -- --seed ${seed}`);
}

void main();
