import type { MyPage } from '../domain/myPage';

/** My page as HAL. `reservationId` is null until the centre has the request. */
export function myPageView({ orderId, booking, reservationId, status, timeline }: MyPage, baseUrl: string) {
  return {
    name: booking?.name ?? null,
    orderId,
    reservationId: reservationId ?? null,
    status,
    orderType: booking?.orderType,
    ...booking?.seat,
    timeline,
    _links: {
      self: { href: `${baseUrl}/mypages/${orderId}` },
      order: { href: `${baseUrl}/orders/${orderId}` },
      ...(reservationId ? { reservation: { href: `${baseUrl}/reservations/${reservationId}` } } : {}),
    },
  };
}
