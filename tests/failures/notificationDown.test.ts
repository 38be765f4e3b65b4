import { setTimeout as delay } from 'node:timers/promises';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(180_000);

const rounds = 3;
const ordersARound = 30;
/** Longer than a sidecar takes to find its service unhealthy: three probes, a second apart. */
const untilGivenUpMs = 5_000;

describe('My page out of reach', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem();
  });
  afterAll(() => system.end());

  test('When its service dies and is given up by its sidecar while events are on their way to it, then none is lost', async () => {
    const { service } = appOf(system.apps, 'notification');
    for (let round = 1; round <= rounds; round++) {
      await service.kill();
      const names = Array.from({ length: ordersARound }, (_, at) => `guest ${round}-${at}`);
      const replies = await Promise.all(names.map((name) => system.api.order({ cardNo: goodCard, name })));
      expect(replies.map(({ status }) => status)).toEqual(names.map(() => 201));
      await delay(untilGivenUpMs);
      service.start();
      await eventually(
        `every page of round ${round} is complete`,
        async () => (await behind(replies.map(({ body }) => body.orderId))).length === 0,
        { withinMs: 60_000, everyMs: 500 },
      );
    }
    await lawsHold(system.infra.redisUrl);
  });

  async function behind(orderIds: readonly string[]): Promise<string[]> {
    const statuses = await Promise.all(
      orderIds.map(async (id) => [id, await system.api.myPageStatus(id)] as const),
    );
    return statuses.filter(([, status]) => status !== 'Reservation Complete').map(([id]) => id);
  }
});
