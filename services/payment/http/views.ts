import type { PaymentState } from '../domain/payment';

/** A payment as HAL. */
export function paymentView(
  orderId: string,
  payment: Exclude<PaymentState, { status: 'none' }>,
  baseUrl: string,
) {
  return {
    paymentId: orderId,
    orderId,
    status: payment.status,
    price: payment.amountKrw,
    ...(payment.status === 'captured' ? payment.payment : {}),
    ...(payment.status === 'open' ? { paymentDueAt: payment.dueAt } : {}),
    ...(payment.status === 'declined' ? { reason: payment.reason } : {}),
    _links: {
      self: { href: `${baseUrl}/paymentHistories/${orderId}` },
      order: { href: `${baseUrl}/orders/${orderId}` },
      mypage: { href: `${baseUrl}/mypages/${orderId}` },
    },
  };
}
