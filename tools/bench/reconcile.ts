import type { Books } from '../../tests/support/books';
import { lawsHold } from '../../tests/support/laws';
import type { System } from '../system/system';
import { seatsPerTime } from './calendars';
import type { Journal } from './customers';
import { atRest } from './rest';

/**
 * Waits until nothing is under way, then compares the books with the laws, and with what callers were told. Throws where
 * they differ: a figure of bookings that were lost or doubled says nothing.
 */
export async function reconcile({ infra }: System, journal: Journal, withinMs = 180_000): Promise<void> {
  // A cheap look first: the laws read everything.
  await atRest(infra, withinMs);
  const books = await lawsHold(infra.redisUrl, { withinMs: 20_000, seatsPerTime });
  const broken = brokenPromises(books, journal);
  if (broken.length > 0)
    throw new Error(`${broken.length} promises are broken:\n${broken.slice(0, 10).join('\n')}`);
}

function brokenPromises({ orders }: Books, { told, unknown }: Journal): string[] {
  const faults: string[] = [];
  for (const [orderId, { paid, confirmed, canceled }] of told) {
    const order = orders.get(orderId);
    const path = !order || order.status === 'none' ? [] : order.history.map(({ status }) => status);
    const has = (what: string) => path.some((status) => status === what);
    if (path.length === 0) faults.push(`${orderId} was told of and is not there`);
    else if (paid && !has('Pay Approved')) faults.push(`${orderId} was told that it is paid: ${path}`);
    else if (confirmed && !has('confirmed')) faults.push(`${orderId} was told that it is confirmed: ${path}`);
    else if (canceled && !has('canceled')) faults.push(`${orderId} was told that it is canceled: ${path}`);
  }
  const untold = [...orders].filter(([id, { status }]) => status !== 'none' && !told.has(id));
  if (untold.length > unknown) {
    faults.push(
      `${untold.length} orders are there that nobody was told of, with ${unknown} calls unanswered`,
    );
  }
  return faults;
}
