import { eventually } from '../../tools/system/waiting';
import { readBooks } from '../support/books';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(90_000);

describe('A hold that is not paid', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem({ env: { HOLD_MINUTES: '0.1' } });
  });
  afterAll(() => system.end());

  test('When its time is over, then it expires, the seat is free, and late money is refused', async () => {
    const placed = await system.api.order({ phone: '010-6666-0001' });
    expect(placed.body.status).toBe('Payment Requested');
    const { orderId } = placed.body;
    await eventually(
      'expired on my page',
      async () => (await system.api.myPageStatus(orderId)) === 'expired',
    );
    const late = await system.api.pay(orderId);
    expect([late.status, late.body.code]).toEqual([409, 'payment_closed']);
    await lawsHold(system.infra.redisUrl);
    const { slots, customers } = await readBooks(system.infra.redisUrl);
    expect([...slots.values()].flatMap(({ seats }) => Object.keys(seats))).toEqual([]);
    expect([...customers.values()].flatMap(({ live }) => Object.keys(live))).toEqual([]);
  });

  test('When it is paid in time, then it stays', async () => {
    const { orderId } = (await system.api.order({ phone: '010-6666-0002' })).body;
    expect((await system.api.pay(orderId)).status).toBe(201);
    await eventually('quiet', async () => {
      const { slots } = await readBooks(system.infra.redisUrl);
      return [...slots.values()].every(({ unsettled }) => Object.keys(unsettled).length === 0);
    });
    const { orders } = await lawsHold(system.infra.redisUrl);
    expect(orders.get(orderId)?.status).toBe('Reservation Complete');
  });
});
