import { type ReservationEvent, topics } from '../../shared/contracts/events';
import type { NewEvent } from '../../shared/platform/actorHost/definition';
import type { Reservation, ReservationState } from '../domain/reservation';

/** What is told of a reservation that has come to another status; nothing where the status stayed. */
export function eventsBetween(before: ReservationState, after: ReservationState): NewEvent[] {
  if (after.status === 'none' || after.status === before.status) return [];
  return [{ topic: topics.reservations, orderId: after.reservationId, ...told(after) }];
}

function told(it: Reservation) {
  const { reservationId, booking, payment } = it;
  const facts = { reservationId, booking, payment };
  switch (it.status) {
    case 'received':
      return telling('ReservationReceived', it.receivedAt, facts);
    case 'confirmed':
      return telling('ReservationConfirmed', it.confirmedAt, facts);
    case 'rejected':
      return telling('ReservationRejected', it.rejectedAt, { ...facts, reason: it.reason });
    case 'canceled':
      return telling('ReservationCanceled', it.canceledAt, { reservationId, by: it.by, reason: it.reason });
    case 'checked in':
      return telling('ReservationCheckedIn', it.checkedInAt, facts);
    case 'completed':
      return telling('ReservationCompleted', it.completedAt, facts);
    case 'no show':
      return telling('ReservationNoShow', it.noShowAt, facts);
  }
}

function telling<Type extends ReservationEvent['type']>(
  type: Type,
  occurredAt: string,
  data: Extract<ReservationEvent, { type: Type }>['data'],
) {
  return { type, occurredAt, data };
}
