import type { CenterDecision } from '../../shared/contracts/decisions';
import { decisionsOpen, withdraw } from '../domain/decision';
import { isOpen, type Reservation } from '../domain/reservation';

export type Cancellation = Extract<Reservation, { status: 'canceled' }>;

/** A reservation as HAL, for the centre: the instants of its steps, and what can be done about it at that moment. */
export function reservationView(reservation: Reservation, baseUrl: string, now: Date) {
  const known = isOpen(reservation) ? withdraw(reservation) : reservation;
  const { reservationId, status, booking, payment, asOf, ...steps } = known;
  const self = `${baseUrl}/reservations/${reservationId}`;
  const actions = decisionsOpen(reservation, now).map((decision) => {
    const { rel, path } = actionOf[decision];
    return [rel, { href: path ? `${baseUrl}${path}` : self }];
  });
  return {
    reservationId,
    orderId: reservationId,
    status,
    ...bookingView(reservation),
    ...steps,
    _links: {
      self: { href: self },
      ...linksOf(reservation, baseUrl),
      ...(reservation.status === 'canceled'
        ? { cancellation: { href: `${baseUrl}/cancellations/${reservationId}` } }
        : {}),
      ...Object.fromEntries(actions),
    },
  };
}

/** A cancellation as HAL, whoever canceled. */
export function cancellationView(cancellation: Cancellation, baseUrl: string) {
  const { reservationId, status, by, reason, canceledAt } = cancellation;
  return {
    orderId: reservationId,
    reservationId,
    status,
    by,
    ...(reason ? { reason } : {}),
    canceledAt,
    ...bookingView(cancellation),
    _links: {
      self: { href: `${baseUrl}/cancellations/${reservationId}` },
      reservation: { href: `${baseUrl}/reservations/${reservationId}` },
      ...linksOf(cancellation, baseUrl),
    },
  };
}

/** Where each decision is taken; without a path, by `PATCH` of the reservation itself. */
const actionOf: Record<CenterDecision, { rel: string; path?: string }> = {
  confirmed: { rel: 'confirm', path: '/reservations' },
  rejected: { rel: 'reject', path: '/reservations' },
  canceled: { rel: 'cancel', path: '/cancellations' },
  'checked in': { rel: 'checkIn' },
  completed: { rel: 'complete' },
  'no show': { rel: 'noShow' },
};

function bookingView({ booking: { name, orderType, seat } }: Reservation) {
  return { ...(name ? { name } : {}), orderType, ...seat };
}

function linksOf({ reservationId }: Reservation, baseUrl: string) {
  return {
    order: { href: `${baseUrl}/orders/${reservationId}` },
    mypage: { href: `${baseUrl}/mypages/${reservationId}` },
  };
}
