import { chownSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../system/plan';
import { eventually } from '../system/waiting';
import { importImages } from './images';
import { startNode } from './node';
import { at, programs, registry, sharedDir } from './plan';
import { beginRecord } from './record';
import { kubectl, sh } from './shell';
import { takeDown } from './takeDown';

// Once it is taken down, it is no news that something ended.
let isGoingDown = false;

/** Brings up a node, what belongs to any cluster, and Dapr's control plane; nothing of the system yet. */
export async function bringUp(note: (text: string) => void): Promise<void> {
  await takeDown();
  await beginRecord();
  note('etcd, containerd, Kubernetes');
  await startNode((ended) => {
    if (!isGoingDown) note(ended);
  });
  note('images');
  await importImages();
  await eventually('the node is ready', isNodeReady, { withinMs: 120_000, everyMs: 1_000 });
  note('CoreDNS, metrics-server');
  await kubectl('apply', '-f', join(projectRoot, 'tools/cluster/addons'));
  await kubectl('-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=180s');
  note("Dapr's control plane, by its chart");
  await installDapr();
}

/** Applies the local overlay as anybody would, and waits until all of it is ready. */
export async function applySystem(note: (text: string) => void): Promise<string> {
  if (!existsSync(sharedDir)) mkdirSync(sharedDir, { recursive: true });
  chownSync(sharedDir, 65_532, 65_532);
  // Else pods come up without their sidecars: the injector's webhook fails open, or it would keep its own pod out.
  await kubectl(
    '-n',
    'dapr-system',
    'rollout',
    'status',
    'deployment/dapr-sidecar-injector',
    '--timeout=180s',
  );
  note('kubectl apply -k k8s/overlays/local');
  const applied = await kubectl('apply', '-k', join(projectRoot, 'k8s/overlays/local'));
  for (const name of ['redis', 'gateway', 'order', 'payment', 'reservation', 'notification']) {
    await kubectl('-n', 'healthcenter', 'rollout', 'status', `deployment/${name}`, '--timeout=300s');
  }
  return applied;
}

export async function bringDown(): Promise<void> {
  isGoingDown = true;
  await takeDown();
  rmSync(sharedDir, { recursive: true, force: true });
}

async function isNodeReady(): Promise<boolean> {
  const node = await kubectl(
    'get',
    'nodes',
    '-o',
    'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}',
  );
  return node === 'True';
}

async function installDapr(): Promise<void> {
  const { helm, chart } = programs();
  await sh(
    helm,
    [
      ...['--kubeconfig', at('admin.kubeconfig'), 'install', 'dapr', chart],
      ...['--namespace', 'dapr-system', '--create-namespace', '--wait', '--timeout', '5m'],
      ...['--post-renderer', join(projectRoot, 'tools/cluster/oneScheduler.mjs')],
      ...Object.entries(daprSettings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ],
    { withinMs: 330_000 },
  );
}

const daprSettings = {
  'global.registry': registry,
  'global.tag': '1.18.1',
  'global.imagePullPolicy': 'IfNotPresent',
  'global.ha.enabled': 'false',
  'global.mtls.enabled': 'true',
  // Else it wants a storage class.
  'dapr_scheduler.cluster.inMemoryStorage': 'true',
  // The namespace enforces the restricted standard, of sidecars too.
  'dapr_sidecar_injector.sidecarDropALLCapabilities': 'true',
  // Without requests they are given no CPU that anybody else could use.
  ...Object.fromEntries(
    ['operator', 'sidecar_injector', 'sentry', 'placement', 'scheduler'].map((part) => [
      `dapr_${part}.resources.requests.cpu`,
      '50m',
    ]),
  ),
};
