import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ManagedProcess } from './managedProcess';
import { type InfraPorts, projectRoot, type Toolchain } from './plan';
import { accepts, eventually } from './waiting';

export interface InfraOptions {
  /** Holds data, logs and sockets of one system. */
  dataDir: string;
  ports: InfraPorts;
  toolchain: Toolchain;
  /** For tests that show what fsync is for. */
  appendFsync?: 'always' | 'everysec' | 'no';
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
  smsLogFile: string;
  all: ManagedProcess[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function planInfra({ dataDir, ports, toolchain, appendFsync = 'always' }: InfraOptions): Infra {
  const logDir = join(dataDir, 'logs');
  const at = (...parts: string[]) => join(dataDir, ...parts);
  const redisUrl = toolchain.redisServer ? `redis://127.0.0.1:${ports.redis}` : (toolchain.redisUrl ?? '');
  const smsLogFile = at('sms.jsonl');
  const socketsDir = at('sockets');
  const managed = (name: string, command: string, args: string[], env: Record<string, string> = {}) =>
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
    ...['--id', 'dapr-scheduler-server-0'],
    ...['--etcd-initial-cluster', `dapr-scheduler-server-0=http://127.0.0.1:${ports.etcdPeer}`],
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
  const all = [redis, placement, scheduler, sms].filter((each) => each !== undefined);

  return {
    redis,
    placement,
    scheduler,
    sms,
    all,
    redisUrl,
    smsLogFile,
    env: {
      REDIS_HOST: new URL(redisUrl).host,
      VIEW_REDIS_URL: redisUrl,
      PROVIDER_REDIS_URL: redisUrl,
      SMS_LOG_FILE: smsLogFile,
      DAPR_COMPONENTS_SOCKETS_FOLDER: socketsDir,
      // Sidecars tell each other where they are; here that is the loopback interface.
      DAPR_HOST_IP: '127.0.0.1',
    },
    async start() {
      for (const dir of [at('redis'), socketsDir, at('.data')]) mkdirSync(dir, { recursive: true });
      // Where sidecars were when the machine last stopped says nothing now.
      rmSync(at('.data', 'names.db'), { force: true });
      for (const each of all) each.start();
      await Promise.all([
        redis && eventually('Redis answers', () => accepts(ports.redis)),
        eventually('placement answers', () => accepts(ports.placement)),
        eventually('scheduler answers', () => isHealthy(ports.schedulerHealth)),
        eventually('the SMS binding answers', () => accepts(join(socketsDir, 'sms.sock'))),
      ]);
    },
    async stop() {
      await Promise.all([placement, scheduler, sms].map((each) => each.stop()));
      await redis?.stop();
    },
  };
}

async function isHealthy(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
}
