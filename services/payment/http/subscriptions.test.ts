import { consumersOf } from '../../shared/contracts/consumers';
import { type OrderEvent, topicOfOrder } from '../../shared/contracts/events';
import { paymentSubscriptions } from './subscriptions';

const seat = { centerId: 'seoul', date: '2026-07-25', time: '08:00' };
const booking = { seat, orderType: 'basic' };
const refund = { refundId: 'refund', refundKrw: 20_000 };
const ending = { booking, refundKrw: 20_000 };
const identity = { eventId: 'o.2', orderId: 'o', version: 2, occurredAt: '2026-07-20T01:00:00.000Z' };
const moved = { from: seat, booking, priceKrw: 1, dueKrw: 1 };

// biome-ignore format: a table
const due: [OrderEvent, boolean][] = [
  [{ ...identity, type: 'OrderMoved', data: { ...moved, refund } }, false],
  [{ ...identity, type: 'OrderCanceled', data: { by: 'center', ...ending, refund } }, true],
  [{ ...identity, type: 'OrderRejected', data: { ...ending, refund } }, true],
];
// biome-ignore format: a table
const notDue: OrderEvent[] = [
  { ...identity, type: 'OrderMoved', data: moved },
  { ...identity, type: 'OrderCanceled', data: { by: 'customer', ...ending } },
  { ...identity, type: 'OrderRejected', data: ending },
  { ...identity, type: 'OrderExpired', data: { seat } },
];

async function askedBy(event: OrderEvent): Promise<unknown[]> {
  const asked: unknown[] = [];
  const handlers = paymentSubscriptions(async (...call: unknown[]) => {
    asked.push(call);
    return {} as never;
  });
  const its = handlers.filter(({ topic }) => topic === topicOfOrder(event));
  for (const { handle } of its) await handle(event);
  return asked;
}

test.each(due)('When $type has money to give back, then it is given back, once', async (event, ends) => {
  expect(consumersOf[topicOfOrder(event)]).toContain('payment');
  expect(await askedBy(event)).toEqual([['o', 'refund', { ...refund, ends }]]);
});

test.each(notDue)('When $type has none, then nothing is asked', async (event) => {
  expect(await askedBy(event)).toEqual([]);
});

test('When it is no event that is known here, then it is passed over', async () => {
  expect(await askedBy({ ...identity, type: 'OrderVanished', data: {} } as never)).toEqual([]);
});
