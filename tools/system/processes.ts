import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

export interface RunningProcess {
  pid: number;
  parent: number;
  /** Its process group. */
  group: number;
  args: string[];
}

/** What runs on this machine now; what has ended and only waits to be reaped does not count. */
export function runningProcesses(): Promise<RunningProcess[]> {
  // Small Linux images have no `ps`.
  return process.platform === 'linux' ? Promise.resolve(listByProc()) : listByPs();
}

/** Sends a signal to a process, or to a group by its negative number, that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // EPERM is what macOS says of a group whose members only wait to be reaped.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function listByProc(): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name, in parentheses, may hold anything; state, parent and group follow.
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        const [state, parent, group] = fields;
        if (state === 'Z') return [];
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
        return [{ pid: Number(pid), parent: Number(parent), group: Number(group), args }];
      } catch {
        // It ended between the two looks.
        return [];
      }
    });
}

async function listByPs(): Promise<RunningProcess[]> {
  const columns = 'pid=,ppid=,pgid=,stat=,args=';
  const { stdout } = await promisify(execFile)('ps', ['-Aww', '-o', columns], { maxBuffer: 1 << 24 });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, state = 'Z', ...args] = line.trim().split(/\s+/);
    if (state.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), args }];
  });
}
