import type { BookingSummary, PaymentFacts, Seat } from '../../shared/contracts/booking';
import type { OrderEvent } from '../../shared/contracts/events';
import { emptyPage, foldEvents, type MyPage } from './myPage';

// Events for tests: each factory shows only what tells.

export type EventType = OrderEvent['type'];
export type EventOf<Type extends EventType> = Extract<OrderEvent, { type: Type }>;
export type DataOf<Type extends EventType> = EventOf<Type>['data'];
/** What happens to an order, not yet numbered. */
export type Happening = { [Type in EventType]: { type: Type; data: DataOf<Type> } }[EventType];

export const orderId = '01980000-0000-7000-8000-000000000001';
export const seat: Seat = { centerId: 'seoul', date: '2026-07-25', time: '08:00' };
export const otherSeat: Seat = { centerId: 'seoul', date: '2026-07-27', time: '14:00' };
export const booking: BookingSummary = { seat, orderType: 'basic', name: 'Kim Minji' };
export const payment: PaymentFacts = {
  paymentId: orderId,
  amountKrw: 50_000,
  payMethod: 'card',
  card: { brand: 'visa', last4: '4242' },
  approvedAt: '2026-07-24T01:00:01.000Z',
};

export function placed(telling: Partial<DataOf<'OrderPlaced'>> = {}): Happening {
  const data = {
    orderType: 'basic',
    name: 'Kim Minji',
    phone: '+821012345678',
    language: 'ko' as const,
    seat,
    priceKrw: 250_000,
    dueKrw: 50_000,
    ...telling,
  };
  const paymentDueAt = telling.payment ? {} : { paymentDueAt: '2026-07-24T01:30:00.000Z' };
  return { type: 'OrderPlaced', data: { ...paymentDueAt, ...data } };
}

export function progressed(
  status: DataOf<'OrderProgressed'>['status'],
  telling: Partial<DataOf<'OrderProgressed'>> = {},
): Happening {
  const known = status === 'Pay Approved' ? {} : { reservationId: orderId };
  return { type: 'OrderProgressed', data: { status, booking, payment, ...known, ...telling } };
}

export function moved(telling: Partial<DataOf<'OrderMoved'>> = {}): Happening {
  return {
    type: 'OrderMoved',
    data: {
      from: seat,
      booking: { ...booking, seat: otherSeat },
      priceKrw: 250_000,
      dueKrw: 50_000,
      ...telling,
    },
  };
}

export function canceled(telling: Partial<DataOf<'OrderCanceled'>> = {}): Happening {
  return {
    type: 'OrderCanceled',
    data: { by: 'customer', booking, payment, refundKrw: 25_000, ...telling },
  };
}

export function rejected(telling: Partial<DataOf<'OrderRejected'>> = {}): Happening {
  return {
    type: 'OrderRejected',
    data: { booking, payment, refundKrw: 50_000, refund: { refundId: 'r', refundKrw: 50_000 }, ...telling },
  };
}

export function expired(): Happening {
  return { type: 'OrderExpired', data: { seat } };
}

/** The events of one order, as it tells them: numbered from `first` on, ten seconds apart. */
export function told(happenings: readonly Happening[], of = orderId, first = 1): OrderEvent[] {
  return happenings.map(({ type, data }, index) => {
    const version = first + index;
    return {
      eventId: `Order.${of}.${version}`,
      orderId: of,
      version,
      occurredAt: new Date(Date.parse('2026-07-24T01:00:00.000Z') + version * 10_000).toISOString(),
      type,
      data,
    } as OrderEvent;
  });
}

export function folded(events: readonly OrderEvent[], of = orderId): MyPage {
  return foldEvents(emptyPage(of), events).page;
}

const received = [progressed('Pay Approved'), progressed('Reservation Complete'), progressed('confirmed')];

/** The ways that a booking can go. */
export const stories: Record<string, readonly Happening[]> = {
  'paid at once and completed': [
    placed({ payment }),
    ...received.slice(1),
    progressed('checked in'),
    progressed('completed'),
  ],
  'paid later and not come to': [placed(), ...received, progressed('no show')],
  'never paid': [placed(), expired()],
  'canceled by its customer before it was paid': [placed(), canceled({ payment: undefined, refundKrw: 0 })],
  'moved, confirmed and canceled by its customer': [
    placed(),
    moved(),
    ...received,
    canceled({ refundKrw: 25_000 }),
  ],
  'moved to a cheaper package, back to a dearer one, and canceled by the centre': [
    placed({ payment }),
    moved({ dueKrw: 30_000, priceKrw: 150_000, refund: { refundId: 'm', refundKrw: 20_000 } }),
    moved({ from: otherSeat, booking, dueKrw: 80_000, priceKrw: 400_000 }),
    canceled({
      by: 'center',
      reason: '장비 점검',
      payment: { ...payment, amountKrw: 100_000 },
      refundKrw: 80_000,
      refund: { refundId: 'c', refundKrw: 80_000 },
    }),
  ],
  'rejected by the centre': [placed({ payment }), received[1] as Happening, rejected({ reason: '휴진' })],
};
