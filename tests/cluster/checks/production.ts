import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kubectl } from '../../../tools/cluster/shell';
import { projectRoot } from '../../../tools/system/plan';
import { type Manifest, ofKind } from '../../manifests/overlays';
import { evidence } from '../report';
import { expectThat } from '../system';

const namespace = 'as-production';

/**
 * What production is made of would be taken: the API server admits all of the overlay, and each Deployment's pod, into which
 * Dapr's injector puts the sidecar, by the rules of its namespace. Nothing of it is stored but the namespace, accounts and Dapr's
 * configurations, on which pods depend.
 */
export async function productionAdmitted(): Promise<void> {
  const overlay = await kubectl('kustomize', join(projectRoot, 'k8s/overlays/production'));
  const manifests = parseAllDocuments(overlay).map((document) => document.toJS() as Manifest);
  const all = manifests.map(elsewhere);
  const pods = ofKind(all, 'Deployment').map(podOf);
  const folder = mkdtempSync(join(tmpdir(), 'healthcenter-production-'));
  const apply = async (what: readonly Manifest[], ...args: string[]) => {
    const file = join(folder, 'manifests.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: what }));
    return kubectl('apply', '-f', file, ...args);
  };
  try {
    const first = ['Namespace', 'ServiceAccount', 'Configuration'];
    await apply(first.flatMap((kind) => ofKind(all, kind)));
    const admitted = await apply(all, '--dry-run=server');
    evidence('kubectl apply --dry-run=server, the overlay production', admitted);
    const injected = JSON.parse(await apply(pods, '--dry-run=server', '-o', 'json')) as { items: Manifest[] };
    for (const { metadata, spec } of injected.items) {
      const sidecar = spec.initContainers?.find((each: { name: string }) => each.name === 'daprd');
      expectThat(
        sidecar?.restartPolicy === 'Always',
        `the pod of ${metadata.name} is given a native sidecar`,
      );
      evidence(`the sidecar of ${metadata.name}, as it was admitted`, sidecar.args.join(' '));
    }
    expectThat(injected.items.length === pods.length && pods.length === 5, 'each of five pods is admitted');
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
  }
}

/** In a namespace of its own, with the rules of the other. */
function elsewhere(manifest: Manifest): Manifest {
  const { kind, metadata } = manifest;
  if (kind === 'Namespace') return { ...manifest, metadata: { ...metadata, name: namespace } };
  return metadata.namespace ? { ...manifest, metadata: { ...metadata, namespace } } : manifest;
}

function podOf({ metadata, spec }: Manifest): Manifest {
  const { template } = spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, name: metadata.name, namespace },
    spec: template.spec,
  };
}
