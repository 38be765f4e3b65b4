import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { readToolchain } from '../system/plan';

/** Where the node keeps all it has; removed with it. Short, because the paths of sockets must be. */
export const dataDir = '/var/lib/healthcenter-cluster';

/** What the local overlay mounts as the shared volume. */
export const sharedDir = '/var/lib/healthcenter/shared';

export const at = (...parts: string[]) => join(dataDir, ...parts);

export const nodeName = 'node';
export const bridge = 'hcluster0';
export const podCidr = '10.244.0.0/24';
export const serviceCidr = '10.96.0.0/16';
export const dnsAddress = '10.96.0.10';
export const ports = { etcd: 23790, etcdPeer: 23800, api: 26443, kubelet: 10250 } as const;

/** Names of images that no registry has: they are made here. */
export const registry = 'localhost/healthcenter-cluster';

export interface Programs {
  kubernetes(name: string): string;
  helm: string;
  chart: string;
  coredns: string;
  metricsServer: string;
  pause: string;
  dapr: Record<'operator' | 'injector' | 'sentry' | 'placement' | 'scheduler' | 'daprd', string>;
  redisServer: string;
  /** The Node.js of the images. */
  serviceNode: string;
  node: Record<'etcd' | 'containerd' | 'crun' | 'openssl' | 'cni' | 'ip', string>;
}

/** What `tools/setup.mjs --only=cluster` found or built. */
export function programs(): Programs {
  const toolchain = readToolchain() as unknown as Record<string, string> & { node: Programs['node'] };
  const of = (kit: string, name: string) => join(toolchain[`cluster-${kit}`] ?? '', name);
  return {
    kubernetes: (name) => of('kubernetes', name),
    helm: of('helm', 'helm'),
    chart: of('dapr', 'chart'),
    coredns: of('coredns', 'coredns'),
    metricsServer: of('metrics-server', 'metrics-server'),
    pause: of('pause', 'pause'),
    dapr: {
      operator: of('dapr', 'operator'),
      injector: of('dapr', 'injector'),
      sentry: of('dapr', 'sentry'),
      placement: toolchain.placement ?? '',
      scheduler: toolchain.scheduler ?? '',
      daprd: toolchain.daprd ?? '',
    },
    redisServer: toolchain.redisServer ?? '',
    serviceNode: toolchain['cluster-service-node'] ?? '',
    node: toolchain.node,
  };
}

/**
 * An address that this machine has beside loopback. Pods' traffic to the API server is rewritten to it, and with one that
 * was invented it would leave the machine.
 */
export function nodeAddress(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!found)
    throw new Error('this machine has no address beside loopback, which pods need to find the API server');
  return found.address;
}
