import { type CenterDecision, centerDecision } from '../../shared/contracts/decisions';
import { localDate, standardZone } from '../../shared/contracts/localTime';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '../../shared/contracts/refusals';
import {
  type Deciding,
  isOpen,
  type OpenReservation,
  type Reservation,
  type ReservationState,
} from './reservation';

export interface DecisionCommand {
  decision: CenterDecision;
  reason?: string | undefined;
}

/**
 * What the centre's own rules say of a decision: the state that asks the order for leave, the same state where the
 * decision stands already, or why not.
 */
export function consider(
  state: ReservationState,
  { decision, reason }: DecisionCommand,
  now: Date,
): ReservationState | Refusal {
  const verdict = verdictOn(state, decision);
  if (verdict === 'stands') return state;
  if (verdict !== 'ask') return refuse(verdict);
  if (!isOpen(state)) throw new Error(`nothing is to be decided about a reservation that is ${state.status}`);
  const { seat, zone = standardZone } = state.booking;
  const { date } = seat;
  if (onTheDay.includes(decision) && localDate(zone, now) < date) {
    return refuse('visit_not_due', { date });
  }
  return { ...state, deciding: { decision, ...(reason ? { reason } : {}), at: now.toISOString() } };
}

/** What an admin may decide now and would change something by it. */
export function decisionsOpen(reservation: Reservation, now: Date): CenterDecision[] {
  return centerDecision.options.filter((decision) => {
    const considered = consider(reservation, { decision }, now);
    return !isRefusal(considered) && considered !== reservation;
  });
}

/** What waits for the order's answer. */
export function pendingIn(state: ReservationState): Deciding | undefined {
  return isOpen(state) ? state.deciding : undefined;
}

/** The state once the order has granted, as of `at`, what it was asked. */
export function grant(state: OpenReservation, at: string): Reservation {
  const { deciding, ...granted } = state;
  const reason = deciding?.reason ? { reason: deciding.reason } : {};
  switch (deciding?.decision) {
    case 'confirmed':
      if (granted.status === 'received') return { ...granted, status: 'confirmed', confirmedAt: at };
      break;
    case 'rejected':
      if (granted.status === 'received') return { ...granted, ...reason, status: 'rejected', rejectedAt: at };
      break;
    case 'canceled':
      if (granted.status !== 'checked in') {
        return { ...granted, ...reason, status: 'canceled', canceledAt: at, by: 'center' };
      }
      break;
    case 'checked in':
      if (granted.status === 'confirmed') return { ...granted, status: 'checked in', checkedInAt: at };
      break;
    case 'completed':
      if (granted.status === 'checked in') return { ...granted, status: 'completed', completedAt: at };
      break;
    case 'no show':
      if (granted.status === 'confirmed') return { ...granted, status: 'no show', noShowAt: at };
      break;
  }
  throw new Error(`${deciding?.decision} cannot have been asked of a reservation that is ${granted.status}`);
}

/** The state once the order has refused what it was asked. */
export function withdraw(state: OpenReservation): OpenReservation {
  const { deciding, ...left } = state;
  return left;
}

type Verdict = 'ask' | 'stands' | RefusalCode;

// A decision stands as long as the reservation's way has led over it.
// biome-ignore format: a table
const verdicts: Record<CenterDecision, Record<Exclude<ReservationState['status'], 'none'>, Verdict>> = {
  confirmed: {
    received: 'ask', confirmed: 'stands', 'checked in': 'stands', completed: 'stands', 'no show': 'stands',
    rejected: 'reservation_ended', canceled: 'reservation_ended',
  },
  rejected: {
    received: 'ask', confirmed: 'reservation_already_confirmed', 'checked in': 'reservation_already_confirmed',
    completed: 'reservation_already_confirmed', 'no show': 'reservation_already_confirmed',
    rejected: 'stands', canceled: 'reservation_ended',
  },
  canceled: {
    received: 'ask', confirmed: 'ask', 'checked in': 'visit_begun', completed: 'visit_begun', 'no show': 'visit_begun',
    rejected: 'reservation_ended', canceled: 'stands',
  },
  'checked in': {
    received: 'reservation_not_confirmed', confirmed: 'ask', 'checked in': 'stands', completed: 'stands',
    'no show': 'reservation_ended', rejected: 'reservation_ended', canceled: 'reservation_ended',
  },
  completed: {
    received: 'reservation_not_checked_in', confirmed: 'reservation_not_checked_in', 'checked in': 'ask',
    completed: 'stands', 'no show': 'reservation_ended', rejected: 'reservation_ended', canceled: 'reservation_ended',
  },
  'no show': {
    received: 'reservation_not_confirmed', confirmed: 'ask', 'checked in': 'visit_begun', completed: 'visit_begun',
    'no show': 'stands', rejected: 'reservation_ended', canceled: 'reservation_ended',
  },
};

const onTheDay: readonly CenterDecision[] = ['checked in', 'completed', 'no show'];

function verdictOn(state: ReservationState, decision: CenterDecision): Verdict {
  if (state.status === 'none') return 'reservation_not_found';
  // What the customer canceled is nothing that the centre decided.
  if (state.status === 'canceled' && state.by === 'customer') return 'reservation_ended';
  return verdicts[decision][state.status];
}
