import { type BookingEvent, bookingEvent, orderEvent, paymentEvent, reservationEvent } from './events';

type EventType = BookingEvent['type'];

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

const data: Record<EventType, Record<string, unknown>> = {
  OrderPlaced: { orderType: 'basic', language: 'ko', seat, priceKrw: 250_000, dueKrw: 50_000, payment },
  OrderExpired: { seat },
  PaymentApproved: { attempt: '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c', payment, booking },
  PaymentDeclined: { reason: 'card_declined' },
  ReservationReceived: { reservationId: 'order', payment, booking },
  ReservationConfirmed: { reservationId: 'order', payment, booking },
};
const types = Object.keys(data) as EventType[];

describe.each(types)('When %s is told', (type) => {
  test('then it is taken as it is', () => {
    expect(bookingEvent.parse(event(type))).toEqual(event(type));
  });

  test('then exactly one of the services may have told it', () => {
    const tellers = [orderEvent, paymentEvent, reservationEvent];
    expect(tellers.filter((teller) => teller.safeParse(event(type)).success)).toHaveLength(1);
  });

  test.each(['eventId', 'orderId', 'version', 'occurredAt', 'type', 'data'])(
    'without %s, then it is refused',
    (field) => {
      const { [field]: _gone, ...rest } = event(type) as Record<string, unknown>;
      expect(bookingEvent.safeParse(rest).success).toBe(false);
    },
  );

  test.each([
    ['version', 0],
    ['version', 1.5],
    ['occurredAt', '2026-07-24'],
    ['occurredAt', '2026-07-24T10:00:00+09:00'],
  ])('with %s %j, then it is refused', (field, value) => {
    expect(bookingEvent.safeParse({ ...event(type), [field]: value }).success).toBe(false);
  });

  test('then no card number goes with it, and no token', () => {
    const cardNo = '4242424242424242';
    const leaky = { ...data[type], cardNo, card: { ...card, token: 'token', cardNo } };
    const text = JSON.stringify(bookingEvent.parse(event(type, leaky)));
    expect(text).not.toContain(cardNo);
    expect(text).not.toContain('token');
  });

  test('then a phone number goes only with the order itself', () => {
    const phone = '+821012345678';
    const text = JSON.stringify(bookingEvent.parse(event(type, { ...data[type], phone })));
    expect(text.includes(phone)).toBe(type === 'OrderPlaced');
  });
});

test.each([
  ['PaymentApproved', 'attempt'],
  ['PaymentApproved', 'payment'],
  ['PaymentApproved', 'booking'],
  ['ReservationReceived', 'payment'],
  ['ReservationConfirmed', 'payment'],
] as const)('When %s is told without its %s, then it is refused', (type, field) => {
  const { [field]: _gone, ...rest } = data[type];
  expect(bookingEvent.safeParse(event(type, rest)).success).toBe(false);
});

test('When an order was paid at once, then its own event tells of the payment; else it tells of none', () => {
  const { payment: _gone, ...unpaid } = data.OrderPlaced;
  expect(bookingEvent.parse(event('OrderPlaced'))).toMatchObject({ data: { payment } });
  expect(bookingEvent.parse(event('OrderPlaced', unpaid))).not.toHaveProperty('data.payment');
});

test('When an event is of a kind that nobody agreed on, then it is refused', () => {
  expect(bookingEvent.safeParse({ ...event('OrderExpired'), type: 'OrderVanished' }).success).toBe(false);
});

function event(type: EventType, its = data[type]) {
  return {
    eventId: `${type}-1`,
    orderId: 'order',
    version: 1,
    occurredAt: '2026-07-24T01:00:00.000Z',
    type,
    data: its,
  };
}
