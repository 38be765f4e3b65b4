import { evidence } from '../report';
import { expectThat, gateway, k, readyPods, shown } from '../system';

/** What the centre uploads through one pod is served by another; the properties file is read from the same place. */
export async function guideShared(): Promise<void> {
  await setAtLeast(2);
  try {
    const [first, second] = await readyPods('reservation', 2);
    expectThat(first !== undefined && second !== undefined, 'there are two');
    const text = `Nothing but water after 22:00 (${Date.now()}).`;
    const guide = JSON.stringify({ title: 'Fasting', text });
    await within(
      first.name,
      `fetch(base+"/guides/fasting",{method:"PUT",headers,body:${JSON.stringify(guide)}})`,
    );
    const served = await within(second.name, 'fetch(base+"/guides/fasting",{headers})');
    expectThat(served.includes(text), 'the other pod serves it');
    const write = `require("fs").writeFileSync("/mnt/aws/ui.properties","center.name=Seoul\\ncenter.telephone=02-123-4567\\nnotice.1=Closed on 1 January\\n")`;
    await k('exec', first.name, '-c', 'app', '--', 'node', '-e', write);
    const profile = await (await gateway()).get('/center');
    evidence('GET /center', JSON.stringify(profile.body, null, 2));
    expectThat(profile.body.name === 'Seoul', 'the properties file is read');
    const public_ = await (await gateway()).get('/guides/fasting');
    expectThat(public_.body.text === text, 'the gateway brings it');
    await shown('get', 'pvc,pv');
  } finally {
    await setAtLeast(1);
  }
}

async function within(pod: string, request: string): Promise<string> {
  const script = `const base="http://127.0.0.1:8080",headers={"dapr-api-token":process.env.APP_API_TOKEN,"content-type":"application/json"};
    ${request}.then(async(r)=>console.log(r.status,await r.text()))`;
  const printed = await k('exec', pod, '-c', 'app', '--', 'node', '-e', script);
  evidence(`within ${pod}: ${request}`, printed);
  return printed;
}

async function setAtLeast(count: number): Promise<void> {
  await shown('patch', 'hpa', 'reservation', '--type=merge', `-p={"spec":{"minReplicas":${count}}}`);
  await shown('scale', 'deployment/reservation', `--replicas=${count}`);
  await readyPods('reservation', count);
}
