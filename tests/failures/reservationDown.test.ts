import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(150_000);

const orderCount = 500;

describe('The centre out of reach', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem();
  });
  afterAll(() => system.end());

  test('When reservation and its sidecar are stopped for 500 orders, then all are accepted and it catches up by itself', async () => {
    const { service, sidecar } = appOf(system.apps, 'reservation');
    await Promise.all([service.kill(), sidecar.kill()]);

    let placed = 0;
    const place = async () => {
      while (placed < orderCount) {
        const name = `guest ${placed++}`;
        const reply = await system.api.order({ cardNo: goodCard, name });
        expect([reply.status, reply.body.status]).toEqual([201, 'Pay Approved']);
      }
    };
    await Promise.all([1, 2, 3, 4].map(place));
    await eventually('all are on my page', async () => (await countOf('Pay Approved')) === orderCount);

    const began = Date.now();
    service.start();
    sidecar.start();
    await eventually(
      'the centre has all',
      async () => (await countOf('Reservation Complete')) === orderCount,
      {
        withinMs: 60_000,
        everyMs: 200,
      },
    );
    process.stdout.write(
      `the centre had all ${orderCount} after ${Date.now() - began} ms, its start included\n`,
    );
    await lawsHold(system.infra.redisUrl);
  });

  async function countOf(status: string): Promise<number> {
    const { body } = await system.api.get(`/mypages?size=1&status=${encodeURIComponent(status)}`);
    return body.page.totalElements;
  }

  test('When only the service is stopped, then its sidecar keeps the events for it', async () => {
    const { service } = appOf(system.apps, 'reservation');
    await service.kill();
    const placed = await system.api.order({ cardNo: goodCard, name: 'guest' });
    expect(placed.status).toBe(201);
    service.start();
    await eventually(
      'the centre has it',
      async () => (await system.api.myPageStatus(placed.body.orderId)) === 'Reservation Complete',
      {
        withinMs: 60_000,
      },
    );
  });
});
