import { appOf } from '../../tools/system/system';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

describe('Two systems on one machine', () => {
  let one: TestSystem;
  let other: TestSystem;
  beforeAll(async () => {
    one = await startTestSystem();
    other = await startTestSystem();
  });
  afterAll(() => Promise.all([one?.end(), other?.end()]));

  test("When payment is gone in one, then the other's does not answer for it", async () => {
    const { service, sidecar } = appOf(one.apps, 'payment');
    await Promise.all([service.kill(), sidecar.kill()]);
    for (let i = 0; i < 5; i++) {
      const refused = await one.api.order({ cardNo: goodCard });
      expect([refused.status, refused.body.code]).toEqual([503, 'payment_unavailable']);
      expect((await other.api.order({ cardNo: goodCard })).status).toBe(201);
    }
    const books = await lawsHold(other.infra.redisUrl);
    expect(books.orders.size).toBe(5);
    expect(books.charges.size).toBe(5);
  });
});
