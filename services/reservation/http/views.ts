import type { Reservation } from '../domain/reservation';

/** A reservation as HAL, for the centre. */
export function reservationView(reservation: Reservation, baseUrl: string) {
  const { reservationId, booking, status } = reservation;
  return {
    reservationId,
    orderId: reservationId,
    status,
    ...(booking.name ? { name: booking.name } : {}),
    orderType: booking.orderType,
    ...booking.seat,
    receivedAt: reservation.receivedAt,
    ...(status === 'confirmed' ? { confirmedAt: reservation.confirmedAt } : {}),
    _links: {
      self: { href: `${baseUrl}/reservations/${reservationId}` },
      order: { href: `${baseUrl}/orders/${reservationId}` },
      mypage: { href: `${baseUrl}/mypages/${reservationId}` },
      ...(status === 'received' ? { confirm: { href: `${baseUrl}/reservations` } } : {}),
    },
  };
}
