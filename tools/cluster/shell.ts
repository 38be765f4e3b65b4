import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { at, programs } from './plan';

const execute = promisify(execFile);

/** What a command prints; throws with all it said when it fails. */
export async function sh(command: string, args: readonly string[], options: { withinMs?: number } = {}) {
  try {
    const { stdout } = await execute(command, [...args], {
      maxBuffer: 256 * 1024 * 1024,
      timeout: options.withinMs ?? 120_000,
    });
    return stdout;
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}${stderr}`);
  }
}

/** The node's own kubectl, as its admin. */
export function kubectl(...args: string[]): Promise<string> {
  return sh(programs().kubernetes('kubectl'), ['--kubeconfig', at('admin.kubeconfig'), ...args], {
    withinMs: 300_000,
  });
}

export function ctr(...args: string[]): Promise<string> {
  return sh('ctr', ['--address', at('run/containerd.sock'), '--namespace', 'k8s.io', ...args], {
    withinMs: 600_000,
  });
}
