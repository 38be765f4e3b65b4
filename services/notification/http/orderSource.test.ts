import type { Invocation } from '../../shared/platform/sidecar';
import { orderId, placed, told } from '../domain/order.sample';
import { orderSource } from './orderSource';

const history = { orders: [{ orderId, events: told([placed()]) }], next: 1 };

test('When a page of the history is asked for, then it is asked of order, at its fixed path', async () => {
  const { source, calls } = answering(200, history);
  expect(await source.history(3)).toEqual(history);
  expect(calls).toEqual([
    expect.objectContaining({ appId: 'order', path: '/order-events', body: { page: 3, size: 100 } }),
  ]);
});

test.each([
  [500, {}],
  [404, { code: 'not_found' }],
  [200, { orders: 'none' }],
])('When order answers %i %j to that, then it is a failure', async (status, body) => {
  await expect(answering(status, body).source.history(0)).rejects.toThrow();
});

test('When order knows an order, or knows that there is none, then so it is', async () => {
  const { source, calls } = answering(200, { orderId });
  expect(await source.exists(orderId)).toBe(true);
  expect(calls).toEqual([{ appId: 'order', path: `/orders/${orderId}`, method: 'GET' }]);
  expect(await answering(404, { code: 'order_not_found' }).source.exists(orderId)).toBe(false);
});

test.each([
  [404, { code: 'not_found' }],
  [404, undefined],
  [503, { code: 'service_unavailable' }],
])(
  'When order answers %i %j to that, then nothing is known, and no page is taken away',
  async (status, body) => {
    await expect(answering(status, body).source.exists(orderId)).rejects.toThrow(`order answered ${status}`);
  },
);

function answering(status: number, body: unknown) {
  const calls: Invocation[] = [];
  const source = orderSource({
    async invoke(call) {
      calls.push(call);
      return { status, headers: {}, body };
    },
  });
  return { source, calls };
}
