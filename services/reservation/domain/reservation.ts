import type { BookingSummary, PaymentFacts } from '../../shared/contracts/booking';
import { type Refusal, refuse } from '../../shared/contracts/refusals';

/** The centre's side of one booking. It begins when a paid request comes in. */
export type ReservationState =
  | { readonly status: 'none' }
  | (Request & { readonly status: 'received' })
  | (Request & { readonly status: 'confirmed'; readonly confirmedAt: string });

interface Request {
  readonly reservationId: string;
  readonly booking: BookingSummary;
  readonly payment: PaymentFacts;
  readonly receivedAt: string;
}

export type Reservation = Exclude<ReservationState, { status: 'none' }>;

export const noReservation: ReservationState = { status: 'none' };

export type ReservationCommand =
  | { kind: 'receive'; reservationId: string; booking: BookingSummary; payment: PaymentFacts }
  | { kind: 'confirm' };

/** The state after a command: the same one where nothing changes, because it was done before. */
export function decide(
  state: ReservationState,
  command: ReservationCommand,
  now: Date,
): ReservationState | Refusal {
  const at = now.toISOString();
  switch (command.kind) {
    case 'receive': {
      if (state.status !== 'none') return state;
      const { reservationId, booking, payment } = command;
      return { status: 'received', reservationId, booking, payment, receivedAt: at };
    }
    case 'confirm':
      switch (state.status) {
        case 'none':
          return refuse('reservation_not_found');
        case 'received':
          return { ...state, status: 'confirmed', confirmedAt: at };
        case 'confirmed':
          return state;
      }
  }
}
