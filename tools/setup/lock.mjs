import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { project, shown } from './places.mjs';
import { undoOnStop } from './undo.mjs';

const POLL_MS = 200;
const HEARTBEAT_MS = 5_000;
// A holder on another machine (a shared home folder) can't be asked whether it lives: its heartbeat tells.
const SILENT_MS = 60_000;
// Writing a lock's few bytes takes no time; one that is still unreadable was left by a crash.
const TORN_MS = 10_000;

/** Does `work` while holding the lock `file`; waits for another holder, and takes over from a dead one. */
export async function withLock(file, progress, work) {
  const release = await acquire(file, progress);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(file, progress) {
  mkdirSync(path.dirname(file), { recursive: true });
  const mine = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
    began: new Date().toISOString(),
    project,
  });
  let waitingFor = null;
  while (!create(file, mine)) {
    const holder = read(file);
    if (holder === null) continue;
    if (isDead(holder)) {
      takeOver(file, holder);
      continue;
    }
    if (waitingFor !== holder.text) {
      waitingFor = holder.text;
      progress.doing(`waiting for ${describe(holder, file)}`);
      progress.note(`waiting for ${describe(holder, file)}`);
    }
    await sleep(POLL_MS);
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  return undoOnStop(() => {
    clearInterval(heartbeat);
    if (read(file)?.text === mine) rmSync(file, { force: true });
  });
}

function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // A person removed the lock: their word counts.
  }
}

function create(file, content) {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(file) {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, silentMs: Date.now() - statSync(file).mtimeMs, ...parse(text) };
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function isDead(holder) {
  if (!holder.pid) return holder.silentMs > TORN_MS;
  if (holder.host !== hostname()) return holder.silentMs > SILENT_MS;
  // A process number is used again some day: the same number with another start is another process.
  return processStart(holder.pid) !== holder.processStart;
}

/**
 * Removes a dead holder's lock. Two set-ups can find it dead at once, and the slower one must not remove
 * the lock that the quicker one has just made: so only the holder of a claim removes, and it looks again first.
 */
function takeOver(file, holder) {
  const claim = `${file}.claim`;
  if (!create(claim, String(process.pid))) {
    if ((read(claim)?.silentMs ?? 0) > TORN_MS) rmSync(claim, { force: true });
    return;
  }
  try {
    if (read(file)?.text === holder.text) rmSync(file, { force: true });
  } finally {
    rmSync(claim, { force: true });
  }
}

/** When the process with this number began, in whatever form the system tells it; null when there is none. */
function processStart(pid) {
  try {
    if (process.platform === 'linux') {
      const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
      return afterName[0] === 'Z' ? null : afterName[19];
    }
    return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

function describe(holder, file) {
  if (!holder.pid) return `another set-up (${shown(file)})`;
  const since = new Date(holder.began).toLocaleTimeString('en-GB');
  return `another set-up, process ${holder.pid}, started ${since} in ${shown(holder.project)}`;
}
