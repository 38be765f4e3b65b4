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
  PaymentApproved: { payment, booking },
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
