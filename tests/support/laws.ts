import { eventually } from '../../tools/system/waiting';
import { type Books, readBooks } from './books';

const paidStatuses = new Set(['Pay Approved', 'Reservation Complete', 'confirmed']);
const pathRank = ['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed', 'expired'];

/** Each way in which the books break a law of the design, in words; empty when all agree. */
export function brokenLaws(books: Books, seatsPerTime: (slotId: string, time: string) => number): string[] {
  return [
    ...capacity(books, seatsPerTime),
    ...seatsAndMoney(books),
    ...oneChargeEach(books),
    ...quotas(books),
    ...viewsAgree(books),
    ...nothingUnsettled(books),
    ...messagesAgree(books),
  ];
}

/** Law 1. */
function capacity({ slots }: Books, seatsPerTime: (slotId: string, time: string) => number): string[] {
  return [...slots].flatMap(([id, { seats }]) => {
    const taken = new Map<string, number>();
    for (const { time } of Object.values(seats)) taken.set(time, (taken.get(time) ?? 0) + 1);
    return [...taken].flatMap(([time, count]) =>
      count > seatsPerTime(id, time)
        ? [`${id} ${time}: ${count} seats given, ${seatsPerTime(id, time)} there`]
        : [],
    );
  });
}

/** Laws 3, 7 and 9: a live order has exactly one seat and its money; an ended one has neither. */
function seatsAndMoney({ orders, slots, payments }: Books): string[] {
  const seats = [...slots].flatMap(([slot, { seats: held }]) =>
    Object.keys(held).map((orderId) => ({ slot, orderId })),
  );
  const faults = seats.flatMap(({ slot, orderId }) => {
    const status = orders.get(orderId)?.status ?? 'none';
    return status === 'none' || status === 'expired'
      ? [`${slot} holds a seat for ${orderId}, which is ${status}`]
      : [];
  });
  for (const [orderId, order] of orders) {
    const held = seats.filter((seat) => seat.orderId === orderId).length;
    const money = payments.get(orderId)?.status ?? 'none';
    const isLive = order.status === 'Payment Requested' || paidStatuses.has(order.status);
    if (isLive && held !== 1) faults.push(`${orderId} is ${order.status} and has ${held} seats`);
    if (paidStatuses.has(order.status) !== (money === 'captured')) {
      faults.push(`${orderId} is ${order.status} and its payment is ${money}`);
    }
    if (order.status === 'expired' && money !== 'closed')
      faults.push(`${orderId} expired and its payment is ${money}`);
  }
  for (const [orderId, { status }] of payments) {
    if (status === 'captured' && !orders.has(orderId)) faults.push(`${orderId} has money and no order`);
  }
  return faults;
}

/** Law 2, against the card company's books: what it captured is what we know, once an order. */
function oneChargeEach({ payments, charges, orders }: Books): string[] {
  const captured = [...charges].filter(([, charge]) => charge.status === 'captured');
  const faults = captured.flatMap(([key]) => {
    const payment = payments.get(key.split('.')[0] ?? '');
    const known = payment?.status === 'captured' && payment.chargeKey === key;
    return known
      ? []
      : [`charge ${key} stands at the card company, and its payment is ${payment?.status ?? 'none'}`];
  });
  const byCard = [...payments.values()].filter((each) => each.status === 'captured' && each.chargeKey);
  if (byCard.length !== captured.length) {
    faults.push(`${captured.length} charges at the card company, ${byCard.length} card payments`);
  }
  for (const [orderId, payment] of payments) {
    const order = orders.get(orderId);
    if (payment.status !== 'captured' || !order || order.status === 'none') continue;
    if (payment.payment.amountKrw !== order.placement.dueKrw)
      faults.push(`${orderId} was charged another amount`);
  }
  return faults;
}

/** Law 8's other half: nobody's quota is taken by what is not live. */
function quotas({ customers, orders }: Books): string[] {
  const faults = [...customers].flatMap(([key, { live }]) =>
    Object.keys(live).flatMap((orderId) => {
      const status = orders.get(orderId)?.status ?? 'none';
      return status === 'none' || status === 'expired'
        ? [`${key} counts ${orderId}, which is ${status}`]
        : [];
    }),
  );
  for (const [orderId, order] of orders) {
    if (order.status === 'none' || order.status === 'expired' || !order.placement.customerKey) continue;
    if (!(orderId in (customers.get(order.placement.customerKey)?.live ?? {})))
      faults.push(`${orderId} is not counted`);
  }
  return faults;
}

/** Quiet: nobody has to be asked soon how a placement ended. Held orders are asked when their time to pay is over. */
function nothingUnsettled({ slots, orders }: Books): string[] {
  const soon = Date.now() + 60_000;
  return [...slots].flatMap(([slot, { unsettled }]) =>
    Object.entries(unsettled)
      .filter(([orderId]) => orders.get(orderId)?.status !== 'Payment Requested')
      .filter(([, { visitAt }]) => Date.parse(visitAt) < soon)
      .map(([orderId]) => `${slot} still has to visit ${orderId}`),
  );
}

/** Law 10. */
function viewsAgree({ orders, reservations, pages }: Books): string[] {
  const faults: string[] = [];
  for (const [orderId, order] of orders) {
    if (order.status === 'none') continue;
    const page = pages.get(orderId);
    if (page?.status !== order.status)
      faults.push(`${orderId} is ${order.status}, on my page ${page?.status}`);
    if (page && page.early.length > 0)
      faults.push(`${orderId}: events wait on my page for one that never came`);
    const reservation = reservations.get(orderId)?.status;
    const expected = { 'Reservation Complete': 'received', confirmed: 'confirmed' }[order.status as string];
    if (reservation !== expected) faults.push(`${orderId} is ${order.status}, at the centre ${reservation}`);
  }
  for (const [orderId, { status }] of reservations) {
    if (status !== 'none' && (orders.get(orderId)?.status ?? 'none') === 'none') {
      faults.push(`the centre has a request of ${orderId}, which nobody ordered`);
    }
  }
  for (const [orderId, { status, early }] of pages) {
    if (early.length > 0 && !orders.has(orderId))
      faults.push(`events of ${orderId} wait on my page for its order`);
    if (status && !orders.has(orderId)) faults.push(`my page shows ${orderId}, which nobody ordered`);
  }
  return faults;
}

/** Laws 4 and 6: one row a change, in the legal order, and each that has a recipient is out. */
function messagesAgree({ pages, messages }: Books): string[] {
  return [...pages].flatMap(([orderId, page]) => {
    const rows = messages.get(orderId) ?? [];
    const faults: string[] = [];
    if (rows.length !== page.timeline.length)
      faults.push(`${orderId}: ${page.timeline.length} changes, ${rows.length} messages`);
    const ranks = page.timeline.map(({ status }) => pathRank.indexOf(status));
    if (ranks.some((rank, i) => i > 0 && rank <= (ranks[i - 1] ?? -1)))
      faults.push(`${orderId}: illegal path`);
    for (const { messageId, delivery } of rows) {
      const expected = page.booking?.phone ? 'sent' : 'no recipient';
      if (delivery.state !== expected) faults.push(`${messageId} is ${delivery.state}`);
    }
    return faults;
  });
}

const standardSeats = (_slotId: string, _time: string): number => 20;

/** Waits until the books break no law. Throws with the laws that are still broken when the time is over. */
export async function lawsHold(
  redisUrl: string,
  { withinMs = 60_000, seatsPerTime = standardSeats } = {},
): Promise<Books> {
  let faults: string[] = [];
  try {
    return await eventually(
      'the laws hold',
      async () => {
        const books = await readBooks(redisUrl);
        faults = brokenLaws(books, seatsPerTime);
        return faults.length === 0 ? books : undefined;
      },
      { withinMs, everyMs: 300 },
    );
  } catch (error) {
    throw new Error(`after ${withinMs} ms:\n${faults.slice(0, 20).join('\n')}`, { cause: error });
  }
}
