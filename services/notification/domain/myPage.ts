import type { PaymentFacts, Seat } from '../../shared/contracts/booking';
import type { OrderEvent, OrderPlaced } from '../../shared/contracts/events';
import { standardZone } from '../../shared/contracts/localTime';
import type { Language } from '../../shared/contracts/refusals';
import type { BookingStatus } from '../../shared/contracts/status';

/**
 * One order as its customer sees it: folded from the order's events by their version, which counts them from 1 without
 * gaps. So the page depends on the set of events alone, however they came, and can be built anew from them.
 */
export type MyPage = AwaitedPage | ShownPage;

/** The order's first event is not here yet. */
export interface AwaitedPage {
  readonly orderId: string;
  readonly version: 0;
  readonly status?: undefined;
  readonly booking?: undefined;
  readonly timeline: readonly [];
  readonly early: readonly OrderEvent[];
}

export interface ShownPage {
  readonly orderId: string;
  /** Up to which of its order's events it shows. */
  readonly version: number;
  readonly status: BookingStatus;
  readonly booking: Booking;
  /** Absent until something was paid. */
  readonly payment?: ShownPayment;
  /** Absent until the centre has the request. */
  readonly reservationId?: string;
  /** One entry an event, oldest first; one message goes out for each. */
  readonly timeline: readonly TimelineEntry[];
  /** Events that came before one that they follow, by version. */
  readonly early: readonly OrderEvent[];
}

/** What is booked as it is now, after any move. */
export interface Booking {
  readonly name?: string;
  /** E.164. */
  readonly phone?: string;
  readonly language: Language;
  readonly orderType: string;
  readonly seat: Seat;
  /** IANA; the centre's. */
  readonly zone: string;
  readonly priceKrw: number;
  readonly dueKrw: number;
  readonly placedAt: string;
  /** Until when it can be paid, if it was not paid at once. */
  readonly paymentDueAt?: string;
}

export interface ShownPayment extends Pick<PaymentFacts, 'payMethod' | 'card' | 'approvedAt'> {
  /** All that was paid, before any refund. */
  readonly amountKrw: number;
  /** The sum of what goes, or has gone, back. */
  readonly refundKrw: number;
}

export interface TimelineEntry {
  readonly status: BookingStatus;
  readonly at: string;
  /** Who canceled. */
  readonly by?: 'customer' | 'center';
  readonly reason?: string;
  /** What goes back by this change; 0 where money was paid and none of it returns. */
  readonly refundKrw?: number;
  /** The change was a move; the status stayed. */
  readonly moved?: { readonly from: Seat; readonly to: Seat };
}

export interface FoldedPage {
  page: MyPage;
  /** The page as it stood after each event that was applied, oldest first. */
  steps: readonly ShownPage[];
}

export function emptyPage(orderId: string): AwaitedPage {
  return { orderId, version: 0, timeline: [], early: [] };
}

/** Folds events of the page's order in. Where all are repeats, the very same page comes back. */
export function foldEvents(page: MyPage, events: readonly OrderEvent[]): FoldedPage {
  const waiting = new Map(page.early.map((event) => [event.version, event]));
  for (const event of events) {
    if (event.version > page.version && !waiting.has(event.version)) waiting.set(event.version, event);
  }
  if (waiting.size === page.early.length) return { page, steps: [] };
  const steps: ShownPage[] = [];
  let last: MyPage = { ...page, early: [] };
  for (;;) {
    const next = waiting.get(last.version + 1);
    const stepped: ShownPage | undefined = next && step(last, next);
    if (!stepped) break;
    waiting.delete(stepped.version);
    steps.push(stepped);
    last = stepped;
  }
  const early = [...waiting.values()].sort((a, b) => a.version - b.version);
  return { page: { ...last, early }, steps };
}

/**
 * The page after its next event. It has no rules of its own on what may follow what: the order decided that. Undefined
 * only where the first event is not the order's placement, for then there is nothing to show.
 */
function step(page: MyPage, event: OrderEvent): ShownPage | undefined {
  if (event.type === 'OrderPlaced') return placed(page, event);
  return page.status === undefined ? undefined : changed(page, event);
}

function placed(page: MyPage, event: OrderPlaced): ShownPage {
  const { name, phone, language, orderType, seat, zone, priceKrw, dueKrw, paymentDueAt, payment } =
    event.data;
  const booking: Booking = {
    ...(name ? { name } : {}),
    ...(phone ? { phone } : {}),
    language,
    orderType,
    seat,
    zone: zone ?? standardZone,
    priceKrw,
    dueKrw,
    placedAt: event.occurredAt,
    ...(paymentDueAt ? { paymentDueAt } : {}),
  };
  return {
    orderId: page.orderId,
    booking,
    ...(payment ? { payment: paidBy(payment, 0) } : {}),
    early: page.early,
    ...advance(page, event, { status: payment ? 'Pay Approved' : 'Payment Requested' }),
  };
}

function changed(page: ShownPage, event: Exclude<OrderEvent, OrderPlaced>): ShownPage {
  switch (event.type) {
    case 'OrderProgressed': {
      const { status, payment, reservationId } = event.data;
      return {
        ...page,
        payment: paidBy(payment, page.payment?.refundKrw ?? 0),
        ...(reservationId ? { reservationId } : {}),
        ...advance(page, event, { status }),
      };
    }
    case 'OrderMoved':
      return moved(page, event);
    case 'OrderCanceled':
      return ended(page, event, { status: 'canceled', by: event.data.by });
    case 'OrderRejected':
      return ended(page, event, { status: 'rejected' });
    case 'OrderExpired':
      return { ...page, ...advance(page, event, { status: 'expired' }) };
    default:
      return event satisfies never;
  }
}

function moved(page: ShownPage, event: Extract<OrderEvent, { type: 'OrderMoved' }>): ShownPage {
  const { from, booking, priceKrw, dueKrw, refund } = event.data;
  const { seat, zone = standardZone, orderType } = booking;
  const refundKrw = (page.payment?.refundKrw ?? 0) + (refund?.refundKrw ?? 0);
  return {
    ...page,
    booking: { ...page.booking, seat, zone, orderType, priceKrw, dueKrw },
    // A paid order is settled by its move: what is kept of its money is what is due now.
    ...(page.payment ? { payment: { ...page.payment, amountKrw: dueKrw + refundKrw, refundKrw } } : {}),
    ...advance(page, event, {
      status: page.status,
      ...(refund ? { refundKrw: refund.refundKrw } : {}),
      moved: { from, to: seat },
    }),
  };
}

function ended(
  page: ShownPage,
  event: Extract<OrderEvent, { type: 'OrderCanceled' | 'OrderRejected' }>,
  end: Pick<TimelineEntry, 'status' | 'by'>,
): ShownPage {
  const { reason, payment, refundKrw } = event.data;
  return {
    ...page,
    ...(payment ? { payment: paidBy(payment, (page.payment?.refundKrw ?? 0) + refundKrw) } : {}),
    ...advance(page, event, { ...end, ...(reason ? { reason } : {}), ...(payment ? { refundKrw } : {}) }),
  };
}

function paidBy({ amountKrw, payMethod, card, approvedAt }: PaymentFacts, refundKrw: number): ShownPayment {
  return { amountKrw, payMethod, ...(card ? { card } : {}), approvedAt, refundKrw };
}

// An event may carry the instant at which its cause came about, and the clocks of hosts differ: the timeline runs
// forward all the same.
function advance(
  page: MyPage,
  { version, occurredAt }: OrderEvent,
  { status, ...facts }: Omit<TimelineEntry, 'at'>,
): Pick<ShownPage, 'version' | 'status' | 'timeline'> {
  const before = page.timeline.at(-1)?.at;
  const at = before !== undefined && Date.parse(occurredAt) < Date.parse(before) ? before : occurredAt;
  return { version, status, timeline: [...page.timeline, { status, at, ...facts }] };
}
