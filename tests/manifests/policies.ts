import { type Manifest, named, ofKind } from './overlays';

// biome-ignore lint/suspicious/noExplicitAny: containers as they are written.
type Container = any;

/** Each way in which an overlay breaks what we hold every manifest to, in words. */
export function policyFaults(manifests: readonly Manifest[]): string[] {
  return [
    ...ofKind(manifests, 'Deployment').flatMap((each) => podFaults(each)),
    ...services(manifests).flatMap((each) => serviceFaults(each, manifests)),
    ...ofKind(manifests, 'Component').flatMap((each) => scopeFaults(each, manifests)),
    ...ofKind(manifests, 'Resiliency').flatMap((each) => (each.scopes ? scopeFaults(each, manifests) : [])),
    ...services(manifests).flatMap((each) => resiliencyFaults(each.metadata.name, manifests)),
    ...manifests.flatMap((each) =>
      each.metadata.namespace || clusterWide.includes(each.kind) ? [] : [`${nameOf(each)} has no namespace`],
    ),
    ...(named(manifests, 'NetworkPolicy', 'nothing-in')?.spec.podSelector &&
    Object.keys(named(manifests, 'NetworkPolicy', 'nothing-in')?.spec.podSelector).length === 0
      ? []
      : ['no network policy refuses what is not allowed']),
  ];
}

const clusterWide = ['Namespace', 'PersistentVolume', 'StorageClass'];
const nameOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;

/** Deployments of our own services, which have sidecars. */
export function services(manifests: readonly Manifest[]): Manifest[] {
  return ofKind(manifests, 'Deployment').filter(
    ({ spec }) => spec.template.metadata.annotations?.['dapr.io/enabled'] === 'true',
  );
}

export function containersOf({ spec }: Manifest): Container[] {
  return [...(spec.template.spec.initContainers ?? []), ...spec.template.spec.containers];
}

function podFaults(deployment: Manifest): string[] {
  const pod = deployment.spec.template.spec;
  const wants = wanting(nameOf(deployment));
  return [
    ...wants(pod.securityContext?.runAsNonRoot === true, 'may run as root'),
    ...wants(pod.securityContext?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'),
    ...wants(pod.automountServiceAccountToken === false, 'is handed a token of the API server'),
    ...containersOf(deployment).flatMap((each) =>
      containerFaults(each, `${nameOf(deployment)}, ${each.name}`),
    ),
  ];
}

function containerFaults(container: Container, where: string): string[] {
  const wants = wanting(where);
  const { resources = {}, securityContext = {}, image = '' } = container;
  const [, tag] = /:([^/:@]+)(@sha256:[0-9a-f]{64})?$/.exec(image) ?? [];
  return [
    ...wants(tag !== undefined && tag !== 'latest', `has image ${image}, of no fixed version`),
    ...wants(resources.requests?.cpu && resources.requests?.memory, 'requests no CPU or no memory'),
    ...wants(resources.limits?.memory, 'has no limit of memory'),
    ...wants(container.livenessProbe, 'has no liveness probe'),
    ...wants(container.readinessProbe || container.restartPolicy === 'Always', 'has no readiness probe'),
    ...wants(securityContext.readOnlyRootFilesystem === true, 'may write its root file system'),
    ...wants(securityContext.allowPrivilegeEscalation === false, 'may gain privileges'),
    ...wants(securityContext.capabilities?.drop?.includes('ALL'), 'keeps capabilities'),
  ];
}

function serviceFaults(deployment: Manifest, manifests: readonly Manifest[]): string[] {
  const { name } = deployment.metadata;
  const wants = wanting(nameOf(deployment));
  const annotations = deployment.spec.template.metadata.annotations;
  const scaler = named(manifests, 'HorizontalPodAutoscaler', name);
  const disruption = named(manifests, 'PodDisruptionBudget', name);
  const configuration = named(manifests, 'Configuration', annotations['dapr.io/config']);
  return [
    ...wants(scaler?.spec.scaleTargetRef.name === name, 'is scaled by nobody'),
    ...wants(deployment.spec.replicas === undefined, 'says how many replicas, which the autoscaler decides'),
    ...wants(
      disruption?.spec.selector.matchLabels?.['app.kubernetes.io/name'] === name,
      'has no disruption budget',
    ),
    ...wants(named(manifests, 'Service', name), 'has no Service'),
    ...wants(
      named(manifests, 'ServiceAccount', deployment.spec.template.spec.serviceAccountName),
      'has no account',
    ),
    ...wants(annotations['dapr.io/app-id'] === name, 'has another app id'),
    ...wants(configuration, 'has no Dapr Configuration'),
    ...wants(
      configuration?.spec.appHttpPipeline?.handlers.some(
        (each: { name: string }) => each.name === 'no-answer',
      ),
      'counts as answering when it is dead',
    ),
    ...wants(annotations['dapr.io/api-token-secret'], 'has a sidecar that serves anybody'),
    ...wants(
      name === 'gateway' || annotations['dapr.io/app-token-secret'],
      'does not know its own sidecar from anybody else',
    ),
    ...wants(
      annotations['dapr.io/sidecar-cpu-request'],
      'has a sidecar without a CPU request: it is not scaled',
    ),
    ...wants(hasTimeToEnd(deployment), 'is killed before it has drained, ended and lingered'),
    ...wants(
      deployment.spec.strategy?.rollingUpdate?.maxUnavailable === 0,
      'has fewer replicas during a rollout',
    ),
  ];
}

function hasTimeToEnd(deployment: Manifest): boolean {
  const [app] = deployment.spec.template.spec.containers;
  const seconds = (name: string) =>
    Number(app.env.find((each: { name: string }) => each.name === name)?.value ?? Number.NaN);
  const ends = seconds('DRAIN_SECONDS') + seconds('SHUTDOWN_SECONDS_MAX') + seconds('LINGER_SECONDS');
  return ends < deployment.spec.template.spec.terminationGracePeriodSeconds;
}

function scopeFaults({ kind, metadata, scopes = [] }: Manifest, manifests: readonly Manifest[]): string[] {
  const apps = services(manifests).map((each) => each.metadata.name);
  const strangers = scopes.filter((app) => !apps.includes(app));
  const where = `${kind} ${metadata.name}`;
  return [
    ...(scopes.length === 0 ? [`${where} is open to every app`] : []),
    ...strangers.map((app) => `${where} names ${app}, which there is not`),
  ];
}

/** A sidecar keeps policies by their names alone: of two that differ, the one that it happened to load last holds for both. */
function resiliencyFaults(app: string, manifests: readonly Manifest[]): string[] {
  const loaded = ofKind(manifests, 'Resiliency').filter(({ scopes }) => !scopes || scopes.includes(app));
  const policies = loaded.flatMap(({ spec }) =>
    Object.entries<object>(spec.policies).flatMap(([kind, named]) =>
      Object.entries(named).map(([name, policy]) => ({
        what: `${kind}.${name}`,
        policy: JSON.stringify(policy),
      })),
    ),
  );
  const differing = policies.filter(({ what, policy }) =>
    policies.some((other) => other.what === what && other.policy !== policy),
  );
  return [...new Set(differing.map(({ what }) => `the sidecar of ${app} loads two policies ${what}`))];
}

function wanting(where: string) {
  return (isRight: unknown, fault: string): string[] => (isRight ? [] : [`${where} ${fault}`]);
}
