import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, bridge, dataDir, programs } from './plan';
import { beganAt, namespacesNow, type Record, readRecord } from './record';
import { sh } from './shell';

/**
 * Ends all that a node started on this machine and takes back what it changed: from its record, so that another process
 * can do it, too, after the one that started it was killed. Does nothing where there is no record.
 */
export async function takeDown(): Promise<void> {
  const record = readRecord();
  if (!record) return;
  // First who would start things again, last who is needed to end the containers.
  const [runtime, others] = partition(record.processes, ({ name }) => name === 'containerd');
  await endProcesses(others.reverse());
  await endShims();
  await endProcesses(runtime);
  await endShims();
  await unmountAll(record);
  await sh(programs().node.ip, ['link', 'delete', bridge]).catch(() => {});
  await restoreRules(record);
  for (const [name, value] of Object.entries(record.settings)) {
    await sh('sysctl', ['-qw', `${name}=${value}`]).catch(() => {});
  }
  removeControlGroups();
  for (const folder of [dataDir, ...record.foldersMade]) rmSync(folder, { recursive: true, force: true });
}

async function endProcesses(processes: Record['processes']): Promise<void> {
  for (const { pid, began } of processes) {
    const isThere = () => beganAt(pid) === began;
    if (!isThere()) continue;
    process.kill(pid, 'SIGTERM');
    for (let waited = 0; isThere() && waited < 10_000; waited += 50) await sleep(50);
    if (isThere()) process.kill(pid, 'SIGKILL');
  }
}

/** A shim holds the containers of one pod, and outlives containerd. Ours are known by the address of our containerd. */
async function endShims(): Promise<void> {
  const address = at('run/containerd.sock');
  for (const shim of processesWhere(
    (words) => words[0]?.includes('containerd-shim') === true && words.includes(address),
  )) {
    for (const pid of [...childrenOf(shim), shim]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with another one.
      }
    }
  }
  // What was in a pod's process namespace goes with its first process.
  await sleep(300);
}

function processesWhere(isWanted: (words: string[]) => boolean): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return isWanted(readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0')) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function childrenOf(pid: number): number[] {
  try {
    const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return own === '' ? [] : own.split(' ').map(Number);
  } catch {
    return [];
  }
}

async function unmountAll(record: Record): Promise<void> {
  const namespaces = namespacesNow().filter((name) => !record.networkNamespaces.includes(name));
  const targets = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((target) => target.startsWith(`${dataDir}/`));
  for (const target of targets.reverse()) await sh('umount', ['-l', target]).catch(() => {});
  for (const name of namespaces.filter((each) => each.startsWith('cni-'))) {
    await sh('umount', ['-l', join('/run/netns', name)]).catch(() => {});
    rmSync(join('/run/netns', name), { force: true });
  }
}

async function restoreRules(record: Record): Promise<void> {
  for (const [save, before] of Object.entries(record.rules)) {
    const now = await sh(save, []).catch(() => '');
    const tables = [...now.matchAll(/^\*(\w+)$/gm)].map(([, table]) => table);
    // A table that was not there before is emptied: to restore nothing would leave it as it is.
    const added = tables.filter((table) => !before.includes(`*${table}\n`));
    const rules = `${before}${added.map((table) => `*${table}\nCOMMIT\n`).join('')}`;
    const file = at(`${save}.before`);
    writeFileSync(file, rules);
    await sh(save.replace('save', 'restore'), [file]).catch(() => {});
  }
}

function removeControlGroups(): void {
  const root = '/sys/fs/cgroup';
  if (!existsSync(root)) return;
  for (const parent of [root, ...readdirSync(root).map((name) => join(root, name))]) {
    for (const name of ['kubepods', 'k8s.io']) removeGroup(join(parent, name));
  }
}

/** Deepest first; a group's files go with it, and one that holds a process stays. */
function removeGroup(group: string): void {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  }
  try {
    rmdirSync(group);
  } catch {
    // Somebody else's.
  }
}

function partition<T>(all: readonly T[], isFirst: (each: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((each) => !isFirst(each))];
}
