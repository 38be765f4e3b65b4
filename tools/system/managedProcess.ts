import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from './plan';

export interface ProcessPlan {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

let leash: ChildProcess | undefined;

/** For tests and benchmarks: whatever ends this process, even kill -9, ends all that it starts from here on. */
export function useLeash(): void {
  if (leash) return;
  const script = join(projectRoot, 'dist', 'tools', 'system', 'leash.js');
  leash = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  leash.unref();
  (leash.stdin as Socket).unref();
}

/** One process that we started, with its output in a file; it is only ever signalled by its own id. */
export class ManagedProcess {
  #child: ChildProcess | undefined;
  #wanted = false;
  /** How it went when it was last seen to end, in words. */
  howItEnded = '';
  onUnexpectedExit: (plan: ProcessPlan, how: string) => void = () => {};

  constructor(
    readonly plan: ProcessPlan,
    private readonly logDir: string,
  ) {}

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get logFile(): string {
    return join(this.logDir, `${this.plan.name}.log`);
  }

  start(extraEnv: NodeJS.ProcessEnv = {}, extraArgs: readonly string[] = []): void {
    if (this.#child) throw new Error(`${this.plan.name} is running already`);
    const { command, args, cwd, env } = this.plan;
    mkdirSync(this.logDir, { recursive: true });
    mkdirSync(cwd, { recursive: true });
    const log = createWriteStream(this.logFile, { flags: 'a' });
    // A group of its own: Ctrl-C at the terminal must reach only us, who then stop things in their order.
    const child = spawn(command, [...args, ...extraArgs], {
      cwd,
      env: { ...process.env, ...env, ...extraEnv },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    this.#child = child;
    this.#wanted = true;
    running.add(child);
    leash?.stdin?.write(`+${child.pid}\n`);
    const gone = (how: string) => {
      running.delete(child);
      leash?.stdin?.write(`-${child.pid}\n`);
      if (this.#child !== child) return;
      this.#child = undefined;
      this.howItEnded = how;
      if (this.#wanted) this.onUnexpectedExit(this.plan, how);
    };
    // Its last words may still be under way when it is gone.
    child.once('close', () => log.end());
    child.once('error', (error) => gone(error.message));
    child.once('exit', (code, signal) => gone(signal ? `killed by ${signal}` : `exit code ${code}`));
  }

  /** Ends it and waits until it is gone; kills it if it does not go by itself. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', waitMs = 10_000): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#wanted = false;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const patience = new AbortController();
    const inTime = await Promise.race([
      gone.then(() => true),
      sleep(waitMs, false, { signal: patience.signal }),
    ]);
    patience.abort();
    if (!inTime) {
      child.kill('SIGKILL');
      await gone;
    }
  }

  kill(): Promise<void> {
    return this.stop('SIGKILL');
  }

  /** It does nothing any more, and keeps its connections open, until it is resumed. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Waits until it is gone by itself, as when a test made it kill itself. */
  async exited(waitMs = 30_000): Promise<void> {
    this.#wanted = false;
    const until = Date.now() + waitMs;
    while (this.#child) {
      if (Date.now() > until) throw new Error(`${this.plan.name} did not exit within ${waitMs} ms`);
      await sleep(20);
    }
  }
}
