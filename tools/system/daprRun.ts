import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalSystem } from './local';
import { logTail } from './logTail';
import { ManagedProcess } from './managedProcess';
import type { AppPlan, Toolchain } from './plan';
import { type RunningProcess, runningProcesses, signal } from './processes';

/** A service or a sidecar that the CLI started. */
export interface AppProcess {
  appId: string;
  kind: AppKind;
  pid: number;
  args: string[];
}

export type AppKind = 'service' | 'sidecar';

const patienceMs = 12_000;

/**
 * `dapr run -f`, and all that it starts. The CLI runs in a process group of its own, and what it starts stays in there:
 * that is how we know what is ours, even after the CLI itself was killed.
 */
export class DaprRun {
  readonly cli: ManagedProcess;
  #group: number | undefined;
  #startedAt = 0;
  #alive: AppProcess[] = [];
  #seen: AppProcess[] = [];

  constructor(
    toolchain: Toolchain,
    private readonly local: LocalSystem,
    env: Record<string, string>,
  ) {
    const args = ['run', '-f', local.runFile];
    const plan = { name: 'dapr-run', command: toolchain.dapr, args, env, cwd: local.appDir };
    this.cli = new ManagedProcess(plan, join(local.dataDir, 'logs'));
    process.on('exit', () => this.kill());
  }

  start(): void {
    this.#startedAt = Date.now();
    this.cli.start();
    this.#group = this.cli.pid;
  }

  /** Looks at what runs now; what is asked after that is answered as of then. */
  async look(): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    this.#alive = (await membersOf(group)).flatMap(({ pid, args }) => {
      const known = pid === group ? undefined : whose(args, this.local.apps);
      return known ? [{ ...known, pid, args }] : [];
    });
    const fresh = this.#alive.filter(({ appId, kind }) => !find(this.#seen, appId, kind));
    this.#seen.push(...fresh);
  }

  /** Undefined before it was seen, and without the CLI: then nothing is said of each, for all are about to go. */
  isRunning(appId: string, kind: AppKind): boolean | undefined {
    if (!this.cli.isRunning) return undefined;
    if (find(this.#alive, appId, kind)) return true;
    // It may have come and gone between two looks.
    const wasThere = find(this.#seen, appId, kind) || this.howItEnded(appId, kind);
    return wasThere ? false : undefined;
  }

  /** The command that the CLI gave it. */
  argsOf(appId: string, kind: AppKind): string[] {
    return find(this.#seen, appId, kind)?.args ?? [];
  }

  /** The file that the CLI writes for a service or a sidecar since this start. */
  logFile(appId: string, kind: AppKind): string | undefined {
    const dir = logDirOf(this.local);
    const beginning = `${appId}_${kind === 'service' ? 'app' : 'daprd'}_`;
    const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith(beginning)) : [];
    // Their names end in the time of the start.
    const newest = names.sort().at(-1);
    if (!newest) return undefined;
    const path = join(dir, newest);
    return statSync(path).mtimeMs >= this.#startedAt ? path : undefined;
  }

  /** What the CLI wrote of how a service or a sidecar ended; empty if it did not write that yet. */
  howItEnded(appId: string, kind: AppKind): string {
    const said = logTail(this.logFile(appId, kind) ?? '').join('\n');
    const [, how] = /process exited with error code: (.*)/.exec(said) ?? [];
    return how ?? (/^Exited (App|Dapr) successfully/m.test(said) ? 'it ended by itself' : '');
  }

  /**
   * The CLI answers a signal by killing all services and sidecars on the spot (`executeRun` in its cmd/run.go), so they
   * are asked first, and it goes last. While it is still starting them, it goes first: else it would start the next one.
   */
  async stop(): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    await this.look();
    const hasStartedAll = this.#seen.length === 2 * this.local.apps.length;
    if (!hasStartedAll) await this.cli.kill();
    // What has come in is answered before those who answer it go.
    await this.#end(({ appId, kind }) => appId === 'gateway' && kind === 'service');
    await this.#end(({ kind }) => kind === 'service');
    await this.#end(({ kind }) => kind === 'sidecar');
    // All it has left to do is to write down the last words of the services.
    await this.cli.stop('SIGTERM', 1_000);
    while ((await membersOf(group)).length > 0) {
      this.kill();
      await sleep(50);
    }
    // Its number may be given to another process from now on.
    this.#group = undefined;
  }

  /** Ends all of it at once. */
  kill(): void {
    if (this.#group !== undefined) signal(-this.#group, 'SIGKILL');
  }

  async #end(which: (each: AppProcess) => boolean): Promise<void> {
    const asked = new Set<number>();
    const until = Date.now() + patienceMs;
    for (;;) {
      await this.look();
      const left = this.#alive.filter(which);
      if (left.length === 0) return;
      for (const { pid } of left) {
        if (Date.now() > until) signal(pid, 'SIGKILL');
        else if (!asked.has(pid)) signal(pid, 'SIGTERM');
        asked.add(pid);
      }
      await sleep(50);
    }
  }
}

/** Where the CLI puts the logs of services and sidecars, a new file for each start. */
export function logDirOf({ appDir }: LocalSystem): string {
  return join(appDir, '.dapr', 'logs');
}

async function membersOf(group: number): Promise<RunningProcess[]> {
  return (await runningProcesses()).filter((each) => each.group === group);
}

function find(among: AppProcess[], appId: string, kind: AppKind): AppProcess | undefined {
  return among.find((each) => each.appId === appId && each.kind === kind);
}

function whose(args: string[], apps: AppPlan[]): Pick<AppProcess, 'appId' | 'kind'> | undefined {
  const flag = args.indexOf('--app-id');
  const ofSidecar = flag < 0 ? undefined : args[flag + 1];
  for (const { appId, command } of apps) {
    if (appId === ofSidecar) return { appId, kind: 'sidecar' };
    if (args.join(' ').endsWith(command.slice(1).join(' '))) return { appId, kind: 'service' };
  }
  return undefined;
}
