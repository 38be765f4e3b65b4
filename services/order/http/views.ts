import type { PackageTable } from '../../shared/contracts/packages';
import { changeRefusal, refundQuote } from '../domain/order';
import { type AcceptedOrder, type HistoryEntry, hasEnded } from '../domain/orderState';

/** An order as HAL. Action links stand exactly where the action would be accepted now. */
export function orderView(order: AcceptedOrder, baseUrl: string, now: Date) {
  const { placement, standing, status } = order;
  const { orderId, name, paymentDueAt, placedAt } = placement;
  const self = `${baseUrl}/orders/${orderId}`;
  const isAwaitingPayment = status === 'Payment Requested' && now.getTime() < Date.parse(paymentDueAt ?? '');
  const isChangeable = changeRefusal(order, now) === undefined;
  return {
    orderId,
    orderType: standing.orderType,
    ...(name ? { name } : {}),
    status,
    ...standing.seat,
    zone: standing.zone,
    priceKrw: standing.priceKrw,
    dueKrw: standing.dueKrw,
    placedAt,
    ...(status === 'Payment Requested' ? { paymentDueAt } : {}),
    ...('payment' in order ? { payment: order.payment } : {}),
    ...('reservationId' in order ? { reservationId: order.reservationId } : {}),
    ...(isChangeable ? { refundQuote: quoteView(order, now) } : {}),
    ...endingView(order),
    history: order.history.map(stepView),
    _links: {
      self: { href: self },
      mypage: { href: `${baseUrl}/mypages/${orderId}` },
      ...(isAwaitingPayment ? { pay: { href: `${baseUrl}/paymentHistories` } } : {}),
      ...(isChangeable ? { cancel: { href: self }, move: { href: self } } : {}),
    },
  };
}

/** An order as it was placed, which every repeat of the request hears; what can be done about it is of this moment. */
export function placedView(order: AcceptedOrder, current: AcceptedOrder, baseUrl: string, now: Date) {
  const { refundQuote: _then, ...placed } = orderView(order, baseUrl, now);
  const { refundQuote: quote, _links } = orderView(current, baseUrl, now);
  return { ...placed, ...(quote ? { refundQuote: quote } : {}), _links };
}

/** What a cancellation now would give back; of an order that is not paid, there is nothing to give back. */
function quoteView(order: AcceptedOrder, now: Date) {
  const quote = refundQuote(order, now);
  const isPaid = order.status !== 'Payment Requested';
  return {
    ...quote,
    ...(isPaid ? {} : { refundKrw: 0, feeKrw: 0 }),
    tiers: order.placement.refundTiers,
  };
}

function endingView(order: AcceptedOrder) {
  const last = order.history.at(-1);
  if (!hasEnded(order) || !last) return {};
  if (last.kind !== 'canceled' && last.kind !== 'rejected') return { deletedAt: last.at };
  const { refundKrw, payment, reason } = last;
  return {
    deletedAt: last.at,
    by: last.kind === 'canceled' ? last.by : 'center',
    ...(reason ? { reason } : {}),
    refundKrw,
    feeKrw: payment ? order.standing.dueKrw - refundKrw : 0,
  };
}

function stepView(entry: HistoryEntry) {
  const { status, at } = entry;
  switch (entry.kind) {
    case 'placed':
    case 'progressed':
    case 'expired':
      return { status, at };
    case 'moved':
      return { status, at, moved: { from: entry.from.seat, to: entry.to.seat } };
    case 'canceled':
    case 'rejected': {
      const { refundKrw, reason } = entry;
      const by = entry.kind === 'canceled' ? entry.by : 'center';
      return { status, at, by, ...(reason ? { reason } : {}), refundKrw };
    }
  }
}

/** What can be booked, as HAL. `dueKrw` is what an order has to be paid with. */
export function packagesView(packages: PackageTable, baseUrl: string) {
  const listed = Object.entries(packages).map(([orderType, checkup]) => ({ orderType, ...checkup }));
  return { _embedded: { packages: listed }, _links: { self: { href: `${baseUrl}/packages` } } };
}
