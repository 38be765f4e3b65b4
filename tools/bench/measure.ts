import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../system/system';
import type { LoadResult } from './load';
import { comesToRest } from './rest';
import { cpuSince, memorySum, ownCpuMs, processesOf, readUsage, sumOf } from './usage';

/** What a load did, and what each of it cost over all processes, with all that follows until nothing is left to do. */
export interface Measured extends LoadResult {
  /** CPU-ms each, without what the system takes at rest. */
  cpuMs: number;
  /** The same, by kind of process. */
  cpuMsOf: Record<'services' | 'sidecars' | 'redis' | 'others', number>;
  /** The same, by process, without what it takes at rest. */
  cpuMsByProcess: Record<string, number>;
  /** CPU-ms each of those who load. */
  loaderCpuMs: number;
  /** Calls to sidecars each, by the sidecars' own metrics. */
  calls: number;
  memoryMiB: number;
}

/** What a system takes while nobody asks anything of it. */
export interface AtRest {
  cpuMsPerSecond: number;
  byProcess: Record<string, number>;
  memoryMiB: number;
}

export async function measureRest(system: System, seconds = 5): Promise<AtRest> {
  await comesToRest(system.infra);
  const before = readUsage(processesOf(system));
  await sleep(seconds * 1_000);
  const after = readUsage(processesOf(system));
  const cpu = cpuSince(before, after);
  return {
    cpuMsPerSecond: sumOf(cpu) / seconds,
    byProcess: Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, ms / seconds])),
    memoryMiB: memorySum(after),
  };
}

export async function measure(
  system: System,
  rest: AtRest,
  load: () => Promise<LoadResult>,
): Promise<Measured> {
  const processes = processesOf(system);
  const [callsBefore, usageBefore, ownBefore] = [
    await sidecarCalls(system),
    readUsage(processes),
    ownCpuMs(),
  ];
  const begun = Date.now();
  const result = await load();
  const ownMs = ownCpuMs() - ownBefore;
  const memoryMiB = memorySum(readUsage(processes));
  await comesToRest(system.infra);
  const cpu = cpuSince(usageBefore, readUsage(processes));
  const seconds = (Date.now() - begun) / 1_000;
  const each = (ms: number) => ms / result.done;
  const of = (isOne: (name: string) => boolean) =>
    each(sumOf(Object.fromEntries(Object.entries(cpu).filter(([name]) => isOne(name)))));
  const isService = (name: string) => name.replace(/-2$/, '') in system.apps;
  const isSidecar = (name: string) => name.endsWith('-daprd');
  return {
    ...result,
    cpuMs: each(sumOf(cpu) - rest.cpuMsPerSecond * seconds),
    cpuMsOf: {
      services: of(isService),
      sidecars: of(isSidecar),
      redis: of((name) => name === 'redis'),
      others: of((name) => !isService(name) && !isSidecar(name) && name !== 'redis'),
    },
    cpuMsByProcess: Object.fromEntries(
      Object.entries(cpu).map(([name, ms]) => [name, each(ms - (rest.byProcess[name] ?? 0) * seconds)]),
    ),
    loaderCpuMs: each(ownMs),
    calls: each((await sidecarCalls(system)) - callsBefore),
    memoryMiB,
  };
}

/** Calls to the APIs of all sidecars so far, but for probes. */
export async function sidecarCalls({ apps }: System): Promise<number> {
  const counts = await Promise.all(
    Object.values(apps).map(async ({ plan }) => {
      const text = await (await fetch(`http://127.0.0.1:${plan.metricsPort}/`)).text();
      return [...text.matchAll(/^dapr_http_server_request_count\{.*path="([^"]*)".*\} (\d+)$/gm)]
        .filter(([, path = '']) => !/healthz|\/metadata$|^\/v1.0\/state\//.test(path))
        .reduce((sum, [, , count]) => sum + Number(count), 0);
    }),
  );
  return counts.reduce((sum, each) => sum + each, 0);
}

export function loadText(what: string, { perSecond, p50Ms, p99Ms, done, failures }: LoadResult): string[] {
  return [
    `${what}: ${perSecond.toFixed(1)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${done} done`,
    ...[...failures].map(([failure, count]) => `  ${count} × ${failure}`),
  ];
}

export function costText({ cpuMs, cpuMsOf, loaderCpuMs, calls, memoryMiB }: Measured): string {
  const { services, sidecars, redis, others } = cpuMsOf;
  return (
    `  each: ${cpuMs.toFixed(2)} CPU-ms (services ${services.toFixed(2)}, sidecars ${sidecars.toFixed(2)}, ` +
    `Redis ${redis.toFixed(2)}, others ${others.toFixed(2)}; at rest taken off the sum), ` +
    `callers ${loaderCpuMs.toFixed(2)}, ${calls.toFixed(2)} calls to sidecars; memory ${memoryMiB.toFixed(0)} MiB`
  );
}
