import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { ManagedProcess } from './managedProcess';
import { makeNames } from './names';
import { type InfraPorts, projectRoot, type Toolchain } from './plan';
import { endStaleLeadership, schedulerId, takesReminders } from './scheduler';
import { accepts, eventually } from './waiting';

export interface InfraOptions {
  /** Holds data, logs and sockets of one system. */
  dataDir: string;
  ports: InfraPorts;
  toolchain: Toolchain;
  /** Where the sidecars will run, and so keep the names they find each other by; the data's folder if not told. */
  sidecarDir?: string;
  /** For tests that show what fsync is for. */
  appendFsync?: 'always' | 'everysec' | 'no';
}

export interface InfraPart {
  name: 'redis' | 'placement' | 'scheduler' | 'sms';
  /** None where the Redis is somebody else's. */
  process: ManagedProcess | undefined;
  answers(): Promise<boolean>;
}

/** What lies below the services: Redis, Dapr's placement and scheduler, and the SMS binding. */
export interface Infra {
  redis: ManagedProcess | undefined;
  placement: ManagedProcess;
  scheduler: ManagedProcess;
  sms: ManagedProcess;
  /** What sidecars and services of this system must have in their environment. */
  env: Record<string, string>;
  redisUrl: string;
  ports: InfraPorts;
  smsLogFile: string;
  all: ManagedProcess[];
  parts: InfraPart[];
  /** Tells the name of each part as it becomes ready. */
  start(onReady?: (part: string) => void): Promise<void>;
  stop(): Promise<void>;
}

export function planInfra({
  dataDir,
  ports,
  toolchain,
  sidecarDir = dataDir,
  appendFsync = 'always',
}: InfraOptions): Infra {
  const logDir = join(dataDir, 'logs');
  const at = (...parts: string[]) => join(dataDir, ...parts);
  const redisUrl = toolchain.redisServer ? `redis://127.0.0.1:${ports.redis}` : (toolchain.redisUrl ?? '');
  const smsLogFile = at('sms.jsonl');
  const socketsDir = at('sockets');
  // Go gives each of Dapr's eight processes a thread for each core, and on few cores they wait for one another: with one
  // thread each, a booking takes a fifth less CPU (docs/performance.md).
  const goEnv = { GOMAXPROCS: process.env.GOMAXPROCS ?? '1' };
  const managed = (name: string, command: string, args: string[], env: Record<string, string> = goEnv) =>
    new ManagedProcess({ name, command, args, env, cwd: dataDir }, logDir);

  const redis = toolchain.redisServer
    ? managed('redis', toolchain.redisServer, [
        ...['--bind', '127.0.0.1', '--port', String(ports.redis), '--dir', at('redis')],
        ...['--appendonly', 'yes', '--appendfsync', appendFsync, '--save', ''],
      ])
    : undefined;
  const placement = managed('placement', toolchain.placement, [
    ...['--listen-address', '127.0.0.1', '--port', String(ports.placement)],
    ...['--healthz-listen-address', '127.0.0.1', '--healthz-port', String(ports.placementHealth)],
    ...['--metrics-listen-address', '127.0.0.1', '--metrics-port', String(ports.placementMetrics)],
    ...['--id', 'dapr-placement-0', '--initial-cluster', `dapr-placement-0=127.0.0.1:${ports.placementRaft}`],
    ...['--log-level', 'warn'],
  ]);
  const scheduler = managed('scheduler', toolchain.scheduler, [
    ...['--listen-address', '127.0.0.1', '--port', String(ports.scheduler)],
    ...['--healthz-listen-address', '127.0.0.1', '--healthz-port', String(ports.schedulerHealth)],
    ...['--metrics-listen-address', '127.0.0.1', '--metrics-port', String(ports.schedulerMetrics)],
    ...['--override-broadcast-host-port', `127.0.0.1:${ports.scheduler}`],
    ...['--etcd-data-dir', at('scheduler'), '--etcd-client-port', String(ports.etcdClient)],
    ...['--etcd-client-listen-address', '127.0.0.1'],
    ...['--id', schedulerId],
    ...['--etcd-initial-cluster', `${schedulerId}=http://127.0.0.1:${ports.etcdPeer}`],
    ...['--log-level', 'warn'],
  ]);
  const sms = managed(
    'sms',
    process.execPath,
    ['--enable-source-maps', join(projectRoot, 'dist/services/sms/main.js')],
    {
      SMS_SOCKET: join(socketsDir, 'sms.sock'),
      SMS_LOG_FILE: smsLogFile,
    },
  );
  const parts: InfraPart[] = [
    // It accepts connections long before it has read a large append-only file.
    { name: 'redis', process: redis, answers: () => redisAnswers(redisUrl) },
    { name: 'placement', process: placement, answers: () => accepts(ports.placement) },
    {
      name: 'scheduler',
      process: scheduler,
      async answers() {
        if (await takesReminders(ports.scheduler)) return true;
        await endStaleLeadership(ports.etcdClient);
        return false;
      },
    },
    { name: 'sms', process: sms, answers: () => accepts(join(socketsDir, 'sms.sock')) },
  ];
  const all = parts.map((part) => part.process).filter((each) => each !== undefined);

  return {
    redis,
    placement,
    scheduler,
    sms,
    all,
    parts,
    redisUrl,
    ports,
    smsLogFile,
    env: {
      ...goEnv,
      REDIS_HOST: new URL(redisUrl).host,
      REDIS_USERNAME: decodeURIComponent(new URL(redisUrl).username),
      REDIS_PASSWORD: decodeURIComponent(new URL(redisUrl).password),
      VIEW_REDIS_URL: redisUrl,
      LIST_REDIS_URL: redisUrl,
      PROVIDER_REDIS_URL: redisUrl,
      BROKER_REDIS_URL: redisUrl,
      SMS_LOG_FILE: smsLogFile,
      DAPR_COMPONENTS_SOCKETS_FOLDER: socketsDir,
      NO_ANSWER_WASM: `file://${join(projectRoot, 'components/no-answer/no-answer.wasm')}`,
      // Sidecars tell each other where they are; here that is the loopback interface.
      DAPR_HOST_IP: '127.0.0.1',
      // Some shells export the machine's name under the name that tells a service where to listen.
      HOST: '127.0.0.1',
    },
    async start(onReady = () => {}) {
      const namesDir = join(sidecarDir, '.data');
      for (const dir of [at('redis'), socketsDir, namesDir]) mkdirSync(dir, { recursive: true });
      // Where sidecars were when the machine last stopped says nothing now.
      for (const end of ['', '-wal', '-shm']) rmSync(join(namesDir, `names.db${end}`), { force: true });
      makeNames(join(namesDir, 'names.db'));
      for (const each of all) each.start();
      const ready = async ({ name, answers }: InfraPart) => {
        await eventually(`${name} answers`, answers, { withinMs: 60_000 });
        onReady(name);
      };
      await Promise.all(parts.map(ready));
    },
    async stop() {
      await Promise.all([placement, scheduler, sms].map((each) => each.stop()));
      await redis?.stop();
    },
  };
}

/** @throws what keeps it from answering, such as a wrong password. */
export async function redisAnswers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { connectTimeout: 1_000, reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } finally {
    if (client.isOpen) client.destroy();
  }
}
