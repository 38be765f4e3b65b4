import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { at, dataDir } from './plan';
import { sh } from './shell';

/** What the machine was like before, and what was started on it: enough to take all of it down from another process. */
export interface Record {
  processes: { name: string; pid: number; began: string }[];
  /** `iptables-save` and `ip6tables-save` as they were. */
  rules: { [save: string]: string };
  settings: { [name: string]: string };
  networkNamespaces: string[];
  /** What was not there before, of the places that containerd, the CNI plugins and the kubelet write to unasked. */
  foldersMade: string[];
}

const file = () => at('record.json');
const netns = '/run/netns';

// What a kubelet, kube-proxy or the CNI plugins set.
const settingsTouched = [
  ...['net.ipv4.ip_forward', 'net.ipv4.conf.all.route_localnet', 'net.bridge.bridge-nf-call-iptables'],
  ...['vm.overcommit_memory', 'vm.panic_on_oom', 'kernel.panic', 'kernel.panic_on_oops'],
  ...['kernel.keys.root_maxkeys', 'kernel.keys.root_maxbytes'],
];

const foldersTouched = [
  ...[
    '/run/containerd',
    '/run/netns',
    '/var/lib/cni',
    '/var/lib/kubelet',
    '/var/log/containers',
    '/var/log/pods',
  ],
  ...['/var/lib/healthcenter'],
];

export async function beginRecord(): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const rules: Record['rules'] = {};
  for (const save of ['iptables-save', 'ip6tables-save']) rules[save] = await sh(save, []).catch(() => '');
  const settings: Record['settings'] = {};
  for (const name of settingsTouched) {
    const value = await sh('sysctl', ['-n', name]).catch(() => undefined);
    if (value !== undefined) settings[name] = value.trim();
  }
  write({
    processes: [],
    rules,
    settings,
    networkNamespaces: namespacesNow(),
    foldersMade: foldersTouched.filter((folder) => !existsSync(folder)),
  });
}

export function readRecord(): Record | undefined {
  return existsSync(file()) ? (JSON.parse(readFileSync(file(), 'utf8')) as Record) : undefined;
}

export function rememberProcess(name: string, pid: number): void {
  const record = readRecord() as Record;
  write({ ...record, processes: [...record.processes, { name, pid, began: beganAt(pid) ?? '' }] });
}

/** When a process began, as the kernel counts: with its id it names one process for ever. */
export function beganAt(pid: number): string | undefined {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return afterName?.[0] === 'Z' ? undefined : afterName?.[19];
  } catch {
    return undefined;
  }
}

export function namespacesNow(): string[] {
  return existsSync(netns) ? readdirSync(netns) : [];
}

function write(record: Record): void {
  writeFileSync(file(), JSON.stringify(record));
}
