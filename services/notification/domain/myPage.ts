import type { Seat } from '../../shared/contracts/booking';
import type { BookingEvent, OrderPlaced } from '../../shared/contracts/events';
import type { Language } from '../../shared/contracts/refusals';
import type { BookingStatus } from '../../shared/contracts/status';

/** One order as its customer sees it: folded from the events of all services, whatever the order of their arrival. */
export interface MyPage {
  readonly orderId: string;
  /** Absent until the order's own event is here. */
  readonly booking?: Booking;
  readonly status?: BookingStatus;
  readonly reservationId?: string;
  /** Every change of status, oldest first; one message goes out for each. */
  readonly timeline: readonly { status: BookingStatus; at: string }[];
  /** Identities of the events that are folded in. */
  readonly applied: readonly string[];
  /** Events that came before the one they follow from. */
  readonly early: readonly BookingEvent[];
}

export interface Booking {
  name?: string;
  /** E.164. */
  phone?: string;
  language: Language;
  orderType: string;
  seat: Seat;
  priceKrw: number;
  dueKrw: number;
  placedAt: string;
}

export function emptyPage(orderId: string): MyPage {
  return { orderId, timeline: [], applied: [], early: [] };
}

/** Folds one event in. The same page comes back for a repeat. */
export function foldEvent(page: MyPage, event: BookingEvent): MyPage {
  if (page.applied.includes(event.eventId) || page.early.some(({ eventId }) => eventId === event.eventId))
    return page;
  return foldEarly({ ...page, early: [...page.early, event] });
}

// An event may be what an earlier one has waited for, so those that wait are tried until none fits any more.
function foldEarly(page: MyPage): MyPage {
  const ready = page.early.find((event) => isReady(page, event));
  if (!ready) return page;
  const early = page.early.filter((event) => event !== ready);
  return foldEarly(apply({ ...page, early, applied: [...page.applied, ready.eventId] }, ready));
}

/** Whether all that an event follows from is there. */
function isReady(page: MyPage, event: BookingEvent): boolean {
  switch (event.type) {
    case 'OrderPlaced':
      return true;
    case 'PaymentApproved':
    case 'PaymentDeclined':
    case 'OrderExpired':
      return page.status !== undefined;
    case 'ReservationReceived':
      return page.status !== undefined && page.status !== 'Payment Requested';
    case 'ReservationConfirmed':
      return page.reservationId !== undefined;
  }
}

function apply(page: MyPage, event: BookingEvent): MyPage {
  switch (event.type) {
    case 'OrderPlaced':
      return advance(
        { ...page, booking: bookingOf(event) },
        event.data.payment ? 'Pay Approved' : 'Payment Requested',
        event.occurredAt,
        [undefined],
      );
    case 'PaymentApproved':
      return advance(page, 'Pay Approved', event.occurredAt, ['Payment Requested']);
    case 'PaymentDeclined':
      return page;
    case 'OrderExpired':
      return advance(page, 'expired', event.occurredAt, ['Payment Requested']);
    case 'ReservationReceived':
      return advance(
        { ...page, reservationId: event.data.reservationId },
        'Reservation Complete',
        event.occurredAt,
        ['Pay Approved'],
      );
    case 'ReservationConfirmed':
      return advance(page, 'confirmed', event.occurredAt, ['Reservation Complete']);
  }
}

function advance(
  page: MyPage,
  status: BookingStatus,
  at: string,
  from: (BookingStatus | undefined)[],
): MyPage {
  return from.includes(page.status)
    ? {
        ...page,
        status,
        timeline: [...page.timeline, { status, at: notBefore(page.timeline.at(-1)?.at, at) }],
      }
    : page;
}

// Clocks of hosts differ, and an order that was paid at once is stamped after its payment, sometimes after its
// reservation too: the timeline runs forward all the same.
function notBefore(earlier: string | undefined, at: string): string {
  return earlier !== undefined && Date.parse(at) < Date.parse(earlier) ? earlier : at;
}

function bookingOf({ data, occurredAt }: OrderPlaced): Booking {
  const { name, phone, language, orderType, seat, priceKrw, dueKrw } = data;
  return {
    ...(name ? { name } : {}),
    ...(phone ? { phone } : {}),
    language,
    orderType,
    seat,
    priceKrw,
    dueKrw,
    placedAt: occurredAt,
  };
}
