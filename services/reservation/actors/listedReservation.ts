import type { ListedEntry } from '../../shared/platform/listIndex';
import type { Reservation, ReservationState } from '../domain/reservation';

/** Parts of the list that can be asked for, alone and together. */
export type ReservationFilter = 'date' | 'status' | 'centerId' | 'by';

/**
 * What lists keep of a reservation: all of it, for which actions it allows depends on when somebody looks. A request
 * that never came is in no list.
 */
export function listedReservation(state: ReservationState): ListedEntry | undefined {
  if (state.status === 'none') return undefined;
  const { date, time, centerId } = state.booking.seat;
  const parts: [ReservationFilter, string][] = [
    ['date', date],
    ['status', state.status],
    ['centerId', centerId],
    ...(state.status === 'canceled' ? [['by', state.by] as [ReservationFilter, string]] : []),
  ];
  return {
    doc: { ...state },
    sorts: {
      receivedAt: firstSeenAt(state),
      visitAt: `${date} ${time}`,
      ...(state.status === 'canceled' ? { canceledAt: state.canceledAt } : {}),
    },
    facets: combinationsOf(parts).map((some) => facetOf(Object.fromEntries(some)) ?? ''),
  };
}

/** What {@link listedReservation} put there. */
export function reservationOf(doc: Record<string, unknown>): Reservation {
  return doc as unknown as Reservation;
}

/** The part of the list in which all of the filters hold; undefined for the whole. */
export function facetOf(filters: Partial<Record<ReservationFilter, string>>): string | undefined {
  const named = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}:${value}`)
    .sort();
  return named.length > 0 ? named.join('|') : undefined;
}

// One that was canceled before it came stands where its end does.
function firstSeenAt(state: Reservation): string {
  switch (state.status) {
    case 'canceled':
      return state.receivedAt ?? state.canceledAt;
    case 'rejected':
      return state.receivedAt ?? state.rejectedAt;
    default:
      return state.receivedAt;
  }
}

// All but the empty one, which is the whole list.
function combinationsOf<Part>(parts: readonly Part[]): Part[][] {
  return parts.reduce<Part[][]>((some, part) => [...some, [part], ...some.map((few) => [...few, part])], []);
}
