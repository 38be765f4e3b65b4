import { calendarEvent, orderEvent, paymentEvent, reservationEvent, topicOfOrder } from './events';
import { bookingStatus } from './status';

const tellers = {
  orders: orderEvent,
  payments: paymentEvent,
  reservations: reservationEvent,
  calendars: calendarEvent,
};

const seat = { centerId: 'seoul', date: '2026-07-25', time: '08:00' };
const booking = { seat, orderType: 'basic', name: 'Kim' };
const card = { brand: 'visa', last4: '4242' };
const payment = {
  paymentId: 'order',
  amountKrw: 50_000,
  payMethod: 'card',
  card,
  approvedAt: '2026-07-24T01:00:00.000Z',
};
const refund = { refundId: 'refund', refundKrw: 20_000 };
const ending = { booking, payment, refundKrw: 20_000, refund, reason: 'closed that day' };
const reservation = { reservationId: 'order', payment, booking };
const calendar = {
  zone: 'Asia/Seoul',
  weekdays: [1],
  openings: [{ time: '08:00', seats: 1 }],
  opensAfterDays: 1,
  openDays: 60,
  blackouts: [],
  opensOnHolidays: false,
};

/** Every event with all that it may carry, by who tells it. */
const data: Record<string, [teller: keyof typeof tellers, data: Record<string, unknown>]> = {
  OrderPlaced: [
    'orders',
    { orderType: 'basic', language: 'ko', seat, priceKrw: 250_000, dueKrw: 50_000, payment },
  ],
  OrderProgressed: ['orders', { status: 'confirmed', booking, payment, reservationId: 'order' }],
  OrderMoved: ['orders', { from: seat, booking, priceKrw: 250_000, dueKrw: 30_000, payment, refund }],
  OrderCanceled: ['orders', { by: 'center', ...ending }],
  OrderRejected: ['orders', ending],
  OrderExpired: ['orders', { seat }],
  PaymentApproved: ['payments', { attempt: '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c', payment, booking }],
  PaymentDeclined: ['payments', { reason: 'card_declined' }],
  PaymentRefunded: ['payments', { refundId: 'refund', refundKrw: 20_000, refundedKrw: 30_000 }],
  ReservationReceived: ['reservations', reservation],
  ReservationConfirmed: ['reservations', reservation],
  ReservationRejected: ['reservations', { ...reservation, reason: 'full' }],
  ReservationCanceled: ['reservations', { reservationId: 'order', by: 'customer', reason: 'ill' }],
  ReservationCheckedIn: ['reservations', reservation],
  ReservationCompleted: ['reservations', reservation],
  ReservationNoShow: ['reservations', reservation],
  CalendarChanged: ['calendars', { centerId: 'seoul', calendar }],
};

test('When the events that services tell are counted, then each is looked at here', () => {
  const known = Object.values(tellers).flatMap(({ options }) => options.map(({ shape }) => shape.type.value));
  expect(Object.keys(data).sort()).toEqual(known.sort());
});

describe.each(Object.entries(data))('When %s is told', (type, [topic, its]) => {
  const teller = tellers[topic];

  test('then it is taken as it is', () => {
    expect(teller.parse(event(type))).toEqual(event(type));
  });

  test('then exactly one of the services may have told it', () => {
    const may = Object.entries(tellers).filter(([, each]) => each.safeParse(event(type)).success);
    expect(may.map(([name]) => name)).toEqual([topic]);
  });

  test.each(['eventId', 'orderId', 'version', 'occurredAt', 'type', 'data'])(
    'without %s, then it is refused',
    (field) => {
      const { [field]: _gone, ...rest } = event(type) as Record<string, unknown>;
      expect(teller.safeParse(rest).success).toBe(false);
    },
  );

  test.each([
    ['version', 0],
    ['version', 1.5],
    ['occurredAt', '2026-07-24'],
    ['occurredAt', '2026-07-24T10:00:00+09:00'],
  ])('with %s %j, then it is refused', (field, value) => {
    expect(teller.safeParse({ ...event(type), [field]: value }).success).toBe(false);
  });

  test('then no card number goes with it, and no token', () => {
    const cardNo = '4242424242424242';
    const leaky = { ...its, cardNo, card: { ...card, token: 'token', cardNo } };
    const text = JSON.stringify(teller.parse(event(type, leaky)));
    expect(text).not.toContain(cardNo);
    expect(text).not.toContain('token');
  });

  test('then a phone number goes only with the order itself', () => {
    const phone = '+821012345678';
    const text = JSON.stringify(teller.parse(event(type, { ...its, phone })));
    expect(text.includes(phone)).toBe(type === 'OrderPlaced');
  });
});

// What a consumer can do without; all else has to be there.
const optional: Record<string, string[]> = {
  OrderPlaced: ['payment'],
  OrderProgressed: ['reservationId'],
  OrderMoved: ['payment', 'refund'],
  OrderCanceled: ['payment', 'refund', 'reason'],
  OrderRejected: ['payment', 'refund', 'reason'],
  ReservationRejected: ['reason'],
  ReservationCanceled: ['reason'],
};

test.each(
  Object.entries(data).flatMap(([type, [topic, its]]) =>
    Object.keys(its).map((field) => [type, field, topic, optional[type]?.includes(field) ?? false] as const),
  ),
)('When %s is told without its %s, then whether it is taken is settled', (type, field, topic, isTaken) => {
  const { [field]: _gone, ...rest } = data[type]?.[1] ?? {};
  expect(tellers[topic].safeParse(event(type, rest)).success).toBe(isTaken);
});

test('When an order progresses, then to a status that neither begins nor ends it', () => {
  const taken = bookingStatus.options.filter(
    (status) => orderEvent.safeParse(event('OrderProgressed', { status, booking, payment })).success,
  );
  expect(taken).toEqual([
    'Pay Approved',
    'Reservation Complete',
    'confirmed',
    'checked in',
    'completed',
    'no show',
  ]);
});

test.each([
  ['OrderPlaced', undefined, 'orders'],
  ['OrderProgressed', 'Pay Approved', 'orders'],
  ['OrderProgressed', 'Reservation Complete', 'order-steps'],
  ['OrderProgressed', 'confirmed', 'order-steps'],
  ['OrderMoved', undefined, 'order-changes'],
  ['OrderCanceled', undefined, 'order-changes'],
  ['OrderRejected', undefined, 'order-changes'],
  ['OrderExpired', undefined, 'order-changes'],
])('When an order tells %s (%s), then on topic %s', (type, status, topic) => {
  const its = { ...data[type]?.[1], ...(status ? { status } : {}) };
  expect(topicOfOrder(orderEvent.parse(event(type, its)))).toBe(topic);
});

test('When an order was paid at once, then its own event tells of the payment; else it tells of none', () => {
  const { payment: _gone, ...unpaid } = data.OrderPlaced?.[1] ?? {};
  expect(orderEvent.parse(event('OrderPlaced'))).toMatchObject({ data: { payment } });
  expect(orderEvent.parse(event('OrderPlaced', unpaid))).not.toHaveProperty('data.payment');
});

test.each([
  ['a fraction of a won', { refundId: 'refund', refundKrw: 0.5 }],
  ['less than nothing', { refundId: 'refund', refundKrw: -1 }],
  ['money without a name', { refundKrw: 1 }],
])('When %s is to go back, then the event is refused', (_what, wrong) => {
  for (const type of ['OrderMoved', 'OrderCanceled', 'OrderRejected'])
    expect(orderEvent.safeParse(event(type, { ...data[type]?.[1], refund: wrong })).success).toBe(false);
});

test('When an event is of a kind that nobody agreed on, then it is refused', () => {
  for (const teller of Object.values(tellers))
    expect(teller.safeParse({ ...event('OrderExpired'), type: 'OrderVanished' }).success).toBe(false);
});

function event(type: string, its = data[type]?.[1]) {
  return {
    eventId: `${type}-1`,
    orderId: 'order',
    version: 1,
    occurredAt: '2026-07-24T01:00:00.000Z',
    type,
    data: its,
  };
}
