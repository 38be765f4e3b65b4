import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { runningProcesses } from '../../tools/system/processes';

/** Where the machine's processor time went. Shares of all of it. */
export interface CpuUse {
  own: number;
  others: number;
}

/**
 * Measures from now on, on Linux; undefined elsewhere. Own is this process and all below it. A figure of a machine that
 * others use as well is theirs too, so it has to say how much.
 */
export function measureCpu(): (() => Promise<CpuUse>) | undefined {
  if (process.platform !== 'linux') return undefined;
  const begun = Date.now();
  const busyBefore = busyTicks();
  const usedBefore = new Map<number, number>();
  const usedLast = new Map<number, number>();
  const look = async () => {
    const isFirst = usedLast.size === 0;
    for (const pid of await family()) {
      const ticks = ticksOf(pid);
      if (ticks === undefined) continue;
      // One that came since began with nothing.
      if (!usedBefore.has(pid)) usedBefore.set(pid, isFirst ? ticks : 0);
      usedLast.set(pid, ticks);
    }
  };
  const first = look();
  const looking = setInterval(() => void look(), 1_000);
  return async () => {
    clearInterval(looking);
    await first;
    await look();
    const all = ((Date.now() - begun) / 1_000) * ticksPerSecond * availableParallelism();
    const used = [...usedLast].reduce((sum, [pid, ticks]) => sum + ticks - (usedBefore.get(pid) ?? 0), 0);
    return { own: used / all, others: Math.max(0, busyTicks() - busyBefore - used) / all };
  };
}

async function family(): Promise<Set<number>> {
  const all = await runningProcesses();
  const own = new Set([process.pid]);
  for (let known = 0; known < own.size; ) {
    known = own.size;
    for (const { pid, parent } of all) if (own.has(parent)) own.add(pid);
  }
  return own;
}

function ticksOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    // It ended between the two looks.
    return undefined;
  }
}

/** All but idle and waiting. */
function busyTicks(): number {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields.map(Number);
  return user + nice + system + irq + softirq + steal;
}

const ticksPerSecond = 100;
