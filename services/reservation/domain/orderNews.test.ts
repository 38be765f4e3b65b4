import { consumersOf } from '../../shared/contracts/consumers';
import { type OrderEvent, topicOfOrder } from '../../shared/contracts/events';
import { newsOf, orderNews } from './orderNews';

const seat = { centerId: 'seoul', date: '2026-07-25', time: '08:00' };
const booking = { seat, orderType: 'basic', name: 'Kim' };
const occurredAt = '2026-07-20T01:00:00.000Z';
const payment = {
  paymentId: 'order',
  amountKrw: 50_000,
  payMethod: 'cash' as const,
  approvedAt: occurredAt,
};
const identity = { eventId: 'e', orderId: 'order', version: 2, occurredAt };
const placed = {
  orderType: 'basic',
  name: 'Kim',
  phone: '+821012345678',
  language: 'ko' as const,
  seat,
  priceKrw: 250_000,
  dueKrw: 50_000,
};
const paid = { booking, payment, refundKrw: 50_000 };

// biome-ignore format: a table
const cases: [string, OrderEvent, unknown][] = [
  ['a paid order', { ...identity, type: 'OrderPlaced', data: { ...placed, payment } }, { kind: 'request', version: 2, booking, payment }],
  ['a paid order in another zone', { ...identity, type: 'OrderPlaced', data: { ...placed, zone: 'Asia/Tokyo', payment } },
    { kind: 'request', version: 2, booking: { ...booking, zone: 'Asia/Tokyo' }, payment }],
  ['an order that awaits its money', { ...identity, type: 'OrderPlaced', data: placed }, undefined],
  ['an order that was paid now', { ...identity, type: 'OrderProgressed', data: { status: 'Pay Approved', booking, payment } },
    { kind: 'request', version: 2, booking, payment }],
  ['the centre’s own word', { ...identity, type: 'OrderProgressed', data: { status: 'confirmed', booking, payment } }, undefined],
  ['a move', { ...identity, type: 'OrderMoved', data: { from: seat, booking, priceKrw: 1, dueKrw: 1, payment } },
    { kind: 'move', version: 2, booking, payment }],
  ['a cancellation', { ...identity, type: 'OrderCanceled', data: { by: 'customer', reason: 'a cold', ...paid } },
    { kind: 'end', version: 2, end: { status: 'canceled', canceledAt: occurredAt, by: 'customer', reason: 'a cold' }, booking, payment }],
  ['a cancellation by the centre', { ...identity, type: 'OrderCanceled', data: { by: 'center', ...paid } },
    { kind: 'end', version: 2, end: { status: 'canceled', canceledAt: occurredAt, by: 'center' }, booking, payment }],
  ['a rejection for a reason', { ...identity, type: 'OrderRejected', data: { ...paid, reason: '휴진' } },
    { kind: 'end', version: 2, end: { status: 'rejected', rejectedAt: occurredAt, reason: '휴진' }, booking, payment }],
  ['a rejection', { ...identity, type: 'OrderRejected', data: paid },
    { kind: 'end', version: 2, end: { status: 'rejected', rejectedAt: occurredAt }, booking, payment }],
  ['a hold that ran out', { ...identity, type: 'OrderExpired', data: { seat } },
    { kind: 'end', version: 2, end: { status: 'canceled', canceledAt: occurredAt, by: 'customer' } }],
];

test.each(cases)(
  'When the order tells of %s, then the centre learns what it means to it, and no phone',
  (_what, event, news) => {
    const heard = newsOf(event);
    expect(heard).toEqual(news);
    if (heard) expect(orderNews.parse(JSON.parse(JSON.stringify(heard)))).toEqual(news);
    expect(JSON.stringify(heard ?? {})).not.toContain('8210');
  },
);

test.each(cases.filter(([, , news]) => news))(
  'When the order tells of %s, then on a topic that the centre reads',
  (_what, event) => {
    expect(consumersOf[topicOfOrder(event)]).toContain('reservation');
  },
);
