import { execFile, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './progress.mjs';

const STOP_MS = 3_000;
const ANSWER_MS = 10_000;

const running = new Set();
let stopping = false;

/**
 * Runs a command to its end with its output in `log`; throws a SetupError with `todo` when it fails.
 * It gets a process group of its own, so that stopping it stops what it started too.
 */
export function run(command, args, { log, todo, cwd, env }) {
  if (stopping) return new Promise(() => {});
  mkdirSync(path.dirname(log), { recursive: true });
  const output = openSync(log, 'w');
  const line = [path.basename(command), ...args].join(' ');
  writeSync(output, `$ ${line}\n`);
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
    detached: true,
  });
  running.add(child);
  const ended = new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new SetupError(`${line}: ${error.message}`, todo, log)));
    child.on('close', (code, signal) => {
      running.delete(child);
      // The signal handler ends the process by itself; a failure told here would only be noise.
      if (stopping) return;
      if (code === 0) resolve();
      else reject(new SetupError(`\`${line}\` failed (${signal ?? `exit ${code}`})`, todo, log));
    });
  });
  return ended.finally(() => closeSync(output));
}

/** What a short command prints (both streams), or null when it can't be run at all. */
export function ask(command, args, { cwd, waitMs = ANSWER_MS } = {}) {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: waitMs }, (error, stdout, stderr) => {
      resolve(error && typeof error.code === 'string' ? null : `${stdout}${stderr}`);
    });
  });
}

/** The first executable of this name on PATH, or null. */
export function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.resolve(folder, name);
    if (folder && isExecutable(file)) return file;
  }
  return null;
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Ends the commands that are running, each by its own process group. */
export async function stopChildren() {
  stopping = true;
  const ended = Promise.all(
    [...running].map((child) => new Promise((resolve) => child.on('close', resolve))),
  );
  signalAll('SIGTERM');
  await Promise.race([ended, sleep(STOP_MS)]);
  signalAll('SIGKILL');
}

function signalAll(signal) {
  for (const child of running) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }
}
