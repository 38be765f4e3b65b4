import { createServer } from 'node:net';
import type { LocalSystem } from './local';
import { accepts } from './waiting';

export interface PortUse {
  port: number;
  /** What it is for, as in "the order service". */
  use: string;
}

export function infraPortUses({ infraPorts: ports }: LocalSystem, withRedis: boolean): PortUse[] {
  return [
    ...(withRedis ? [{ port: ports.redis, use: 'Redis' }] : []),
    { port: ports.placement, use: 'placement' },
    { port: ports.placementHealth, use: "placement's health" },
    { port: ports.placementMetrics, use: "placement's metrics" },
    { port: ports.placementRaft, use: "placement's own state" },
    { port: ports.scheduler, use: 'the scheduler' },
    { port: ports.schedulerHealth, use: "the scheduler's health" },
    { port: ports.schedulerMetrics, use: "the scheduler's metrics" },
    { port: ports.etcdClient, use: "the scheduler's store" },
    { port: ports.etcdPeer, use: "the scheduler's store, among its like" },
  ];
}

export function appPortUses({ apps }: LocalSystem): PortUse[] {
  return apps.flatMap(({ appId, ...ports }) => [
    { port: ports.appPort, use: `the ${appId} service` },
    { port: ports.daprHttpPort, use: `${appId}'s sidecar, HTTP` },
    { port: ports.daprGrpcPort, use: `${appId}'s sidecar, gRPC` },
    { port: ports.daprInternalPort, use: `${appId}'s sidecar, among sidecars` },
    { port: ports.metricsPort, use: `${appId}'s sidecar, metrics` },
  ]);
}

/** @throws Error naming each port that something else listens on, and what it is needed for. */
export async function refuseBusyPorts(uses: PortUse[]): Promise<void> {
  const busy: PortUse[] = [];
  for (const each of uses) if (await isBusy(each.port)) busy.push(each);
  const [first] = busy;
  if (!first) return;
  throw new Error(
    [
      `nothing was started, because of ports that are in use already:`,
      ...busy.map(({ port, use }) => `    ${port}  (needed for ${use})`),
      '  Does `npm start` or `npm run infra` run in another terminal? This tells who holds a port:',
      `    lsof -nP -iTCP:${first.port} -sTCP:LISTEN`,
    ].join('\n'),
  );
}

/** macOS lets one listen on 127.0.0.1 beside another who listens on all addresses, so that is asked for as well. */
async function isBusy(port: number): Promise<boolean> {
  return (await accepts(port)) || !(await canListen(port));
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
