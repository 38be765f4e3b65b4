import {
  accepted,
  cancelPaid,
  center,
  command,
  expire,
  given,
  now,
  payment,
  paymentDueAt,
  place,
  placement,
  receive,
  seat,
  standing,
  takeInPayment,
} from './order.sample';
import type { OrderState } from './orderState';
import { bookingOf, tellingsOf } from './tellings';

const name = '김민지';
const phone = '+821012345678';
const placed = command('place', { placement: placement({ name, phone }) });
const paidAtOnce = command('place', { placement: placement({ name, phone, paidAtOnce: payment() }) });
const booking = { seat, zone: 'Asia/Seoul', orderType: 'basic', name };
const refund = { refundId: 'refund', refundKrw: 50_000 };
const asPlaced = {
  orderType: 'basic',
  language: 'ko',
  seat,
  zone: 'Asia/Seoul',
  priceKrw: 250_000,
  dueKrw: 50_000,
  name,
  phone,
};

describe('When an order is told of', () => {
  test('that is to be paid later, then it says until when, and of no payment', () => {
    expect(lastOf(given(placed))).toStrictEqual(['OrderPlaced', { ...asPlaced, paymentDueAt }]);
  });

  test('that was paid at once, then it says how, and of no time to pay', () => {
    expect(lastOf(given(paidAtOnce))).toStrictEqual(['OrderPlaced', { ...asPlaced, payment: payment() }]);
  });

  test('whose customer gave neither name nor phone, then it has neither', () => {
    const { name: _, phone: __, ...nameless } = asPlaced;
    expect(lastOf(given(place))).toStrictEqual(['OrderPlaced', { ...nameless, paymentDueAt }]);
    expect(bookingOf(placement(), standing())).not.toHaveProperty('name');
  });
});

describe('When an order goes on', () => {
  test('for it was paid, then payment and booking are told, and no reservation yet', () => {
    expect(lastOf(given(placed, takeInPayment))).toStrictEqual([
      'OrderProgressed',
      { status: 'Pay Approved', booking, payment: payment() },
    ]);
  });

  test('for the centre has it, then the reservation is told as well', () => {
    expect(lastOf(given(paidAtOnce, receive))).toStrictEqual([
      'OrderProgressed',
      { status: 'Reservation Complete', booking, payment: payment(), reservationId: 'reservation' },
    ]);
  });
});

describe('When an order moves', () => {
  const to = standing().seat;
  const moved = { from: seat, booking: { ...booking, seat: to }, priceKrw: 250_000 };

  test('to something cheaper, then payment hears what is to go back', () => {
    const cheaper = command('move', { to: standing({ dueKrw: 30_000 }) });
    expect(lastOf(given(paidAtOnce, cheaper))).toStrictEqual([
      'OrderMoved',
      { ...moved, dueKrw: 30_000, refund: { refundId: 'ticket 5', refundKrw: 20_000 } },
    ]);
  });

  test('to something dearer, then all that is paid now is told, and no refund', () => {
    const dearer = command('move', { to: standing({ dueKrw: 80_000 }), payment: payment(80_000) });
    expect(lastOf(given(paidAtOnce, dearer))).toStrictEqual([
      'OrderMoved',
      { ...moved, dueKrw: 80_000, payment: payment(80_000) },
    ]);
  });
});

describe('When an order ends', () => {
  test.each([
    ['canceled', 'OrderCanceled', { by: 'center' }],
    ['rejected', 'OrderRejected', {}],
  ] as const)(
    'for the centre has %s it, then payment hears what is to go back, and all hear why',
    (...row) => {
      const [decision, type, by] = row;
      expect(lastOf(given(paidAtOnce, receive, center(decision, { reason: '휴진' })))).toStrictEqual([
        type,
        { ...by, booking, refundKrw: 50_000, reason: '휴진', payment: payment(), refund },
      ]);
    },
  );

  test('for its customer canceled it, then what went back is told, and nothing is left for payment to pay out', () => {
    expect(lastOf(given(paidAtOnce, cancelPaid))).toStrictEqual([
      'OrderCanceled',
      { by: 'customer', booking, refundKrw: 25_000, payment: payment() },
    ]);
  });

  test('for nobody paid, then its seat is told', () => {
    expect(lastOf(given(placed, expire))).toStrictEqual(['OrderExpired', { seat }]);
  });
});

test('When a step is told of, then so is its instant', () => {
  expect(tellingsOf(accepted(given(placed, takeInPayment))).map(({ at }) => at)).toEqual([
    now.toISOString(),
    now.toISOString(),
  ]);
});

function lastOf(state: OrderState): [string, unknown] {
  const last = tellingsOf(accepted(state)).at(-1);
  if (!last) throw new Error('an accepted order has told of itself');
  return [last.type, last.data];
}
