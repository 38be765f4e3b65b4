import type { PackageTable } from '../../shared/contracts/packages';
import type { AcceptedOrder } from '../domain/order';

/** An order as HAL. Action links stand exactly where the action would be accepted now. */
export function orderView(order: AcceptedOrder, baseUrl: string) {
  const { placement, status } = order;
  const self = `${baseUrl}/orders/${placement.orderId}`;
  return {
    orderId: placement.orderId,
    orderType: placement.orderType,
    ...(placement.name ? { name: placement.name } : {}),
    status,
    ...placement.seat,
    priceKrw: placement.priceKrw,
    dueKrw: placement.dueKrw,
    ...(status === 'Payment Requested' ? { paymentDueAt: placement.paymentDueAt } : {}),
    ...('payment' in order ? { payment: order.payment } : {}),
    ...('reservationId' in order ? { reservationId: order.reservationId } : {}),
    history: order.history,
    _links: {
      self: { href: self },
      mypage: { href: `${baseUrl}/mypages/${placement.orderId}` },
      ...(status === 'Payment Requested' ? { pay: { href: `${baseUrl}/paymentHistories` } } : {}),
    },
  };
}

/** What can be booked, as HAL. `dueKrw` is what an order has to be paid with. */
export function packagesView(packages: PackageTable, baseUrl: string) {
  const listed = Object.entries(packages).map(([orderType, checkup]) => ({ orderType, ...checkup }));
  return { _embedded: { packages: listed }, _links: { self: { href: `${baseUrl}/packages` } } };
}
