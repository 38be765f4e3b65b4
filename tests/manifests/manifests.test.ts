import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicRoutes } from '../../services/gateway/http/publicRoutes';
import { conflictsPath } from '../../services/shared/contracts/calendar';
import { chargePaths } from '../../services/shared/contracts/charges';
import { consumersOf } from '../../services/shared/contracts/consumers';
import { decisionsPath } from '../../services/shared/contracts/decisions';
import { orderHistoryPath } from '../../services/shared/contracts/history';
import { projectRoot } from '../../tools/system/plan';
import { type AccessControl, isAllowed } from './accessControl';
import { kustomize, type Manifest, manifestsOf, named, ofKind, overlays } from './overlays';
import { containersOf, policyFaults, services } from './policies';
import { schemaFaults } from './schema';

// The first one builds an overlay.
jest.setTimeout(60_000);

const told = (what: string) => `${what}: no kubectl and no kustomize here (tools/setup/manifests.mjs)`;
const describeWhereBuilt = kustomize() ? describe : describe.skip;

describeWhereBuilt.each(overlays)(kustomize() ? 'the overlay %s' : told('the overlay %s'), (overlay) => {
  const all = () => manifestsOf(overlay);

  test('When it is built, then every field is one that the API server knows', () => {
    expect(all().length).toBeGreaterThan(40);
    expect(all().flatMap(schemaFaults)).toEqual([]);
  });

  test('When it is built, then it keeps to what every manifest is held to', () => {
    expect(services(all())).toHaveLength(5);
    expect(policyFaults(all())).toEqual([]);
  });

  test('When something is referred to, then it is there, or the deployment guide makes it', () => {
    const guide = readFileSync(join(projectRoot, 'docs/deploy-eks.md'), 'utf8');
    const isMade = (kind: string, name: string, key: string) =>
      key in (named(all(), kind, name)?.data ?? {}) ||
      (overlay === 'production' && kind === 'Secret' && guide.includes(`secret generic ${name} `));
    const missing = all()
      .flatMap(references)
      .filter(({ kind, name, key }) => !isMade(kind, name, key))
      .map(({ kind, name, key }) => `${kind} ${name}, ${key}`);
    expect(missing).toEqual([]);
    for (const { spec } of ofKind(all(), 'Deployment')) {
      for (const volume of spec.template.spec.volumes ?? []) {
        const claim = volume.persistentVolumeClaim?.claimName;
        if (claim) expect(named(all(), 'PersistentVolumeClaim', claim)).toBeDefined();
      }
    }
  });

  test('When payment is asked for money, then order alone may; when the public asks, then the gateway alone brings it', () => {
    const told = ({ appId, verb, path }: Asked) => `${appId}: ${verb} ${path}`;
    const lists = services(all()).map(({ metadata: { name } }) => {
      const list = named(all(), 'Configuration', name)?.spec.accessControl as AccessControl;
      const asked = askedOf(name);
      // Whoever may ask a service for something may ask it for all of that kind by the verbs that it has there.
      const strange = everybodysQuestions().filter((each) => !asked.some((own) => isAlike(own, each)));
      return { list, asked, strange };
    });
    expect(lists.map(({ list }) => list.defaultAction)).toEqual(lists.map(() => 'deny'));
    const denied = lists.flatMap(({ list, asked }) => asked.filter((each) => !allows(list, each)));
    expect(denied.map(told)).toEqual([]);
    const admitted = lists.flatMap(({ list, strange }) => strange.filter((each) => allows(list, each)));
    expect(admitted.map(told)).toEqual([]);
  });

  test('When the broker is asked, then each app publishes and reads its own topics alone', () => {
    const own = named(all(), 'Component', 'pubsub')?.spec.metadata as { name: string; value: string }[];
    const scopes = (name: string) =>
      Object.fromEntries(
        (own.find((each) => each.name === name)?.value ?? '').split(';').map((each) => {
          const [app = '', topics = ''] = each.split('=');
          return [app, topics.split(',').sort()];
        }),
      );
    const readers = Object.entries(consumersOf);
    const apps = ['order', 'payment', 'reservation', 'notification'];
    expect(scopes('subscriptionScopes')).toEqual(
      Object.fromEntries(
        apps.map((app) => [
          app,
          [
            ...readers.flatMap(([topic, names]) =>
              (names as readonly string[]).includes(app) ? [topic] : [],
            ),
            `${app}-dead-letters`,
          ].sort(),
        ]),
      ),
    );
    const publishing = scopes('publishingScopes');
    for (const app of apps) expect(publishing[app]).toContain(`${app}-dead-letters`);
    for (const [topic] of readers) {
      expect(apps.filter((app) => publishing[app]?.includes(topic))).toHaveLength(1);
    }
  });
});

test('When images are made without an image builder, then they run on the Node.js of the Dockerfile', () => {
  const dockerfile = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8');
  const [, version] = /^ARG NODE=node:([\d.]+)-/m.exec(dockerfile) ?? [];
  const modules = join(projectRoot, 'tools/cluster/modules/service-node/package.json');
  const { optionalDependencies } = JSON.parse(readFileSync(modules, 'utf8'));
  expect([...new Set(Object.values(optionalDependencies))]).toEqual([version]);
});

describeWhereBuilt('what is planted', () => {
  const broken = (change: (manifests: Manifest[]) => void) => {
    const copy = structuredClone(manifestsOf('local'));
    change(copy);
    return [...copy.flatMap(schemaFaults), ...policyFaults(copy)];
  };
  const payment = (all: Manifest[]) => named(all, 'Deployment', 'payment') as Manifest;
  const app = (all: Manifest[]) => containersOf(payment(all))[0];

  test.each<[string, (all: Manifest[]) => void, RegExp]>([
    ['a field misspelt', (all) => (app(all).livenesProbe = {}), /livenesProbe/],
    ['a number for a text', (all) => (app(all).env[0].value = 3), /must be string/],
    ['a kind of no API', (all) => (payment(all).kind = 'Deploiment'), /no schema/],
    [
      'a field of no CRD',
      (all) => ((named(all, 'Component', 'pubsub') as Manifest).spec.kind = 'x'),
      /additional/,
    ],
    ['the latest image', (all) => (app(all).image = 'healthcenter/payment:latest'), /of no fixed version/],
    ['an image without a tag', (all) => (app(all).image = 'host:5000/payment'), /of no fixed version/],
    ['no liveness probe', (all) => delete app(all).livenessProbe, /no liveness probe/],
    ['no limit', (all) => delete app(all).resources.limits, /no limit of memory/],
    ['root', (all) => (payment(all).spec.template.spec.securityContext.runAsNonRoot = false), /as root/],
    [
      'an open component',
      (all) => delete (named(all, 'Component', 'pubsub') as Manifest).scopes,
      /open to every/,
    ],
    ['a stranger', (all) => (named(all, 'Component', 'pubsub') as Manifest).scopes?.push('x'), /names x/],
    [
      'a sidecar that answers for the dead',
      (all) => delete (named(all, 'Configuration', 'payment') as Manifest).spec.appHttpPipeline,
      /counts as answering/,
    ],
    ['replicas', (all) => (payment(all).spec.replicas = 2), /which the autoscaler decides/],
    [
      'less time than it takes to end',
      (all) => (payment(all).spec.template.spec.terminationGracePeriodSeconds = 80),
      /killed before it has drained/,
    ],
    [
      'a second policy of one name',
      (all) =>
        ((named(all, 'Resiliency', 'payment-by-gateway') as Manifest).spec.policies.timeouts.service = '1s'),
      /gateway loads two policies timeouts\.service/,
    ],
  ])('When there is %s, then it is found', (_what, plant, fault) => {
    expect(broken(plant)).toContainEqual(expect.stringMatching(fault));
  });
});

interface Reference {
  kind: string;
  name: string;
  key: string;
}

/** Of all secrets and config maps, wherever in a manifest. */
function references(value: unknown): Reference[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    if (name === 'secretKeyRef') return [{ kind: 'Secret', ...each }];
    if (name === 'configMapKeyRef') return [{ kind: 'ConfigMap', ...each }];
    return references(each);
  });
}

function allows(accessControl: AccessControl, { appId, verb, path }: Asked): boolean {
  return isAllowed(accessControl, appId, verb, path);
}

/** Each app asks for each path of all services, by each verb. */
function everybodysQuestions(): Asked[] {
  const apps = ['gateway', 'order', 'payment', 'reservation', 'notification', 'intruder'];
  const asked = apps.flatMap((service) => askedOf(service));
  const paths = new Set([...asked.map(({ path }) => path), '/actors', '/dapr/config', '/mypages/rebuild']);
  return apps.flatMap((appId) =>
    ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((verb) =>
      [...paths].map((path) => ({ appId, verb, path })),
    ),
  );
}

/** The same app asks for something of the same kind, by a verb that it has for that. */
function isAlike(one: Asked, other: Asked): boolean {
  const kind = ({ path }: Asked) => path.split('/')[1];
  return one.appId === other.appId && one.verb === other.verb && kind(one) === kind(other);
}

interface Asked {
  appId: string;
  verb: string;
  path: string;
}

/** Who asks a service what, as its code has it; `orders/ID` is one of many. */
function askedOf(service: string): Asked[] {
  const post = (appId: string, ...paths: string[]) => paths.map((path) => ({ appId, verb: 'POST', path }));
  const own = publicRoutes.filter(({ appId }) => appId === service);
  const asked = own.flatMap(({ path, methods }) =>
    methods.map((method) => ({
      appId: 'gateway',
      verb: method.toUpperCase(),
      path: path.replace(':id', '0192d3a4'),
    })),
  );
  const others: Record<string, Asked[]> = {
    order: [
      ...post('reservation', decisionsPath, conflictsPath),
      ...post('notification', orderHistoryPath),
      { appId: 'notification', verb: 'GET', path: '/orders/0192d3a4' },
    ],
    payment: post('order', ...Object.values(chargePaths)),
  };
  return [...asked, ...(others[service] ?? [])];
}
