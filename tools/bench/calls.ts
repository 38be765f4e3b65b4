// `npm run bench:calls`: the calls to sidecars that one booking makes, counted from the sidecars' own API logs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readToolchain } from '../system/plan';
import { planSystem, type System } from '../system/system';

const bookings = 20;

void main();

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-bench-'));
  const system = await planSystem({
    dataDir,
    toolchain: readToolchain(),
    apiLogging: true,
    // No look of its own within the count.
    env: { DISPATCH_SECONDS: '600', SWEEP_SECONDS: '5', LOG_LEVEL: 'warn' },
  });
  try {
    await system.start();
    await count(system, 'warm-up, not counted', false);
    await count(system, 'a booking with card and phone', true);
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function count(system: System, what: string, isShown: boolean): Promise<void> {
  const logs = Object.values(system.apps).map(({ sidecar }) => sidecar.logFile);
  const lengths = () => logs.map((log) => apiCalls(log).length);
  const since = (earlier: number[]) => logs.flatMap((log, at) => apiCalls(log).slice(earlier[at]));
  const begin = lengths();
  const beforeAnswer: string[] = [];
  for (let i = 0; i < bookings; i++) {
    const soFar = lengths();
    await book(system, isShown ? i : i + bookings);
    beforeAnswer.push(...since(soFar));
    await sleep(300);
  }
  // Until the slots have visited what they had not settled.
  await sleep(12_000);
  if (!isShown) return;
  const [all, early] = [countEach(since(begin)), countEach(beforeAnswer)];
  console.log(
    `${what}: calls to sidecars per booking, mean of ${bookings}\n  in all  ended before the answer`,
  );
  const row = (calls: number, ended: number, name: string) =>
    console.log(
      `  ${(calls / bookings).toFixed(2).padStart(6)}  ${(ended / bookings).toFixed(2).padStart(6)}  ${name}`,
    );
  for (const [call, calls] of [...all].sort(([, a], [, b]) => b - a)) row(calls, early.get(call) ?? 0, call);
  row(since(begin).length, beforeAnswer.length, 'together');
}

function countEach(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

async function book(system: System, i: number): Promise<void> {
  const reply = await fetch(`${system.url('gateway')}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderType: 'basic', phone: `010-2345-${1000 + i}`, cardNo: '4242424242424242' }),
  });
  if (reply.status !== 201) throw new Error(`no booking: ${reply.status}`);
}

/** The API calls in a sidecar's log, ids left out. */
function apiCalls(log: string): string[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => /method="?([A-Z]+ [^"]+)"? .*scope=dapr.runtime.http-info/.exec(line)?.[1] ?? [])
    .filter((call) => !/healthz|metadata|readiness-probe/.test(call))
    .map((call) => call.replace(/[0-9a-f-]{36}|[0-9a-f]{32}|seoul_[\d-]+/g, '{id}').replace(/\?.*/, ''));
}
