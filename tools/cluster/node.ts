import { mkdirSync, writeFileSync } from 'node:fs';
import { ManagedProcess } from '../system/managedProcess';
import { eventually } from '../system/waiting';
import { writeCertificates } from './certificates';
import {
  at,
  bridge,
  dnsAddress,
  nodeAddress,
  nodeName,
  podCidr,
  ports,
  programs,
  registry,
  serviceCidr,
} from './plan';
import { rememberProcess } from './record';
import { ctr, kubectl, sh } from './shell';

/** The node's own processes, in the order in which they start. */
export type NodeProcesses = ManagedProcess[];

/** Starts etcd, containerd and Kubernetes on this machine. Resolves when the API server answers; the node may lag. */
export async function startNode(note: (text: string) => void): Promise<NodeProcesses> {
  const { node, kubernetes } = programs();
  const address = nodeAddress();
  for (const folder of ['etcd', 'run', 'containerd', 'kubelet', 'cni'])
    mkdirSync(at(folder), { recursive: true });
  await writeCertificates(node.openssl, address);
  writeSettings(address);
  const started: NodeProcesses = [];
  const start = (name: string, command: string, args: string[]) => {
    // As few threads as for sidecars: tools/system/infra.ts.
    const env = { GOMAXPROCS: '1' };
    const process = new ManagedProcess({ name, command, args, env, cwd: at() }, at('logs'));
    process.onUnexpectedExit = (_plan, how) => note(`${name} ended: ${how}`);
    process.start();
    rememberProcess(name, process.pid as number);
    started.push(process);
  };

  start('etcd', node.etcd, etcdArgs);
  start('containerd', 'unshare', [
    ...['--mount', 'sh', '-c', `${leaveHybridGroups}; exec "$@"`, 'sh'],
    ...[node.containerd, '--config', at('containerd.toml')],
  ]);
  const runtime = started.at(-1)?.pid as number;
  start('kube-apiserver', kubernetes('kube-apiserver'), apiServerArgs(address));
  await eventually(
    'the API server is ready',
    async () => (await kubectl('get', '--raw', '/readyz')) === 'ok',
    {
      withinMs: 120_000,
      everyMs: 500,
    },
  );
  start('kube-controller-manager', kubernetes('kube-controller-manager'), controllerManagerArgs);
  start('kube-scheduler', kubernetes('kube-scheduler'), [
    ...['--kubeconfig', at('scheduler.kubeconfig'), '--bind-address', '127.0.0.1', '--leader-elect=false'],
  ]);
  await eventually('containerd answers', async () => (await ctr('version')) !== '', {
    withinMs: 60_000,
    everyMs: 500,
  });
  // What is not of this machine's own network must get through the pods' bridge.
  await sh('sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
  // What it mounts, containers must see.
  start('kubelet', 'nsenter', [
    ...['--target', String(runtime), '--mount', '--', kubernetes('kubelet')],
    ...[
      '--config',
      at('kubelet.yaml'),
      '--kubeconfig',
      at('kubelet.kubeconfig'),
      '--root-dir',
      at('kubelet'),
    ],
    ...['--hostname-override', nodeName, '--node-ip', address, '--cert-dir', at('kubelet-pki')],
  ]);
  start('kube-proxy', kubernetes('kube-proxy'), ['--config', at('kube-proxy.yaml')]);
  return started;
}

// crun does not run where control groups of the second kind are mounted beside those of the first. Who runs containers does
// not see them; the machine keeps them.
const leaveHybridGroups = 'if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi';

const etcdArgs = [
  ...['--data-dir', at('etcd'), '--name', 'own'],
  ...['--listen-client-urls', `http://127.0.0.1:${ports.etcd}`],
  ...['--advertise-client-urls', `http://127.0.0.1:${ports.etcd}`],
  ...['--listen-peer-urls', `http://127.0.0.1:${ports.etcdPeer}`],
  ...['--initial-advertise-peer-urls', `http://127.0.0.1:${ports.etcdPeer}`],
  ...['--initial-cluster', `own=http://127.0.0.1:${ports.etcdPeer}`],
  // It is thrown away with the node: nothing of it has to outlive a power cut.
  '--unsafe-no-fsync',
];

function apiServerArgs(address: string): string[] {
  const pki = (name: string) => at('pki', name);
  return [
    ...['--etcd-servers', `http://127.0.0.1:${ports.etcd}`],
    ...['--advertise-address', address, '--bind-address', address, '--secure-port', String(ports.api)],
    ...['--client-ca-file', pki('ca.crt'), '--authorization-mode', 'Node,RBAC'],
    ...['--tls-cert-file', pki('api.crt'), '--tls-private-key-file', pki('api.key')],
    ...['--service-cluster-ip-range', serviceCidr],
    ...['--service-account-issuer', 'https://kubernetes.default.svc'],
    ...['--service-account-key-file', pki('service-accounts.key')],
    ...['--service-account-signing-key-file', pki('service-accounts.key')],
    ...['--kubelet-client-certificate', pki('api-to-kubelet.crt')],
    ...['--kubelet-client-key', pki('api-to-kubelet.key')],
    // Else it looks the node up by its name, which nobody knows.
    '--kubelet-preferred-address-types=InternalIP',
    // For the metrics server, whose API the API server fronts.
    ...[
      '--requestheader-client-ca-file',
      pki('ca.crt'),
      '--requestheader-allowed-names',
      'front-proxy-client',
    ],
    ...[
      '--requestheader-username-headers',
      'X-Remote-User',
      '--requestheader-group-headers',
      'X-Remote-Group',
    ],
    ...['--requestheader-extra-headers-prefix', 'X-Remote-Extra-'],
    ...[
      '--proxy-client-cert-file',
      pki('front-proxy.crt'),
      '--proxy-client-key-file',
      pki('front-proxy.key'),
    ],
    '--enable-aggregator-routing=true',
  ];
}

const controllerManagerArgs = [
  ...[
    '--kubeconfig',
    at('controller-manager.kubeconfig'),
    '--bind-address',
    '127.0.0.1',
    '--leader-elect=false',
  ],
  ...[
    '--service-account-private-key-file',
    at('pki/service-accounts.key'),
    '--root-ca-file',
    at('pki/ca.crt'),
  ],
  ...['--cluster-signing-cert-file', at('pki/ca.crt'), '--cluster-signing-key-file', at('pki/ca.key')],
  '--use-service-account-credentials=true',
];

function writeSettings(address: string): void {
  const { node } = programs();
  writeFileSync(at('containerd.toml'), containerdSettings(node.crun, node.cni));
  writeFileSync(
    at('cni', '10-pods.conflist'),
    JSON.stringify({
      cniVersion: '0.4.0',
      name: 'pods',
      plugins: [
        {
          ...{ type: 'bridge', bridge, isGateway: true, ipMasq: true, hairpinMode: true },
          ipam: {
            ...{ type: 'host-local', dataDir: at('cni-addresses') },
            ...{ ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }] },
          },
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    }),
  );
  writeFileSync(at('kubelet.yaml'), JSON.stringify(kubeletSettings(address)));
  writeFileSync(
    at('kube-proxy.yaml'),
    JSON.stringify({
      ...{ apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration', mode: 'iptables' },
      ...{ clientConnection: { kubeconfig: at('kube-proxy.kubeconfig') }, hostnameOverride: nodeName },
      ...{
        clusterCIDR: podCidr,
        metricsBindAddress: '127.0.0.1:10249',
        healthzBindAddress: '127.0.0.1:10256',
      },
      // The machine's own limits stay as they are.
      conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    }),
  );
}

// Each exec probe is a process of the runtime's, of which runc spends most on the seccomp profile: of two processors under
// load, 14 % went to the probes of ten pods. crun keeps what it has compiled.
function containerdSettings(crun: string, cni: string): string {
  return `version = 2
root = "${at('containerd')}"
state = "${at('run')}"
oom_score = 0
[grpc]
  address = "${at('run/containerd.sock')}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${registry}/pause:1"
  # Without it a machine that withholds CAP_SYS_RESOURCE starts no pod.
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cni}"
    conf_dir = "${at('cni')}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "crun"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun.options]
        BinaryName = "${crun}"
`;
}

function kubeletSettings(address: string) {
  return {
    ...{ apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' },
    ...{ address, port: ports.kubelet, healthzBindAddress: '127.0.0.1' },
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: at('pki/ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    ...{ tlsCertFile: at('pki/kubelet-server.crt'), tlsPrivateKeyFile: at('pki/kubelet-server.key') },
    ...{ clusterDNS: [dnsAddress], clusterDomain: 'cluster.local', resolvConf: '/etc/resolv.conf' },
    // Whatever version of control groups the machine has, managed without systemd.
    ...{ cgroupDriver: 'cgroupfs', failCgroupV1: false, failSwapOn: false },
    containerRuntimeEndpoint: `unix://${at('run/containerd.sock')}`,
    // The machine is not this node's alone: it evicts nobody for what others use.
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageMinimumGCAge: '24h',
    ...{ serializeImagePulls: false, registerNode: true, podLogsDir: at('pod-logs') },
  };
}
