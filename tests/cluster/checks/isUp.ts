import { publicRoutes } from '../../../services/gateway/http/publicRoutes';
import { services } from '../../../tools/cluster/images';
import { kubectl, sh } from '../../../tools/cluster/shell';
import { eventually } from '../../../tools/system/waiting';
import { lawsHold } from '../../support/laws';
import { reaches, somebody } from '../booking';
import { evidence } from '../report';
import { expectThat, gateway, onePodOf, podsOf, redisUrl, shown } from '../system';

/** All pods are ready, each with a sidecar that proves who it is; the README's journey goes through the gateway. */
export async function isUp(): Promise<void> {
  for (const service of services) {
    // The autoscaler may just have added some.
    const pods = await eventually(
      `all pods of ${service} are ready`,
      async () => {
        const now = await podsOf(service);
        return now.length > 0 && now.every(({ ready }) => ready) && now;
      },
      { withinMs: 120_000, everyMs: 1_000 },
    );
    for (const pod of pods) expectThat('daprd' in pod.restarts, `${pod.name} has a sidecar`);
  }
  await shown('get', 'nodes,pods,services,hpa,pvc', '-o', 'wide');
  evidence('kubectl -n dapr-system get pods', await kubectl('-n', 'dapr-system', 'get', 'pods'));
  const mtls = await kubectl(
    '-n',
    'dapr-system',
    'get',
    'configurations.dapr.io',
    'daprsystem',
    '-o',
    'yaml',
  );
  evidence('Dapr control plane', mtls);
  expectThat(/mtls:(\n {4}.*)*\n {4}enabled: true/.test(mtls), 'mutual TLS is on');
  for (const service of services) await provesItself(service);
  await journey();
  await everyRouteLeadsOn();
}

/** What a sidecar shows to who calls it: an identity that Dapr's own authority signed. */
async function provesItself(service: string): Promise<void> {
  const { ip } = await onePodOf(service);
  const certificate = await sh('sh', [
    '-c',
    `openssl s_client -connect ${ip}:50002 -alpn h2 </dev/null 2>/dev/null | openssl x509 -noout -issuer -ext subjectAltName`,
  ]);
  evidence(`the certificate of ${service}'s sidecar`, certificate);
  expectThat(
    certificate.includes(`URI:spiffe://public/ns/healthcenter/${service}`),
    `${service} shows who it is`,
  );
}

/** Sidecars have lists of who may ask what; what the world may ask reaches a service, which answers in its own words. */
async function everyRouteLeadsOn(): Promise<void> {
  const api = await gateway();
  const answers: string[] = [];
  for (const { path, methods } of publicRoutes) {
    const asked = path.replace(':id', '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b');
    for (const method of methods.map((each) => each.toUpperCase())) {
      const { status } = await (method === 'GET' ? api.get(asked) : api.send(method, asked, '{}'));
      answers.push(`${status} ${method} ${path}`);
    }
  }
  evidence('every route of the gateway, asked for nothing in particular', answers.join('\n'));
  const astray = answers.filter((each) => each.startsWith('5'));
  expectThat(astray.length === 0, `every route leads to a service: ${astray.join(', ') || 'all do'}`);
}

async function journey(): Promise<void> {
  const api = await gateway();
  const order = await api.order({ phone: somebody() });
  evidence('POST /orders', JSON.stringify(order.body, null, 2));
  expectThat(order.status === 201, `the order is taken (${order.status})`);
  const { orderId } = order.body;
  const paid = await api.pay(orderId);
  evidence('POST /paymentHistories', JSON.stringify(paid.body, null, 2));
  expectThat(paid.status === 201, `it is paid (${paid.status})`);
  await reaches(api, orderId, 'Reservation Complete');
  const confirmed = await api.confirm(orderId);
  expectThat(confirmed.status === 201, `the centre confirms (${confirmed.status})`);
  await reaches(api, orderId, 'confirmed');
  const canceled = await api.cancel(orderId);
  expectThat(canceled.status === 200, `the customer cancels (${canceled.status})`);
  await reaches(api, orderId, 'canceled');
  evidence(`GET /mypages/${orderId}`, JSON.stringify((await api.get(`/mypages/${orderId}`)).body, null, 2));
  await lawsHold(await redisUrl(), { withinMs: 120_000 });
}
