import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** The project's root, from the sources as from dist/. */
export const projectRoot = resolve(
  __dirname,
  __dirname.includes(`${join('dist', 'tools')}`) ? '../../..' : '../..',
);

/** What the set-up found or made on this machine. */
export interface Toolchain {
  daprd: string;
  placement: string;
  scheduler: string;
  dapr: string;
  redisServer: string | null;
  redisUrl: string | null;
  /** Where the CLI is to find its runtime. */
  runtimePath: string;
  /** Only where the set-up of the variants has run. */
  sqlite3?: string;
  /** The folder of PostgreSQL's programs. */
  postgresql?: string;
  kafka?: { java: string; jars: string };
  /** Only for fault tests, which have them built. */
  toxiproxy?: string;
  linearizable?: string;
  /** Only for the overload scenario. */
  siege?: string;
  /** Only for the tests of the Dockerfile. */
  buildah?: string;
  runc?: string;
  imageDebian?: string;
  'cluster-service-node'?: string;
}

export function readToolchain(): Toolchain {
  return JSON.parse(readFileSync(join(projectRoot, '.data', 'toolchain.json'), 'utf8')) as Toolchain;
}

export interface AppPlan {
  appId: string;
  command: string[];
  appPort: number;
  daprHttpPort: number;
  daprGrpcPort: number;
  daprInternalPort: number;
  metricsPort: number;
}

export interface InfraPorts {
  redis: number;
  placement: number;
  placementHealth: number;
  placementMetrics: number;
  placementRaft: number;
  scheduler: number;
  schedulerHealth: number;
  schedulerMetrics: number;
  etcdClient: number;
  etcdPeer: number;
}

/** Ports for all of them, each from `take`. */
export function takeInfraPorts(take: () => number): InfraPorts {
  return {
    redis: take(),
    placement: take(),
    placementHealth: take(),
    placementMetrics: take(),
    placementRaft: take(),
    scheduler: take(),
    schedulerHealth: take(),
    schedulerMetrics: take(),
    etcdClient: take(),
    etcdPeer: take(),
  };
}

/**
 * The ports of `npm start` and `npm run infra`; dapr.yaml names placement's and the scheduler's. Below 32768, for the
 * same reason as there.
 */
export const standardInfraPorts: InfraPorts = {
  redis: 6390,
  placement: 6391,
  placementHealth: 6392,
  placementMetrics: 6393,
  placementRaft: 6394,
  scheduler: 6395,
  schedulerHealth: 6396,
  schedulerMetrics: 6397,
  etcdClient: 6398,
  etcdPeer: 6399,
};

/** dapr.yaml, as far as anything here reads or changes it. */
export interface RunFile {
  common: Record<string, unknown>;
  apps: RunFileApp[];
}

export interface RunFileApp {
  appID: string;
  appDirPath: string;
  command: string[];
  appPort: number;
  daprHTTPPort: number;
  daprGRPCPort: number;
  daprInternalGRPCPort: number;
  metricsPort: number;
}

export function parseRunFile(): RunFile {
  return parse(readFileSync(join(projectRoot, 'dapr.yaml'), 'utf8')) as RunFile;
}

export function readRunFile(): { common: Record<string, unknown>; apps: AppPlan[] } {
  const { common, apps } = parseRunFile();
  return { common, apps: apps.map(appPlan) };
}

export function appPlan(app: RunFileApp): AppPlan {
  return {
    appId: app.appID,
    command: app.command,
    appPort: app.appPort,
    daprHttpPort: app.daprHTTPPort,
    daprGrpcPort: app.daprGRPCPort,
    daprInternalPort: app.daprInternalGRPCPort,
    metricsPort: app.metricsPort,
  };
}

/** Free TCP ports of the loopback interface, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(firstPort, ephemeralPortMin);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

// Below those that a system gives to outgoing connections, which would take one between now and its use.
const firstPort = 12_000;
const ephemeralPortMin = 32_768;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
