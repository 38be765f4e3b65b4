import type { BookingSummary, PaymentFacts } from '../../shared/contracts/booking';
import type { CenterDecision } from '../../shared/contracts/decisions';
import type { End, OrderNews } from './orderNews';

/** The centre's side of one booking. It begins when a paid request comes in. */
export type ReservationState =
  /** What came before the request waits for it: a move, or an end, which the request will not survive. */
  | { readonly status: 'none'; readonly known?: Known; readonly end?: End }
  | OpenReservation
  | (CheckedIn & { readonly status: 'completed'; readonly completedAt: string })
  | (Confirmed & { readonly status: 'no show'; readonly noShowAt: string })
  /** Canceled before the centre had it, it was never received. */
  | (Facts & Partial<Pick<Confirmed, 'receivedAt' | 'confirmedAt'>> & Readonly<End>);

/** Something can still be decided about it. */
export type OpenReservation = { readonly deciding?: Deciding } & (
  | (Received & { readonly status: 'received' })
  | (Confirmed & { readonly status: 'confirmed' })
  | (CheckedIn & { readonly status: 'checked in' })
);

/** What an admin decided and the order was asked about; it may have granted it already. */
export interface Deciding {
  readonly decision: CenterDecision;
  readonly reason?: string;
  readonly at: string;
}

interface Facts extends Known {
  readonly reservationId: string;
  readonly booking: BookingSummary;
  readonly payment: PaymentFacts;
}

interface Known {
  readonly booking?: BookingSummary;
  readonly payment?: PaymentFacts;
  /** Which version of the order told each, because its events come in any order. */
  readonly asOf: { readonly booking: number; readonly payment: number };
}

interface Received extends Facts {
  readonly receivedAt: string;
}

interface Confirmed extends Received {
  readonly confirmedAt: string;
}

interface CheckedIn extends Confirmed {
  readonly checkedInAt: string;
}

export type Reservation = Exclude<ReservationState, { status: 'none' }>;
export type ReservationStatus = Reservation['status'];

export const noReservation: ReservationState = { status: 'none' };

/** The state after news of the order: the same one where nothing changes, because it is no news here. */
export function follow(
  state: ReservationState,
  orderId: string,
  news: OrderNews,
  now: Date,
): ReservationState {
  if (state.status === 'none') return begin(state, orderId, news, now);
  if (news.kind !== 'end') return learn(state, news);
  return endedBy(state, news);
}

export function isOpen(state: ReservationState): state is OpenReservation {
  return ['received', 'confirmed', 'checked in'].includes(state.status);
}

function begin(
  state: Extract<ReservationState, { status: 'none' }>,
  reservationId: string,
  news: OrderNews,
  now: Date,
): ReservationState {
  const known = learn(state.known ?? nothingKnown, news);
  const end = state.end ?? (news.kind === 'end' ? news.end : undefined);
  const { booking, payment, asOf } = known;
  if (booking && payment) {
    const facts = { reservationId, booking, payment, asOf };
    // An order that was paid before it ended is one that the centre was asked to take.
    if (end) return { ...facts, ...end };
    if (news.kind === 'request') return { ...facts, status: 'received', receivedAt: now.toISOString() };
  }
  if (known === state.known && end === state.end) return state;
  return { status: 'none', known, ...(end ? { end } : {}) };
}

// An end that the centre decided itself comes back as news, and finds it done. Nothing is rejected once confirmed, and
// nothing ends so once the guest is there: order, which is asked about each step, keeps to that as well.
function endedBy(state: Reservation, news: Extract<OrderNews, { kind: 'end' }>): ReservationState {
  const { end } = news;
  const mayEnd = state.status === 'received' || (state.status === 'confirmed' && end.status === 'canceled');
  if (!mayEnd) return state;
  const { deciding, status, ...facts } = learn(state, news);
  return { ...facts, ...end };
}

const nothingKnown: Known = { asOf: { booking: 0, payment: 0 } };

// Of each part the latest word counts, whichever came first.
function learn<Knowing extends Known>(known: Knowing, { version, booking, payment }: OrderNews): Knowing {
  const newBooking = booking && version > known.asOf.booking;
  const newPayment = payment && version > known.asOf.payment;
  if (!newBooking && !newPayment) return known;
  return {
    ...known,
    ...(newBooking ? { booking } : {}),
    ...(newPayment ? { payment } : {}),
    asOf: {
      booking: newBooking ? version : known.asOf.booking,
      payment: newPayment ? version : known.asOf.payment,
    },
  };
}
