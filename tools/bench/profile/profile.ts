import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../system/plan';
import { signal } from '../../system/processes';
import { eventually } from '../../system/waiting';
import { withSystem } from '../benchSystem';
import { countBookings } from '../count/counting';
import { failureOf } from '../customers';
import { closedCount, closedLoop } from '../load';
import { pathText, pathTimes } from './pathTimes';
import { selfTimes } from './selfTimes';

const profiler = join(projectRoot, 'dist/tools/bench/profile/profiler.js');
const services = ['order', 'payment', 'reservation', 'notification', 'gateway'];

/** Where the time goes, as files in a folder: how long each step of an answer takes, and what each service's CPU does. */
export async function profile(
  dir: string,
  { seconds, callers }: { seconds: number; callers: number },
): Promise<string[]> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const { otherDays, atLoad } = await countBookings({ alone: 30, atLoad: 300, callers });
  const path = join(dir, 'path.txt');
  writeFileSync(
    path,
    `One at a time\n${pathText(pathTimes(otherDays.trees))}\n\n${callers} callers\n${pathText(pathTimes(atLoad.trees))}\n`,
  );
  const cpu = await profileCpu(dir, seconds, callers);
  return [
    `where an answer's time goes: ${path}`,
    `what each service's CPU does: ${cpu}; ${dir}/*.cpuprofile open as flame graphs in any DevTools or speedscope`,
  ];
}

async function profileCpu(dir: string, seconds: number, callers: number): Promise<string> {
  const env = { NODE_OPTIONS: `--require ${profiler}`, BENCH_PROFILE_DIR: dir };
  return withSystem({ env }, async (system) => {
    const book = async () => failureOf(await system.customers.book(), 201);
    await closedCount(callers, 300, book);
    const toggle = () => {
      for (const name of services) signal(system.apps[name]?.service.pid ?? 0, 'SIGUSR2');
    };
    const files = services.map((name) => join(dir, `${name}.cpuprofile`));
    toggle();
    const { done } = await closedLoop(callers, seconds, book);
    await sleep(2_000);
    toggle();
    await eventually('the profiles are written', async () =>
      files.every((file) => existsSync(file) && isWhole(file)),
    );
    await system.reconcile();
    const texts = services.map((name, i) => cpuText(name, files[i] ?? '', done));
    const path = join(dir, 'cpu.txt');
    writeFileSync(path, texts.join('\n\n'));
    return path;
  });
}

function isWhole(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
    return true;
  } catch {
    return false;
  }
}

function cpuText(service: string, file: string, bookings: number): string {
  const times = [...selfTimes(JSON.parse(readFileSync(file, 'utf8')))].filter(([place]) => place !== 'idle');
  const busyMs = times.reduce((sum, [, ms]) => sum + ms, 0);
  const rows = times
    .sort(([, a], [, b]) => b - a)
    .slice(0, 25)
    .map(
      ([place, ms]) =>
        `${(ms / bookings).toFixed(3).padStart(9)} ms ${((100 * ms) / busyMs).toFixed(1).padStart(5)} %  ${place}`,
    );
  return [`${service}: ${(busyMs / bookings).toFixed(2)} ms busy a booking, of ${bookings}`, ...rows].join(
    '\n',
  );
}
