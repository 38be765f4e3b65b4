import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePorts, projectRoot, readToolchain } from '../../tools/system/plan';

export const deadlineMillis = 30_000;

const bindingMain = join(projectRoot, 'dist', 'services', 'sms', 'main.js');
const local = '127.0.0.1';

export interface Sidecar {
  process: ChildProcess;
  httpPort: number;
}

/** A folder of its own with what runs in it: the SMS binding, sidecars, and what stands in for a provider. */
export interface SmsLab {
  folder: string;
  socketPath: string;
  /** Where provider `log` writes, for tests that tell it so. */
  phoneFile: string;
  phone(): Promise<{ providerId: string; messageId: string; to: string; text: string }[]>;
  /** Starts a process whose output streams both go to `<logName>.txt` in the folder. */
  spawnLogged(command: string, args: string[], env: Record<string, string>, logName: string): ChildProcess;
  logOf(logName: string): Promise<string>;
  spawnBinding(env?: Record<string, string>, logName?: string): ChildProcess;
  /** Resolves once it serves. */
  startBinding(env?: Record<string, string>): Promise<ChildProcess>;
  /** Starts daprd with one Component: either a whole document, or the metadata of the SMS binding. */
  spawnSidecar(component: string | Record<string, string>, env?: Record<string, string>): Promise<Sidecar>;
  /** Resolves once it is healthy. */
  startSidecar(component: string | Record<string, string>, env?: Record<string, string>): Promise<Sidecar>;
  /** Kills what still runs and removes the folder. */
  end(): Promise<void>;
}

export async function openSmsLab(): Promise<SmsLab> {
  const folder = await mkdtemp(join(tmpdir(), 'sms-'));
  const socketPath = join(folder, 'sockets', 'sms.sock');
  const phoneFile = join(folder, 'phone', 'sms.jsonl');
  const started: ChildProcess[] = [];

  function spawnLogged(command: string, args: string[], env: Record<string, string>, logName: string) {
    const { SMS_LOG_FILE: _, ...inherited } = process.env;
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    const log = createWriteStream(join(folder, `${logName}.txt`), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('close', () => log.end());
    return child;
  }

  const logOf = (logName: string) => readFile(join(folder, `${logName}.txt`), 'utf8');

  function spawnBinding(env: Record<string, string> = {}, logName = 'binding'): ChildProcess {
    if (!existsSync(bindingMain)) throw new Error(`${bindingMain} is missing: npm run setup builds it.`);
    return spawnLogged(process.execPath, [bindingMain], { SMS_SOCKET: socketPath, ...env }, logName);
  }

  async function spawnSidecar(
    component: string | Record<string, string>,
    env: Record<string, string> = {},
  ): Promise<Sidecar> {
    const resources = join(folder, 'resources');
    await mkdir(resources, { recursive: true });
    const document = typeof component === 'string' ? component : componentWith(component);
    await writeFile(join(resources, 'sms.yaml'), document);
    const [httpPort = 0, ...otherPorts] = await freePorts(4);
    const sockets = { DAPR_COMPONENTS_SOCKETS_FOLDER: join(folder, 'sockets') };
    const args = sidecarArgs(resources, httpPort, otherPorts);
    return { process: spawnLogged(daprdPath(), args, { ...sockets, ...env }, 'daprd'), httpPort };
  }

  return {
    folder,
    socketPath,
    phoneFile,
    spawnLogged,
    logOf,
    spawnBinding,
    spawnSidecar,

    async phone() {
      const lines = (await readFile(phoneFile, 'utf8')).split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
    },

    async startBinding(env = {}) {
      const binding = spawnBinding(env);
      await eventually(async () => expect(await logOf('binding')).toContain(`"pid":${binding.pid}`));
      return binding;
    },

    async startSidecar(component, env = {}) {
      const sidecar = await spawnSidecar(component, env);
      await eventually(async () => {
        const { ok } = await fetch(`http://${local}:${sidecar.httpPort}/v1.0/healthz`);
        expect(ok).toBe(true);
      });
      return sidecar;
    },

    async end() {
      await Promise.all(started.map(kill));
      await rm(folder, { recursive: true });
    },
  };
}

/** Calls the binding over the sidecar's own API, to see the answer as it is. */
export async function callBinding({ httpPort }: Sidecar, data: unknown, metadata: Record<string, string>) {
  const response = await fetch(`http://${local}:${httpPort}/v1.0/bindings/sms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'create', data, metadata }),
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** A file of `components/`, as it stands. */
export function projectComponent(file: string): Promise<string> {
  return readFile(join(projectRoot, 'components', file), 'utf8');
}

export async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'close', { signal: AbortSignal.timeout(deadlineMillis) });
  }
  return child.exitCode;
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Tries until the attempt doesn't throw, and passes on its last error when time is up. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + deadlineMillis;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function sidecarArgs(resources: string, httpPort: number, otherPorts: number[]): string[] {
  const [grpcPort, internalPort, metricsPort] = otherPorts;
  const flags = {
    mode: 'standalone',
    'app-id': 'notification',
    'resources-path': resources,
    'dapr-http-port': httpPort,
    'dapr-grpc-port': grpcPort,
    'dapr-internal-grpc-port': internalPort,
    'metrics-port': metricsPort,
    'metrics-listen-address': local,
    'dapr-listen-addresses': local,
    'dapr-internal-grpc-listen-address': local,
    'placement-host-address': '',
    'scheduler-host-address': '',
  };
  return Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
}

function componentWith(metadata: Record<string, string>): string {
  return stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'sms' },
    spec: {
      type: 'bindings.sms',
      version: 'v1',
      metadata: Object.entries(metadata).map(([name, value]) => ({ name, value })),
    },
  });
}

function daprdPath(): string {
  return process.env.DAPRD || readToolchain().daprd;
}
