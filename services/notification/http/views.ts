import type { MessageRow } from '../domain/messages';
import { openActions, type PageAction, type PublicPage, updatedAt } from '../domain/publicPage';

/** My page as HAL. `reservationId` is null until the centre has the request. */
export function myPageView(page: PublicPage, baseUrl: string, now: Date) {
  const { orderId, booking, reservationId, status, payment, timeline } = page;
  const { name, seat, orderType, language, priceKrw, dueKrw, placedAt, paymentDueAt } = booking;
  const actions = openActions(page, now).map((action) => [
    action,
    { href: `${baseUrl}${path(action, orderId)}` },
  ]);
  return {
    name: name ?? null,
    orderId,
    reservationId: reservationId ?? null,
    status,
    orderType,
    ...seat,
    language,
    priceKrw,
    dueKrw,
    placedAt,
    updatedAt: updatedAt(page),
    ...(status === 'Payment Requested' && paymentDueAt ? { paymentDueAt } : {}),
    ...(payment ? { payment } : {}),
    timeline,
    _links: {
      self: { href: `${baseUrl}/mypages/${orderId}` },
      order: { href: `${baseUrl}/orders/${orderId}` },
      ...(reservationId ? { reservation: { href: `${baseUrl}/reservations/${reservationId}` } } : {}),
      messages: { href: `${baseUrl}/messages?orderId=${orderId}` },
      ...Object.fromEntries(actions),
    },
  };
}

function path(action: PageAction, orderId: string): string {
  return action === 'pay' ? '/paymentHistories' : `/orders/${orderId}`;
}

/** A row of the SMS ledger as HAL; whose phone it is for, it does not say. */
export function messageView(row: MessageRow, baseUrl: string) {
  const { messageId, orderId, status, moved, text, kind, createdAt, delivery, earlierFailures } = row;
  const self = `${baseUrl}/messages/${messageId}`;
  return {
    messageId,
    orderId,
    status,
    ...(moved ? { moved } : {}),
    text,
    kind,
    createdAt,
    delivery,
    ...(earlierFailures ? { earlierFailures } : {}),
    _links: {
      self: { href: self },
      mypage: { href: `${baseUrl}/mypages/${orderId}` },
      ...(delivery.state === 'failed' ? { resend: { href: `${self}/resend` } } : {}),
    },
  };
}

export function messagesView(orderId: string, rows: readonly MessageRow[], baseUrl: string) {
  return {
    _embedded: { messages: rows.map((row) => messageView(row, baseUrl)) },
    _links: { self: { href: `${baseUrl}/messages?orderId=${orderId}` } },
  };
}
