import { orderHistoryPage, orderHistoryPath, orderHistoryRequest } from './history';

const told = {
  eventId: 'order.1.1',
  orderId: '1',
  type: 'OrderExpired',
  version: 1,
  occurredAt: '2026-07-24T01:00:00.000Z',
  data: { seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' } },
};

test('When somebody asks for all that was told, then on a fixed path, from the first page on', () => {
  expect(orderHistoryPath).toMatch(/^\/[a-z-]+$/);
  expect(orderHistoryRequest.parse({})).toEqual({ page: 0, size: 100 });
});

test.each([{ page: -1 }, { page: 0.5 }, { size: 0 }, { size: 101 }, { page: '1' }])(
  'When it asks for %j, then it is refused',
  (request) => {
    expect(orderHistoryRequest.safeParse(request).success).toBe(false);
  },
);

test('When a page is answered, then with whole events of orders, and which page is next, if one is', () => {
  const page = { orders: [{ orderId: '1', events: [told] }], next: 1 };
  expect(orderHistoryPage.parse(page)).toEqual(page);
  const { next: _none, ...last } = page;
  expect(orderHistoryPage.parse(last)).toEqual(last);
  const ofAnother = { ...told, type: 'PaymentDeclined', data: { reason: 'declined' } };
  expect(orderHistoryPage.safeParse({ orders: [{ orderId: '1', events: [ofAnother] }] }).success).toBe(false);
});
