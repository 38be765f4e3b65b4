import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { readBooks } from '../support/books';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(150_000);

describe('Payment out of reach', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem({ envOf: { payment: { PROVIDER_SLOW_MS: '3000' } } });
  });
  afterAll(() => system.end());

  async function nothingIsLeft(orders: number): Promise<void> {
    await eventually('no seat, no quota', async () => {
      const { slots, customers } = await readBooks(system.infra.redisUrl);
      const seats = [...slots.values()].flatMap((slot) => Object.keys(slot.seats));
      const counted = [...customers.values()].flatMap(({ live }) => Object.keys(live));
      return seats.length === orders && counted.length === orders;
    });
  }

  async function expectTryAgain(phone: string, card: object): Promise<void> {
    const begun = Date.now();
    const reply = await system.api.order({ phone, ...card });
    expect(Date.now() - begun).toBeLessThan(3_000);
    expect([reply.status, reply.body.code]).toEqual([503, 'payment_unavailable']);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  }

  test('When the service is stopped, then orders are asked to try again and leave nothing behind; when it is back, they are taken', async () => {
    const payment = appOf(system.apps, 'payment');
    await payment.service.kill();
    await expectTryAgain('010-1111-0001', {});
    await expectTryAgain('010-1111-0002', { cardNo: goodCard });
    // With an open breaker: overload.test.ts.
    for (let i = 0; i < 6; i++) await expectTryAgain(`010-1111-001${i}`, {});
    await nothingIsLeft(0);
    expect((await readBooks(system.infra.redisUrl)).pages.size).toBe(0);

    payment.service.start();
    const placed = await eventually('orders are taken again', async () => {
      const reply = await system.api.order({ phone: '010-1111-0001', cardNo: goodCard });
      return reply.status === 201 && reply;
    });
    expect(placed.body.status).toBe('Pay Approved');
    const books = await lawsHold(system.infra.redisUrl);
    expect([...books.charges.values()].filter(({ status }) => status === 'captured')).toHaveLength(1);
  });

  test('When service and sidecar are stopped, then it is the same', async () => {
    const { service, sidecar } = appOf(system.apps, 'payment');
    await Promise.all([service.kill(), sidecar.kill()]);
    await expectTryAgain('010-2222-0001', {});
    await expectTryAgain('010-2222-0002', { cardNo: goodCard });
    await nothingIsLeft(1);
    service.start();
    sidecar.start();
    await eventually(
      'orders are taken again',
      async () => (await system.api.order({ phone: '010-2222-0003' })).status === 201,
    );
    await lawsHold(system.infra.redisUrl);
  });

  test('When the card company answers too late, then the charge that was made meanwhile is voided', async () => {
    const reply = await system.api.order({ phone: '010-3333-0001', cardNo: '4000000000000341' });
    expect([reply.status, reply.body.code]).toEqual([503, 'payment_unavailable']);
    await eventually('the late charge is void', async () => {
      const { charges } = await readBooks(system.infra.redisUrl);
      return [...charges.values()].some(({ status }) => status === 'voided');
    });
    await lawsHold(system.infra.redisUrl);
  });

  test('When the card company cannot be reached, then nothing is charged', async () => {
    const reply = await system.api.order({ phone: '010-3333-0002', cardNo: '4000000000000119' });
    expect([reply.status, reply.body.code]).toEqual([503, 'payment_unavailable']);
    await lawsHold(system.infra.redisUrl);
  });

  test('When the same key is sent again after a 503, then it books once', async () => {
    const { service } = appOf(system.apps, 'payment');
    const key = { 'idempotency-key': 'after-503' };
    const send = () => system.api.order({ phone: '010-4444-0001', cardNo: goodCard }, key);
    await service.kill();
    expect((await send()).status).toBe(503);
    service.start();
    const placed = await eventually('taken', async () => {
      const reply = await send();
      return reply.status === 201 && reply;
    });
    expect((await send()).body).toEqual(placed.body);
    const { charges } = await lawsHold(system.infra.redisUrl);
    const own = [...charges].filter(
      ([id, { status }]) => id.startsWith(placed.body.orderId) && status === 'captured',
    );
    expect(own).toHaveLength(1);
  });
});
