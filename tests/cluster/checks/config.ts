import { bookPaid, openSeats, somebody } from '../booking';
import { evidence } from '../report';
import { expectThat, gateway, k, readyPods, shown } from '../system';

/** An edit of the ConfigMap and a rollout: the third booking of a person is refused, and nothing was built. */
export async function limitChanged(): Promise<void> {
  try {
    const pod = await setLimit(2);
    const log = await k('logs', pod, '-c', 'app');
    const configured = log.split('\n').find((line) => line.includes('personLimit')) ?? '';
    evidence(`kubectl logs ${pod} -c app`, configured);
    expectThat(configured.includes('"personLimit":2'), 'order says at its start what the limit is');
    const api = await gateway();
    const seat = await openSeats(api);
    const phone = somebody();
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await bookPaid(api, seat(), phone));
    evidence(
      'three bookings of one person',
      answers.map(({ status, body }) => `${status} ${body.code ?? ''}`).join('\n'),
    );
    expectThat(answers.map(({ status }) => status).join() === '201,201,409', 'the third is refused');
    expectThat(answers[2]?.body.code === 'person_limit_reached', 'for the limit');
  } finally {
    await setLimit(10);
  }
}

/** Resolves to the pod that has it. */
async function setLimit(limit: number): Promise<string> {
  await shown(
    'patch',
    'configmap',
    'healthcenter-config',
    '--type=merge',
    `-p={"data":{"max_reservation_per_person":"${limit}"}}`,
  );
  await shown('rollout', 'restart', 'deployment/order');
  await shown('rollout', 'status', 'deployment/order', '--timeout=240s');
  return (await readyPods('order', 1))[0]?.name ?? '';
}
