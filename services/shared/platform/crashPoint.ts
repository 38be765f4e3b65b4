import { existsSync, readFileSync, rmSync } from 'node:fs';

let crashFile = '';

/** Tests only: names the file that says at which line this process is to kill itself. Empty: never. */
export function watchCrashFile(path: string): void {
  crashFile = path;
}

/**
 * A named line at which a test may have this process killed, as by kill -9, or another whose id follows the name, such
 * as its sidecar. The file is removed first, so that the process lives when it is started again.
 */
export function reachCrashPoint(name: string): void {
  if (crashFile === '' || !existsSync(crashFile)) return;
  const [point, pid] = readFileSync(crashFile, 'utf8').trim().split(' ');
  if (point !== name) return;
  rmSync(crashFile);
  process.kill(pid ? Number(pid) : process.pid, 'SIGKILL');
}
