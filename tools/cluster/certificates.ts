import { mkdirSync, writeFileSync } from 'node:fs';
import { at, nodeName, ports } from './plan';
import { sh } from './shell';

interface Certificate {
  name: string;
  subject: string;
  /** For servers: the names and addresses they are reached by. */
  names?: string[];
}

/** An authority of the node's own and all that it vouches for; and a kubeconfig for each who talks to the API server. */
export async function writeCertificates(openssl: string, address: string): Promise<void> {
  mkdirSync(at('pki'), { recursive: true });
  const run = (...args: string[]) => sh(openssl, args);
  const pki = (name: string) => at('pki', name);
  await run(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=cluster', '-keyout', pki('ca.key'), '-out', pki('ca.crt')],
  );
  await run('genrsa', '-out', pki('service-accounts.key'), '2048');
  const certificates: Certificate[] = [
    {
      name: 'api',
      subject: '/CN=kube-apiserver',
      names: [
        ...['DNS:kubernetes', 'DNS:kubernetes.default', 'DNS:kubernetes.default.svc'],
        ...['DNS:kubernetes.default.svc.cluster.local', 'IP:10.96.0.1', 'IP:127.0.0.1', `IP:${address}`],
      ],
    },
    {
      name: 'kubelet-server',
      subject: `/O=system:nodes/CN=system:node:${nodeName}`,
      names: [`IP:${address}`],
    },
    { name: 'api-to-kubelet', subject: '/O=system:masters/CN=api-to-kubelet' },
    { name: 'front-proxy', subject: '/CN=front-proxy-client' },
    ...Object.entries(clients).map(([name, subject]) => ({ name, subject })),
  ];
  for (const { name, subject, names } of certificates) {
    const extensions = pki(`${name}.ext`);
    const usage = `extendedKeyUsage=${names ? 'serverAuth,' : ''}clientAuth`;
    writeFileSync(extensions, `${usage}\n${names ? `subjectAltName=${names.join(',')}\n` : ''}`);
    await run(
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', subject],
      ...['-keyout', pki(`${name}.key`), '-out', pki(`${name}.csr`)],
    );
    await run(
      ...['x509', '-req', '-in', pki(`${name}.csr`), '-CA', pki('ca.crt'), '-CAkey', pki('ca.key')],
      ...['-CAcreateserial', '-days', '2', '-extfile', extensions, '-out', pki(`${name}.crt`)],
    );
  }
  for (const name of Object.keys(clients)) writeFileSync(at(`${name}.kubeconfig`), kubeconfig(name, address));
}

const clients = {
  admin: '/O=system:masters/CN=admin',
  'controller-manager': '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  kubelet: `/O=system:nodes/CN=system:node:${nodeName}`,
  'kube-proxy': '/CN=system:kube-proxy',
};

function kubeconfig(name: string, address: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'own',
        cluster: { server: `https://${address}:${ports.api}`, 'certificate-authority': at('pki/ca.crt') },
      },
    ],
    users: [
      {
        name,
        user: { 'client-certificate': at(`pki/${name}.crt`), 'client-key': at(`pki/${name}.key`) },
      },
    ],
    contexts: [{ name: 'own', context: { cluster: 'own', user: name } }],
    'current-context': 'own',
  });
}
