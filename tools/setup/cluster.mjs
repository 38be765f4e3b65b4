import { cpSync } from 'node:fs';
import path from 'node:path';
import { ask, isExecutable, onPath, run } from './child.mjs';
import { canInstall, installPackages } from './debian.mjs';
import { buildInto, digestOf, makeInto } from './keptBuild.mjs';
import { withLock } from './lock.mjs';
import { arch, cache, logFile, os, project, shown } from './places.mjs';
import { SetupError } from './progress.mjs';

const KUBERNETES = 'v1.35.4';
const DAPR = '1.18.1';
const kubernetesVersion = [
  `-X k8s.io/component-base/version.gitVersion=${KUBERNETES}`,
  '-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=35',
].join(' ');

// By Debian's package.
const PROGRAMS = {
  etcd: 'etcd-server',
  containerd: 'containerd',
  crun: 'crun',
  iptables: 'iptables',
  conntrack: 'conntrack',
  openssl: 'openssl',
  ip: 'iproute2',
};
const CNI = '/usr/lib/cni';

/** What only the cluster test needs: a whole Kubernetes of this machine's own. Built when it is run. */
export const clusterTools = [
  debianParts(),
  kit({
    name: 'kubernetes',
    binaries: [
      ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'],
    ],
    buildMinutes: 15,
    goBuild: (binary) => ({
      pkg: `k8s.io/kubernetes/cmd/${binary}`,
      flags: ['-ldflags', `-s -w ${kubernetesVersion}`],
    }),
  }),
  kit({
    name: 'dapr',
    binaries: ['operator', 'injector', 'sentry'],
    buildMinutes: 3,
    goBuild: (binary) => ({
      pkg: `github.com/dapr/dapr/cmd/${binary}`,
      flags: [
        ...['-tags', 'allcomponents'],
        ...['-ldflags', `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${DAPR}`],
      ],
    }),
    // Dapr's own chart lies in its module.
    besides: async (module, bin) => {
      const folder = (
        await ask('go', ['list', '-m', '-f', '{{.Dir}}', 'github.com/dapr/dapr'], { cwd: module })
      )
        ?.trim()
        .split('\n')
        .at(-1);
      cpSync(path.join(folder, 'charts/dapr'), path.join(bin, 'chart'), { recursive: true });
    },
  }),
  kit({ name: 'helm', binaries: ['helm'], buildMinutes: 2, pkg: 'helm.sh/helm/v3/cmd/helm' }),
  kit({ name: 'coredns', binaries: ['coredns'], buildMinutes: 3, pkg: 'github.com/coredns/coredns' }),
  kit({
    name: 'metrics-server',
    binaries: ['metrics-server'],
    buildMinutes: 3,
    pkg: 'sigs.k8s.io/metrics-server/cmd/metrics-server',
  }),
  kit({ name: 'pause', binaries: ['pause'], buildMinutes: 1, pkg: '.' }),
  serviceNode('cluster'),
];

function debianParts() {
  const isThere = () => Object.keys(PROGRAMS).every(onPath) && isExecutable(path.join(CNI, 'bridge'));
  const packages = [...Object.values(PROGRAMS), 'containernetworking-plugins'];
  const found = (how) => ({
    text: how,
    tools: {
      node: { ...Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, onPath(name)])), cni: CNI },
    },
  });
  return {
    name: 'cluster',
    onlyIfNamed: true,
    title: 'node',
    find: async () => (isThere() ? found('etcd, containerd, crun and CNI plugins are there') : null),
    plan: async () => `would install Debian's ${packages.join(', ')}`,
    make: async (progress) => {
      const todo = `install ${packages.join(', ')}, then start again`;
      if (!canInstall())
        throw new SetupError('the cluster test needs Linux, Debian or these packages, and root', todo);
      await installPackages(packages, { progress, log: 'cluster', todo });
      if (!isThere())
        throw new SetupError('the packages are installed, but not all of their programs are there', todo);
      return found("installed Debian's packages");
    },
  };
}

function kit({ name, binaries, buildMinutes, pkg, goBuild, besides }) {
  const module = `tools/cluster/modules/${name}`;
  const parts = {
    module,
    binaries,
    buildMinutes,
    goBuild: goBuild ?? (() => ({ pkg, flags: ['-ldflags', '-s -w'] })),
    byHand: 'run the other tests only',
  };
  const folder = () => path.join(cache, 'cluster', `${name}-${digestOf(module)}-${os}-${arch}`);
  const isThere = () => binaries.every((binary) => isExecutable(path.join(folder(), binary)));
  const found = (how) => ({
    text: `${how} in ${shown(folder())}`,
    tools: { [`cluster-${name}`]: folder() },
  });
  return {
    name: 'cluster',
    onlyIfNamed: true,
    title: name,
    find: async () => (isThere() ? found('kept') : null),
    plan: async () => `would build it into ${shown(folder())}`,
    // A lock of its own: these builds are long, and nobody else's set-up needs them.
    make: (progress) =>
      withLock(path.join(cache, 'cluster.lock'), progress, async () => {
        if (!isThere()) await buildInto(folder(), { ...parts, besides }, progress);
        return found('built from its Go module, kept');
      }),
  };
}

/** The Node.js of the images: the Dockerfile's, with its npm, whatever this machine's own is. npm has both as packages. */
export function serviceNode(name) {
  const module = 'tools/cluster/modules/service-node';
  const folder = () => path.join(cache, 'cluster', `service-node-${digestOf(module)}-${os}-${arch}`);
  const program = () => path.join(folder(), 'node_modules', `node-${os}-${process.arch}`, 'bin/node');
  const found = (how) => ({
    text: `${how} in ${shown(folder())}`,
    tools: { 'cluster-service-node': program() },
  });
  return {
    name,
    onlyIfNamed: true,
    title: 'service-node',
    find: async () => (isExecutable(program()) ? found('kept') : null),
    plan: async () => `would install it into ${shown(folder())}`,
    make: (progress) =>
      withLock(path.join(cache, 'cluster.lock'), progress, async () => {
        progress.doing("fetching the images' Node.js");
        await makeInto(folder(), async (staging) => {
          for (const file of ['package.json', 'package-lock.json'])
            cpSync(path.join(project, module, file), path.join(staging, file));
          await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
            cwd: staging,
            log: logFile('service-node'),
            todo: "see to the network or npm's settings, then start again",
          });
        });
        if (!isExecutable(program()))
          throw new SetupError(`npm has no Node.js for ${os} on ${process.arch}`, 'run the other tests only');
        return found('installed by npm, kept');
      }),
  };
}
