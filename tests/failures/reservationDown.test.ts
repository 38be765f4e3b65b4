import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(150_000);

describe('The centre out of reach', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem();
  });
  afterAll(() => system.end());

  test('When reservation and its sidecar are stopped for 50 orders, then all are accepted and it catches up by itself', async () => {
    const { service, sidecar } = appOf(system.apps, 'reservation');
    await Promise.all([service.kill(), sidecar.kill()]);

    const ids: string[] = [];
    for (let i = 0; i < 50; i++) {
      const placed = await system.api.order({ cardNo: goodCard, name: `guest ${i}` });
      expect([placed.status, placed.body.status]).toEqual([201, 'Pay Approved']);
      ids.push(placed.body.orderId);
    }
    const statuses = async () => new Set(await Promise.all(ids.map((id) => system.api.myPageStatus(id))));
    await eventually('all are on my page', async () => !(await statuses()).has(undefined));
    expect(await statuses()).toEqual(new Set(['Pay Approved']));

    service.start();
    sidecar.start();
    await eventually(
      'the centre has all',
      async () => {
        const seen = await statuses();
        return seen.size === 1 && seen.has('Reservation Complete');
      },
      { withinMs: 60_000 },
    );
    await lawsHold(system.infra.redisUrl);
  });

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
