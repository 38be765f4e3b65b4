import type { ListedEntry } from '../../shared/platform/listIndex';
import type { Reservation, ReservationState } from '../domain/reservation';

/** What narrows a list: `date`, `status` and `centerId` alone and together, `by` together with its status. */
export type ReservationFilter = 'date' | 'status' | 'centerId' | 'by';
export type ReservationFilters = Partial<Record<ReservationFilter, string>>;

/**
 * What lists keep of a reservation: all of it, for which actions it allows depends on when somebody looks. A request
 * that never came is in no list.
 */
export function listedReservation(state: ReservationState): ListedEntry | undefined {
  if (state.status === 'none') return undefined;
  const { status } = state;
  const { date, time, centerId } = state.booking.seat;
  return {
    doc: { ...state },
    sorts: {
      receivedAt: firstSeenAt(state),
      visitAt: `${date} ${time}`,
      ...(status === 'canceled' ? { canceledAt: state.canceledAt } : {}),
    },
    facets: [
      ...combinationsOf({ date, status, centerId }),
      ...(status === 'canceled' ? [{ status, by: state.by }] : []),
    ].flatMap((filters) => facetOf(filters) ?? []),
  };
}

/** What {@link listedReservation} put there. */
export function reservationOf(doc: Record<string, unknown>): Reservation {
  return doc as unknown as Reservation;
}

/** The part of the list in which all of the filters hold; undefined for the whole. */
export function facetOf(filters: ReservationFilters): string | undefined {
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
function combinationsOf(filters: ReservationFilters): ReservationFilters[] {
  const some: ReservationFilters[] = [{}];
  for (const [name, value] of Object.entries(filters)) {
    some.push(...some.map((few) => ({ ...few, [name]: value })));
  }
  return some.slice(1);
}
