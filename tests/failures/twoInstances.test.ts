import { writeFileSync } from 'node:fs';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { apiOf, goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(150_000);

describe('A service of two instances', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem({ twice: ['order'] });
  });
  afterAll(() => system.end());

  test('When one is killed with its sidecar, then the other serves its actors, and nothing is lost', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) {
      const placed = await eventually('booked', async () => {
        const reply = await system.api.order({ name: `guest ${i}` }, { 'idempotency-key': `two-${i}` });
        return reply.status === 201 && reply;
      });
      ids.push(placed.body.orderId);
    }
    const shares = await Promise.all([activeOrders('order'), activeOrders('order-2')]);
    expect(Math.min(...shares)).toBeGreaterThan(0);

    const { service, sidecar } = appOf(system.apps, 'order-2');
    const began = Date.now();
    await Promise.all([service.kill(), sidecar.kill()]);
    await Promise.all(
      ids.map((orderId) =>
        eventually('it is read and paid', async () => {
          const read = await system.api.get(`/orders/${orderId}`);
          return read.status === 200 && (await system.api.pay(orderId)).status < 300;
        }),
      ),
    );
    process.stdout.write(`all served by the other after ${Date.now() - began} ms\n`);

    const { orders } = await lawsHold(system.infra.redisUrl);
    expect(ids.map((id) => orders.get(id)?.status)).toEqual(ids.map(() => 'Reservation Complete'));
    expect(await activeOrders('order')).toBeGreaterThanOrEqual(ids.length);
  });

  test('When a sidecar is killed between a save and its publish, then everybody hears of the order all the same', async () => {
    const { sidecar } = appOf(system.apps, 'order');
    writeFileSync(system.crashFile, `Order.after-save ${sidecar.pid}`);
    const key = { 'idempotency-key': 'sidecar-killed' };
    const book = () => system.api.order({ phone: '010-5555-0031', cardNo: goodCard }, key);
    const [first] = await Promise.all([book(), sidecar.exited()]);
    expect([201, 503]).toContain(first.status);

    sidecar.start();
    await eventually('ready', async () => (await fetch(`${system.url('order')}/readyz`)).ok);
    const { orders } = await lawsHold(system.infra.redisUrl);
    expect([...orders.values()].map(({ status }) => status)).toEqual(Array(13).fill('Reservation Complete'));
    const again = await eventually('the same key meets it', async () => {
      const reply = await book();
      return reply.status !== 503 && reply;
    });
    expect([again.status, orders.has(again.body.orderId)]).toEqual([201, true]);
  });

  async function activeOrders(app: string): Promise<number> {
    const { daprHttpPort } = appOf(system.apps, app).plan;
    const { body } = await apiOf(`http://127.0.0.1:${daprHttpPort}`).get('/v1.0/metadata');
    const active: { type: string; count: number }[] = body.actorRuntime.activeActors ?? [];
    return active.find(({ type }) => type === 'Order')?.count ?? 0;
  }
});
