import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

const projectRoot = join(__dirname, '..', '..');
const bindingMain = join(projectRoot, 'dist', 'services', 'sms', 'main.js');
const deadlineMillis = 30_000;

jest.setTimeout(2 * deadlineMillis);

let folder: string;
let socketPath: string;
let phoneFile: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sms-'));
  socketPath = join(folder, 'sockets', 'sms.sock');
  phoneFile = join(folder, 'phone', 'sms.jsonl');
});
afterEach(async () => {
  await Promise.all(started.splice(0).map(kill));
  await rm(folder, { recursive: true });
});

describe('the SMS binding behind a sidecar', () => {
  test('When messages are sent through the sidecar, then each reaches the phone once, and logs stay silent on it', async () => {
    await startBinding();
    const sidecar = await startSidecar({ provider: 'log', logFile: phoneFile });
    const message = { to: '+821012345678', text: '검진 예약이 확정되었습니다.', messageId: 'order-1:3' };

    const first = await send(sidecar, message);
    const repeated = await send(sidecar, message);
    const other = await send(sidecar, { ...message, messageId: 'order-1:4' });

    const { providerId } = JSON.parse(first.body);
    expect(first.status).toBe(200);
    expect(first.headers.get('metadata.providerid')).toBe(providerId);
    expect(repeated.body).toBe(first.body);
    expect(other.body).not.toBe(first.body);
    const seen = await phone();
    expect(seen).toMatchObject([
      { ...message, providerId },
      { ...message, messageId: 'order-1:4' },
    ]);

    const bindingLog = await logOf('binding');
    expect(bindingLog).toContain(providerId);
    expect(bindingLog + (await logOf('daprd'))).not.toMatch(/1012345678|확정/);
  });

  test('When the data is wrong, then the sidecar reports why, without the number', async () => {
    await startBinding();
    const sidecar = await startSidecar({ provider: 'log', logFile: phoneFile });

    const { status, body } = await send(sidecar, { to: '01012345678', text: 'x', messageId: 'order-1:3' });

    expect(status).toBe(500);
    expect(JSON.parse(body)).toMatchObject({
      errorCode: 'ERR_INVOKE_OUTPUT_BINDING',
      message: expect.stringMatching(/InvalidArgument.*E\.164/),
    });
    expect(body).not.toContain('12345678');
    expect(await phone()).toEqual([]);
  });

  test('When the binding is killed and comes back on its stale socket, then the same sidecar sends again', async () => {
    const binding = await startBinding();
    const sidecar = await startSidecar({ provider: 'log', logFile: phoneFile });
    const before = { to: '+821012345678', text: 'before', messageId: 'order-1:3' };
    const first = await send(sidecar, before);

    await kill(binding);
    expect((await stat(socketPath)).isSocket()).toBe(true);
    expect((await send(sidecar, { ...before, messageId: 'order-1:4' })).status).toBe(500);
    await startBinding();

    const repeated = await eventually(async () => {
      const answer = await send(sidecar, before);
      expect(answer.status).toBe(200);
      return answer;
    });
    const after = await send(sidecar, { ...before, text: 'after', messageId: 'order-1:5' });

    expect(repeated.body).toBe(first.body);
    expect(after.status).toBe(200);
    expect((await phone()).map(({ text }) => text)).toEqual(['before', 'after']);
  });

  test('When the Component names an unknown provider, then the sidecar stops with the names there are', async () => {
    await startBinding();

    const sidecar = await spawnSidecar({ provider: 'carrier-pigeon' });

    expect(await exitCodeOf(sidecar.process)).not.toBe(0);
    expect(await logOf('daprd')).toContain('provider must be one of log');
  });

  test('When the project’s own Component is used, then the file comes from the sidecar’s SMS_LOG_FILE', async () => {
    await startBinding();
    const component = await readFile(join(projectRoot, 'components', 'sms.yaml'), 'utf8');
    const sidecar = await startSidecar(component, { SMS_LOG_FILE: phoneFile });

    const { status } = await send(sidecar, { to: '+821012345678', text: 'hello', messageId: 'order-1:3' });

    expect(status).toBe(200);
    expect(await phone()).toMatchObject([{ text: 'hello' }]);
  });

  test('When only the binding knows SMS_LOG_FILE, then the project’s own Component works with that', async () => {
    await startBinding({ SMS_LOG_FILE: phoneFile });
    const component = await readFile(join(projectRoot, 'components', 'sms.yaml'), 'utf8');
    const sidecar = await startSidecar(component);

    await send(sidecar, { to: '+821012345678', text: 'hello', messageId: 'order-1:3' });

    expect(await phone()).toMatchObject([{ text: 'hello' }]);
  });
});

describe('the process of the SMS binding', () => {
  test('When it is asked to stop with a sidecar connected, then it ends at once and takes its socket along', async () => {
    const binding = await startBinding();
    await startSidecar({ provider: 'log', logFile: phoneFile });

    const askedAtMillis = Date.now();
    binding.kill('SIGTERM');

    expect(await exitCodeOf(binding)).toBe(0);
    expect(Date.now() - askedAtMillis).toBeLessThan(5_000);
    expect(existsSync(socketPath)).toBe(false);
  });

  test('When the socket is misnamed, then it ends with one sentence', async () => {
    const binding = spawnBinding({ SMS_SOCKET: join(folder, 'text.sock') });

    expect(await exitCodeOf(binding)).toBe(1);
    expect(await logOf('binding')).toMatch(/^sms: SMS_SOCKET must end in sms\.sock.*\n$/);
  });

  test('When another one serves the socket, then it ends with one sentence and leaves the other alone', async () => {
    const first = await startBinding();
    const second = spawnBinding({}, 'second');

    expect(await exitCodeOf(second)).toBe(1);
    expect(await logOf('second')).toMatch(/^sms: Another process already serves .*\n$/);
    expect(first.exitCode).toBeNull();
    expect(existsSync(socketPath)).toBe(true);
  });
});

interface Sidecar {
  process: ChildProcess;
  httpPort: number;
}

function spawnBinding(env: Record<string, string> = {}, logName = 'binding'): ChildProcess {
  if (!existsSync(bindingMain)) throw new Error(`${bindingMain} is missing: npm run setup builds it.`);
  return spawnLogged(process.execPath, [bindingMain], { SMS_SOCKET: socketPath, ...env }, logName);
}

async function startBinding(env: Record<string, string> = {}): Promise<ChildProcess> {
  const binding = spawnBinding(env);
  await eventually(async () => expect(await logOf('binding')).toContain(`"pid":${binding.pid}`));
  return binding;
}

/** Starts daprd with one Component: either a whole document, or the metadata of the SMS binding. */
async function spawnSidecar(
  component: string | Record<string, string>,
  env: Record<string, string> = {},
): Promise<Sidecar> {
  const resources = join(folder, 'resources');
  await mkdir(resources, { recursive: true });
  const document = typeof component === 'string' ? component : componentWith(component);
  await writeFile(join(resources, 'sms.yaml'), document);
  const [httpPort, grpcPort, internalPort, metricsPort] = await freePorts();
  const local = '127.0.0.1';
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
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const sockets = { DAPR_COMPONENTS_SOCKETS_FOLDER: join(folder, 'sockets') };
  return { process: spawnLogged(daprdPath(), args, { ...sockets, ...env }, 'daprd'), httpPort };
}

async function startSidecar(...args: Parameters<typeof spawnSidecar>): Promise<Sidecar> {
  const sidecar = await spawnSidecar(...args);
  await eventually(async () => {
    const { ok } = await fetch(`http://127.0.0.1:${sidecar.httpPort}/v1.0/healthz`);
    expect(ok).toBe(true);
  });
  return sidecar;
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
  if (process.env.DAPRD) return process.env.DAPRD;
  const toolchain: { daprd: string } = JSON.parse(
    readFileSync(join(projectRoot, '.data', 'toolchain.json'), 'utf8'),
  );
  return toolchain.daprd;
}

async function send(sidecar: Sidecar, data: { to: string; text: string; messageId: string }) {
  const response = await fetch(`http://127.0.0.1:${sidecar.httpPort}/v1.0/bindings/sms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'create', data }),
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

async function phone(): Promise<{ providerId: string; messageId: string; to: string; text: string }[]> {
  const lines = (await readFile(phoneFile, 'utf8')).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** Both output streams go to one file of the test's folder, which outlives the process. */
function spawnLogged(command: string, args: string[], env: Record<string, string>, logName: string) {
  const { SMS_LOG_FILE: _, ...inherited } = process.env;
  const child = spawn(command, args, { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  const log = createWriteStream(join(folder, `${logName}.txt`), { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once('close', () => log.end());
  return child;
}

function logOf(logName: string): Promise<string> {
  return readFile(join(folder, `${logName}.txt`), 'utf8');
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'close', { signal: AbortSignal.timeout(deadlineMillis) });
  }
  return child.exitCode;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Ports that were free a moment ago: all are held at once, so that they differ. */
async function freePorts(): Promise<[number, number, number, number]> {
  const one = async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const servers = await Promise.all([one(), one(), one(), one()]);
  const port = (index: 0 | 1 | 2 | 3) => {
    const address = servers[index].address();
    if (address === null || typeof address === 'string') throw new Error('The listener has no port.');
    return address.port;
  };
  const ports: [number, number, number, number] = [port(0), port(1), port(2), port(3)];
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Tries until the attempt doesn't throw, and passes on its last error when time is up. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
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
