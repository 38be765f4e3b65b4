import { ctr } from '../../../tools/cluster/shell';
import { eventually } from '../../../tools/system/waiting';
import type { Api } from '../../support/api';
import { lawsHold } from '../../support/laws';
import { bookPaid, bookSurely, openSeats, reaches } from '../booking';
import { evidence, note } from '../report';
import { expectThat, gateway, k, onePodOf, podsOf, readyPods, redisUrl, shown } from '../system';

/** What stops beating is restarted, and what is killed comes back; bookings go on, and nothing is lost. */
export async function healed(): Promise<void> {
  const api = await gateway();
  const seat = await openSeats(api);
  const orders = [
    ...(await stoppedHeart(api, seat)),
    ...(await killed(api, seat, 'order', 'app')),
    ...(await killed(api, seat, 'payment', 'daprd')),
  ];
  for (const orderId of orders) await reaches(api, orderId, 'Reservation Complete', 180_000);
  await shown('get', 'pods');
  const { orders: known } = await lawsHold(await redisUrl(), { withinMs: 180_000 });
  note(
    `${orders.length} bookings were told as taken, and all are; ${known.size} orders in the books, laws hold`,
  );
}

type Seat = () => { date: string; time: string };

async function stoppedHeart(api: Api, seat: Seat): Promise<string[]> {
  const pod = await onePodOf('reservation');
  const before = pod.restarts.app ?? 0;
  await shown('exec', pod.name, '-c', 'app', '--', 'find', '/tmp/healthy', '-delete');
  const begun = Date.now();
  const orders: string[] = [];
  await eventually(
    'the kubelet restarts the container',
    async () => {
      const answer = await bookPaid(api, seat());
      expectThat(answer.status === 201, `a booking is taken meanwhile (${answer.status})`);
      orders.push(answer.body.orderId);
      return (
        ((await podsOf('reservation')).find(({ name }) => name === pod.name)?.restarts.app ?? 0) > before
      );
    },
    { withinMs: 120_000, everyMs: 1_000 },
  );
  note(
    `restarted ${((Date.now() - begun) / 1_000).toFixed(0)} s after the file was removed, ${orders.length} booked`,
  );
  await readyPods('reservation');
  await shown('get', 'events', '--field-selector', `involvedObject.name=${pod.name}`);
  return orders;
}

/** Kills the first process of a container, as nothing within could have wished. */
async function killed(api: Api, seat: Seat, service: string, container: string): Promise<string[]> {
  const pod = await onePodOf(service);
  const before = pod.restarts[container] ?? 0;
  const pid = await processOf(pod.name, container);
  evidence(`kill -9 ${pid}, the first process of ${container} in ${pod.name}`, '');
  process.kill(pid, 'SIGKILL');
  const begun = Date.now();
  const orders = await Promise.all(Array.from({ length: 5 }, () => bookSurely(api, seat())));
  await eventually(
    `${container} of ${pod.name} runs again`,
    async () =>
      ((await podsOf(service)).find(({ name }) => name === pod.name)?.restarts[container] ?? 0) > before,
    { withinMs: 120_000, everyMs: 500 },
  );
  await readyPods(service);
  note(`${service}'s ${container}: killed, ready again after ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
  return orders;
}

async function processOf(pod: string, container: string): Promise<number> {
  const { status } = JSON.parse(await k('get', 'pod', pod, '-o', 'json')) as {
    status: Record<'containerStatuses' | 'initContainerStatuses', { name: string; containerID: string }[]>;
  };
  const all = [...status.containerStatuses, ...(status.initContainerStatuses ?? [])];
  const id = all.find(({ name }) => name === container)?.containerID.replace('containerd://', '');
  const line = (await ctr('tasks', 'ls')).split('\n').find((each) => each.startsWith(id ?? 'none'));
  const pid = Number(line?.split(/\s+/)[1]);
  expectThat(pid > 1, `${container} of ${pod} has a process`);
  return pid;
}
