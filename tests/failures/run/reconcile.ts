import { hasEnded } from '../../../services/order/domain/orderState';
import type { Books } from '../../support/books';
import { brokenLaws } from '../../support/laws';
import { type Booking, slotOf } from './journal';

/** Each way in which what is stored differs from what the callers were told, in words. */
export function brokenPromises(books: Books, bookings: readonly Booking[], seatsPerTime: number): string[] {
  return [
    ...brokenLaws(books, () => seatsPerTime),
    ...bookings.flatMap((booking) => brokenTo(books, booking)),
    ...ownedByNobody(books, bookings),
  ];
}

function brokenTo({ orders }: Books, booking: Booking): string[] {
  const { key, orderId, orderIds } = booking;
  if (!orderId) return [];
  if (orderIds.size > 1) return [`DOUBLED ${key} was told of ${[...orderIds].join(' and ')}`];
  const order = orders.get(orderId);
  if (!order || order.status === 'none') return [`LOST ${orderId} (${key}) was acknowledged`];
  const broken: string[] = [];
  const path = order.history.map(({ status }) => status);
  const expect = (isSo: boolean, what: string) => {
    if (!isSo) broken.push(`LOST ${orderId} (${key}) ${what}; it went ${path.join(', ')}`);
  };
  if (booking.paid) expect(path.includes('Pay Approved'), 'was told that it is paid');
  if (booking.confirmed) expect(path.includes('confirmed'), 'was told that it is confirmed');
  if (booking.rejected) expect(order.status === 'rejected', 'was told that it is rejected');
  if (booking.canceledFor !== undefined) {
    const refundKrw = order.status === 'canceled' ? order.refundKrw : undefined;
    expect(
      refundKrw === booking.canceledFor,
      `was canceled for ${booking.canceledFor}, and has ${refundKrw}`,
    );
  }
  // Also where its customer heard that a cancellation came to nothing.
  const mayHaveEnded = booking.mayLeaveFrom !== undefined;
  expect(mayHaveEnded || !hasEnded(order), 'was not told of any end');
  const seats = [booking.seat, ...booking.maybeSeats].map(slotOf);
  const has = slotOf(order.standing.seat);
  expect(seats.includes(has), `was told of ${seats.join(' or perhaps ')}, and has ${has}`);
  return broken;
}

/** What no caller was told of, such as a booking that was refused and made all the same. */
function ownedByNobody({ orders }: Books, bookings: readonly Booking[]): string[] {
  const told = new Set(bookings.map(({ orderId }) => orderId));
  return [...orders].flatMap(([id, { status }]) =>
    status === 'none' || told.has(id) ? [] : [`DOUBLED ${id} is ${status}, and nobody was told of it`],
  );
}
