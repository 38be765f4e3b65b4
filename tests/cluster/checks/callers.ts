import { writeFileSync } from 'node:fs';
import { at } from '../../../tools/cluster/plan';
import { kubectl } from '../../../tools/cluster/shell';
import { evidence } from '../report';
import { expectThat, k, onePodOf, readyPods } from '../system';

/** Money moves on word of order alone: another app is refused by access control, and who comes by the side by a token. */
export async function callersKept(): Promise<void> {
  writeFileSync(at('intruder.json'), JSON.stringify(intruder));
  await kubectl('apply', '-f', at('intruder.json'));
  try {
    await readyPods('intruder');
    const stranger = (await onePodOf('intruder')).name;
    const order = (await onePodOf('order')).name;
    const bySidecar = 'http://127.0.0.1:3500/v1.0/invoke/payment/method/charges';
    const refused = await ask(stranger, bySidecar, true);
    expectThat(refused.status === 403, `another app is refused (${refused.status})`);
    const taken = await ask(order, bySidecar, true);
    expectThat(taken.status === 422, `order reaches payment, which finds the body wanting (${taken.status})`);
    const tokenless = await ask(stranger, bySidecar, false);
    expectThat(tokenless.status === 401, `a sidecar serves nobody without its token (${tokenless.status})`);
    const past = await ask(stranger, 'http://payment:8080/charges', true);
    expectThat(past.status === 401, `payment serves nobody but its sidecar (${past.status})`);
    expectThat(past.body.includes('app_token_invalid'), 'and says why');
  } finally {
    await kubectl('delete', '-f', at('intruder.json'), '--wait=false');
  }
}

/** Posts an empty body from within a pod. */
async function ask(pod: string, url: string, withToken: boolean): Promise<{ status: number; body: string }> {
  const headers = withToken ? '"dapr-api-token":process.env.DAPR_API_TOKEN,' : '';
  const script = `fetch(${JSON.stringify(url)},{method:"POST",headers:{${headers}"content-type":"application/json"},body:"{}"})
    .then(async(r)=>console.log(JSON.stringify({status:r.status,body:await r.text()})))`;
  const printed = await k('exec', pod, '-c', 'app', '--', 'node', '-e', script);
  evidence(`POST ${url} from ${pod}${withToken ? '' : ', without a token'}`, printed);
  return JSON.parse(printed);
}

const intruder = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'intruder', namespace: 'healthcenter' } },
  spec: {
    selector: { matchLabels: { 'app.kubernetes.io/name': 'intruder' } },
    template: {
      metadata: {
        labels: { 'app.kubernetes.io/name': 'intruder', 'app.kubernetes.io/component': 'service' },
        annotations: {
          ...{
            'dapr.io/enabled': 'true',
            'dapr.io/app-id': 'intruder',
            'dapr.io/enable-native-sidecar': 'true',
          },
          'dapr.io/api-token-secret': 'dapr-api-token',
        },
      },
      spec: {
        securityContext: {
          ...{
            runAsNonRoot: true,
            runAsUser: 65_532,
            fsGroup: 65_532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
        },
        containers: [
          {
            ...{
              name: 'app',
              image: 'healthcenter/order:local',
              command: ['node', '-e', 'setInterval(() => {}, 1e9)'],
            },
            env: [
              {
                name: 'DAPR_API_TOKEN',
                valueFrom: { secretKeyRef: { name: 'dapr-api-token', key: 'token' } },
              },
            ],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
};
