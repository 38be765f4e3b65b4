import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Infra, planInfra } from './infra';
import { ManagedProcess, useLeash } from './managedProcess';
import {
  type AppPlan,
  freePorts,
  type InfraPorts,
  projectRoot,
  readRunFile,
  type Toolchain,
  takeInfraPorts,
} from './plan';
import { eventually } from './waiting';

export interface SystemOptions {
  dataDir: string;
  toolchain: Toolchain;
  /** Extra environment of all services, or of one. */
  env?: Record<string, string>;
  envOf?: Record<string, Record<string, string>>;
  /** Extra environment of all sidecars. */
  sidecarEnv?: Record<string, string>;
  /** Extra environment of one service and its sidecar: how a test puts a proxy between them and their Redis. */
  envOfBoth?: Record<string, Record<string, string>>;
  appendFsync?: 'always' | 'everysec' | 'no';
  resourcesPath?: string;
  /** Apps of which a second instance runs, with the same id and store; it is found under `<app>-2`. */
  twice?: readonly string[];
  /** Each sidecar logs every call to its API, which is how calls are counted. */
  apiLogging?: boolean;
  /** Of one app's sidecar, where it is to tell more than the others. */
  sidecarLogLevelOf?: Record<string, string>;
}

/** A whole system on ports and data of its own: the same binaries, components and apps as `npm start`, without the CLI. */
export interface System {
  infra: Infra;
  apps: Record<string, RunningApp>;
  /** Address of an app's own port, or of the gateway. */
  url(appId: string): string;
  start(): Promise<void>;
  ready(): Promise<void>;
  stop(): Promise<void>;
}

export interface RunningApp {
  plan: AppPlan;
  service: ManagedProcess;
  sidecar: ManagedProcess;
}

export async function planSystem(options: SystemOptions): Promise<System> {
  const { dataDir, toolchain } = options;
  useLeash();
  const { apps: plans, common } = readRunFile();
  const twice = options.twice ?? [];
  const ports = await freePorts(10 + (plans.length + twice.length) * 5);
  const take = () => ports.pop() as number;
  const infraPorts = takeInfraPorts(take);
  const infra = planInfra({
    dataDir,
    ports: infraPorts,
    toolchain,
    ...(options.appendFsync ? { appendFsync: options.appendFsync } : {}),
  });

  const apps: Record<string, RunningApp> = {};
  const second = plans.filter(({ appId }) => twice.includes(appId));
  const instances = [
    ...plans.map((standard) => ({ name: standard.appId, standard })),
    ...second.map((standard) => ({ name: `${standard.appId}-2`, standard })),
  ];
  for (const { name, standard } of instances) {
    const plan: AppPlan = {
      ...standard,
      appPort: take(),
      daprHttpPort: take(),
      daprGrpcPort: take(),
      daprInternalPort: take(),
      metricsPort: take(),
    };
    apps[name] = planApp(name, plan, common, infraPorts, infra, options);
  }
  const processes = Object.values(apps).flatMap(({ service, sidecar }) => [service, sidecar]);

  const ready = async () => {
    await Promise.all(Object.values(apps).map(({ plan }) => appReady(plan)));
  };

  return {
    infra,
    apps,
    url: (appId) => `http://127.0.0.1:${appOf(apps, appId).plan.appPort}`,
    async start() {
      mkdirSync(dataDir, { recursive: true });
      await infra.start();
      for (const each of processes) each.start();
      await ready();
    },
    ready,
    async stop() {
      await Promise.all(processes.map((each) => each.stop()));
      await infra.stop();
    },
  };
}

export function appOf(apps: Record<string, RunningApp>, appId: string): RunningApp {
  const app = apps[appId];
  if (!app) throw new Error(`no app ${appId} in dapr.yaml`);
  return app;
}

function planApp(
  name: string,
  plan: AppPlan,
  common: Record<string, unknown>,
  ports: InfraPorts,
  infra: Infra,
  {
    dataDir,
    toolchain,
    apiLogging = false,
    sidecarLogLevelOf = {},
    env = {},
    envOf = {},
    sidecarEnv = {},
    envOfBoth = {},
    resourcesPath = join(projectRoot, 'components'),
  }: SystemOptions,
): RunningApp {
  const logDir = join(dataDir, 'logs');
  const [command = '', ...args] = plan.command;
  const service = new ManagedProcess(
    {
      name,
      command: command === 'node' ? process.execPath : command,
      args,
      cwd: projectRoot,
      env: {
        ...infra.env,
        APP_ID: plan.appId,
        APP_PORT: String(plan.appPort),
        DAPR_HTTP_PORT: String(plan.daprHttpPort),
        ...env,
        ...envOfBoth[plan.appId],
        ...envOf[plan.appId],
      },
    },
    logDir,
  );
  const sidecar = new ManagedProcess(
    {
      name: `${name}-daprd`,
      command: toolchain.daprd,
      // The names file of the Configuration is relative to this folder, which is what keeps systems apart.
      cwd: dataDir,
      env: { ...infra.env, ...sidecarEnv, ...envOfBoth[plan.appId] },
      args: [
        ...['--app-id', plan.appId, '--app-port', String(plan.appPort)],
        ...['--dapr-http-port', String(plan.daprHttpPort), '--dapr-grpc-port', String(plan.daprGrpcPort)],
        ...['--dapr-internal-grpc-port', String(plan.daprInternalPort)],
        ...['--dapr-internal-grpc-listen-address', '127.0.0.1', '--dapr-listen-addresses', '127.0.0.1'],
        ...['--metrics-port', String(plan.metricsPort), '--metrics-listen-address', '127.0.0.1'],
        ...['--placement-host-address', `127.0.0.1:${ports.placement}`],
        ...['--scheduler-host-address', `127.0.0.1:${ports.scheduler}`],
        ...[
          '--resources-path',
          resourcesPath,
          '--config',
          join(projectRoot, 'components', 'configuration.yaml'),
        ],
        ...[
          '--log-level',
          sidecarLogLevelOf[plan.appId] ?? (apiLogging ? 'info' : String(common.logLevel ?? 'info')),
          '--enable-app-health-check',
        ],
        ...(apiLogging ? ['--enable-api-logging'] : []),
        ...['--app-health-check-path', String(common.appHealthCheckPath)],
        ...['--app-health-probe-interval', String(common.appHealthProbeInterval)],
        ...['--app-health-probe-timeout', String(common.appHealthProbeTimeout)],
        ...['--app-health-threshold', String(common.appHealthThreshold)],
      ],
    },
    logDir,
  );
  return { plan, service, sidecar };
}

/** Ready: the service says so, and its sidecar hosts its actors and has its subscriptions. */
export async function appReady(
  plan: Pick<AppPlan, 'appId' | 'appPort' | 'daprHttpPort'>,
  withinMs = 60_000,
): Promise<void> {
  await eventually(
    `${plan.appId} is ready`,
    async () => {
      const ready = await fetch(`http://127.0.0.1:${plan.appPort}/readyz`, {
        signal: AbortSignal.timeout(3_000),
      });
      if (!ready.ok) return false;
      const answer = await fetch(`http://127.0.0.1:${plan.daprHttpPort}/v1.0/metadata`, {
        signal: AbortSignal.timeout(3_000),
      });
      const metadata = (await answer.json()) as SidecarMetadata;
      const hosts = plan.appId === 'gateway' || metadata.actorRuntime?.hostReady === true;
      const hears = !subscribers.has(plan.appId) || (metadata.subscriptions?.length ?? 0) > 0;
      return hosts && hears;
    },
    { withinMs, everyMs: 100 },
  );
}

interface SidecarMetadata {
  actorRuntime?: { hostReady?: boolean };
  subscriptions?: unknown[];
}

const subscribers = new Set(['order', 'reservation', 'notification']);
