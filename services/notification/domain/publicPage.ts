import { hasVisitCome } from './centerTime';
import type { Booking, ShownPage } from './myPage';

/** What anybody may see of a page who knows its id: all but the phone. */
export type PublicPage = Omit<ShownPage, 'early' | 'booking'> & { readonly booking: Omit<Booking, 'phone'> };

export type PageAction = 'pay' | 'cancel' | 'move';

export function publicPage({ early: _, booking: { phone: __, ...booking }, ...page }: ShownPage): PublicPage {
  return { ...page, booking };
}

export function updatedAt({ timeline, booking }: Pick<PublicPage, 'timeline' | 'booking'>): string {
  return timeline.at(-1)?.at ?? booking.placedAt;
}

/** What the order would take now, as far as my page can tell: the order decides. */
export function openActions({ status, booking }: PublicPage, now: Date): PageAction[] {
  const { paymentDueAt, seat, zone } = booking;
  const canPay =
    status === 'Payment Requested' &&
    (paymentDueAt === undefined || now.getTime() < Date.parse(paymentDueAt));
  const canChange = changeable.has(status) && !hasVisitCome(seat, zone, now);
  return [...(canPay ? (['pay'] as const) : []), ...(canChange ? (['cancel', 'move'] as const) : [])];
}

const changeable = new Set(['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed']);
