import { readFileSync } from 'node:fs';
import type { ManagedProcess } from '../system/managedProcess';
import type { System } from '../system/system';

/** CPU time and memory of each process of a system, by the process's name. */
export type Usage = Record<string, { cpuMs: number; memoryMiB: number }>;

/** Every process of a system: Redis, Dapr's own, the SMS binding, and each service with its sidecar. */
export function processesOf({ infra, apps }: System): ManagedProcess[] {
  return [...infra.all, ...Object.values(apps).flatMap(({ service, sidecar }) => [service, sidecar])];
}

/** As Linux counts it, in steps of 10 ms. Throws on a system that has no /proc. */
export function readUsage(processes: readonly ManagedProcess[]): Usage {
  return Object.fromEntries(
    processes.flatMap(({ plan, pid }) =>
      pid === undefined ? [] : [[plan.name, { cpuMs: cpuMsOf(pid), memoryMiB: memoryOf(pid) }]],
    ),
  );
}

/** CPU-ms since an earlier reading, by process. */
export function cpuSince(before: Usage, after: Usage): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, { cpuMs }]) => [name, cpuMs - (before[name]?.cpuMs ?? 0)]),
  );
}

export function sumOf(values: Record<string, number>): number {
  return Object.values(values).reduce((sum, each) => sum + each, 0);
}

export function memorySum(usage: Usage): number {
  return Object.values(usage).reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
}

/** CPU-ms of this process: of those who load the system. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const ticksPerSecond = 100;

function cpuMsOf(pid: number): number {
  // The name, in parentheses, may hold anything; the state follows, and user and system time are 12 and 13 places on.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

/** What it has for itself, and its share of what it has in common with others. */
function memoryOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}
