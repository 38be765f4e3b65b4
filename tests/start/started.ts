import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalSystem, planLocal } from '../../tools/system/local';
import { projectRoot } from '../../tools/system/plan';
import { appPortUses, infraPortUses, refuseBusyPorts } from '../../tools/system/ports';
import { runningProcesses, signal } from '../../tools/system/processes';
import { eventually } from '../../tools/system/waiting';
import { patientComponents } from '../support/patientComponents';

/** A place of its own for one system: data and ports that nothing else uses. */
export interface Place {
  env: Record<string, string>;
  local: LocalSystem;
  /** Address of an app's own port. */
  url(appId: string): string;
  remove(): void;
}

export async function findPlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-start-'));
  return eventually('a range of ports is free', async () => {
    const shift = 1_000 + 10 * Math.floor(Math.random() * 1_500);
    const env = {
      HEALTHCENTER_PORT_SHIFT: String(shift),
      HEALTHCENTER_DATA_DIR: dataDir,
      HEALTHCENTER_COMPONENTS: patientComponents(join(dataDir, 'components')),
    };
    const local = planLocal(env);
    await refuseBusyPorts([...infraPortUses(local, true), ...appPortUses(local)]);
    return {
      env,
      local,
      url: (appId) => `http://127.0.0.1:${local.apps.find((app) => app.appId === appId)?.appPort}`,
      remove: () => rmSync(dataDir, { recursive: true, force: true }),
    };
  });
}

/** A command in a process group of its own, as a shell gives one to each command at a terminal. */
export class Started {
  output = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  /** All processes that it was seen to have, by their ids. */
  readonly #seen = new Set<number>();

  constructor(command: string, args: string[], env: Record<string, string>) {
    this.#child = spawn(command, args, {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async says(text: string | RegExp, withinMs = 30_000): Promise<void> {
    const has = () => (typeof text === 'string' ? this.output.includes(text) : text.test(this.output));
    await eventually(
      `it says ${text}`,
      async () => {
        if (has()) return true;
        if (this.#child.exitCode !== null) throw new Error('it has ended');
        return false;
      },
      { withinMs },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it said:\n${this.output}`);
    });
  }

  async exitCode(withinMs = 30_000): Promise<number | null> {
    const late = new Promise((_, reject) => {
      setTimeout(
        () => reject(new Error(`not over within ${withinMs} ms:\n${this.output}`)),
        withinMs,
      ).unref();
    });
    await Promise.race([this.#closed, late]);
    return this.#child.exitCode;
  }

  /** As Ctrl-C at its terminal does it. */
  interrupt(): void {
    signal(-this.pid, 'SIGINT');
  }

  /** It and all below it. */
  async processes(): Promise<{ pid: number; args: string[] }[]> {
    const all = await runningProcesses();
    const family = new Set([this.pid]);
    for (let known = 0; known < family.size; ) {
      known = family.size;
      for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
    }
    for (const pid of family) this.#seen.add(pid);
    return all.filter(({ pid }) => family.has(pid));
  }

  /** Those it was seen to have, and that are still there. */
  async leftOver(): Promise<string[]> {
    const all = await runningProcesses();
    return all.filter(({ pid }) => this.#seen.has(pid)).map(({ pid, args }) => `${pid} ${args.join(' ')}`);
  }

  /** After a test: whatever it was and is. */
  async end(): Promise<void> {
    await this.processes();
    signal(-this.pid, 'SIGTERM');
    await this.exitCode(20_000).catch(() => {});
    const all = await runningProcesses();
    for (const { pid } of all) if (this.#seen.has(pid)) signal(pid, 'SIGKILL');
  }
}
