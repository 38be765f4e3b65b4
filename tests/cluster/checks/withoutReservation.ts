import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../tools/system/waiting';
import { lawsHold } from '../../support/laws';
import { bookPaid, openSeats, reaches } from '../booking';
import { note } from '../report';
import { allPodsOf, expectThat, gateway, readyPods, redisUrl, shown } from '../system';

/** With reservation scaled to none people book and pay; when it is back, it has all of them. */
export async function caughtUp(): Promise<void> {
  const api = await gateway();
  const seat = await openSeats(api);
  await shown('scale', 'deployment/reservation', '--replicas=0');
  await eventually('reservation has no pod', async () => (await allPodsOf('reservation')).length === 0, {
    withinMs: 120_000,
    everyMs: 1_000,
  });
  const orders: string[] = [];
  for (let i = 0; i < 10; i++) {
    const answer = await bookPaid(api, seat());
    expectThat(answer.status === 201, `a booking is taken (${answer.status})`);
    orders.push(answer.body.orderId);
  }
  await sleep(5_000);
  for (const orderId of orders) {
    expectThat((await api.myPageStatus(orderId)) !== 'Reservation Complete', 'nobody has received it yet');
  }
  await shown('get', 'pods');
  await shown('scale', 'deployment/reservation', '--replicas=1');
  await readyPods('reservation', 1);
  const begun = Date.now();
  for (const orderId of orders) await reaches(api, orderId, 'Reservation Complete', 180_000);
  note(
    `${orders.length} booked without it, all received ${((Date.now() - begun) / 1_000).toFixed(0)} s after it was ready`,
  );
  await lawsHold(await redisUrl(), { withinMs: 120_000 });
}
