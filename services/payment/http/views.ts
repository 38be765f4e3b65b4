import type { PaymentSummary } from '../domain/summary';

/** A payment as HAL; it can be paid while it awaits its money. */
export function paymentView(summary: PaymentSummary, baseUrl: string, now: Date) {
  const { orderId, status, paymentDueAt } = summary;
  const isPayable = status === 'open' && paymentDueAt !== undefined && now < new Date(paymentDueAt);
  return {
    ...summary,
    _links: {
      self: { href: `${baseUrl}/paymentHistories/${orderId}` },
      ...(isPayable ? { pay: { href: `${baseUrl}/paymentHistories` } } : {}),
      order: { href: `${baseUrl}/orders/${orderId}` },
      mypage: { href: `${baseUrl}/mypages/${orderId}` },
    },
  };
}
