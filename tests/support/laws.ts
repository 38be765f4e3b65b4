import { type AcceptedOrder, hasEnded } from '../../services/order/domain/orderState';
import { seatsTaken } from '../../services/order/domain/slot';
import type { PaymentState } from '../../services/payment/domain/payment';
import { isEnded } from '../../services/shared/contracts/status';
import { eventually } from '../../tools/system/waiting';
import { type Books, readBooks } from './books';

/** Each way in which the books break a law of the design, in words; empty when all agree. */
export function brokenLaws(
  books: Books,
  seatsPerTime: (slotId: string, time: string) => number,
  now = Date.now(),
): string[] {
  return [
    ...capacity(books, seatsPerTime),
    ...seats(books),
    ...conservation(books),
    ...quotas(books),
    ...legalPaths(books),
    ...centerAgrees(books),
    ...pagesAgree(books),
    ...listsAgree(books),
    ...nothingUnsettled(books, now),
    ...messagesAgree(books),
  ];
}

function acceptedOrders({ orders }: Books): [string, AcceptedOrder][] {
  return [...orders].flatMap(([id, order]) => (order.status === 'none' ? [] : [[id, order]]));
}

function statusOf({ orders }: Books, orderId: string): string {
  return orders.get(orderId)?.status ?? 'none';
}

function isGone(books: Books, orderId: string): boolean {
  const order = books.orders.get(orderId);
  return !order || order.status === 'none' || isEnded(order.status);
}

/** Law 1. */
function capacity({ slots }: Books, seatsPerTime: (slotId: string, time: string) => number): string[] {
  return [...slots].flatMap(([id, slot]) => {
    const taken = new Map<string, number>();
    for (const { time } of seatsTaken(slot)) taken.set(time, (taken.get(time) ?? 0) + 1);
    return [...taken].flatMap(([time, count]) =>
      count > seatsPerTime(id, time)
        ? [`${id} ${time}: ${count} seats given, ${seatsPerTime(id, time)} there`]
        : [],
    );
  });
}

/** Laws 3, 7 and 9: a live order has exactly one seat, the one that it says; an ended one has none. */
function seats(books: Books): string[] {
  const held = new Map<string, string[]>();
  for (const [slotId, slot] of books.slots) {
    for (const { orderId, time } of seatsTaken(slot)) {
      held.set(orderId, [...(held.get(orderId) ?? []), `${slotId} ${time}`]);
    }
  }
  const faults = [...held].flatMap(([orderId, own]) =>
    isGone(books, orderId) ? [`${own} held for ${orderId}, which is ${statusOf(books, orderId)}`] : [],
  );
  for (const [orderId, order] of acceptedOrders(books)) {
    if (hasEnded(order)) continue;
    const { centerId, date, time } = order.standing.seat;
    const own = held.get(orderId) ?? [];
    if (own.length !== 1 || own[0] !== `${centerId}_${date} ${time}`) {
      faults.push(`${orderId} is ${order.status} for ${date} ${time} and holds [${own}]`);
    }
  }
  return faults;
}

/** Laws 2 and 3: what the card company and the cash box keep of each order is what the order stands for, to the won. */
function conservation(books: Books): string[] {
  const kept = keptMoney(books);
  const ids = new Set([...books.orders.keys(), ...books.payments.keys(), ...kept.keys()]);
  const faults = [...ids].flatMap((orderId) => {
    const order = books.orders.get(orderId);
    const dueKrw = !order || order.status === 'none' ? 0 : moneyDue(order);
    const keptKrw = kept.get(orderId) ?? 0;
    const payment = books.payments.get(orderId)?.status ?? 'none';
    return keptKrw === dueKrw
      ? []
      : [
          `${orderId} is ${statusOf(books, orderId)} and stands for ${dueKrw}; ${keptKrw} is kept, payment ${payment}`,
        ];
  });
  for (const [orderId, payment] of books.payments) {
    const refunding = 'refunding' in payment ? payment.refunding.length : 0;
    if (refunding > 0) faults.push(`${orderId}: ${refunding} refunds are not paid out yet`);
  }
  for (const [key, charge] of books.charges) {
    const refunded = Object.values(charge.refunds ?? {}).reduce((sum, each) => sum + each, 0);
    if (refunded > (charge.amountKrw ?? 0))
      faults.push(`${key}: ${refunded} refunded of ${charge.amountKrw}`);
  }
  return faults;
}

function moneyDue(order: AcceptedOrder): number {
  if (order.status === 'Payment Requested' || order.status === 'expired') return 0;
  if (order.status !== 'canceled' && order.status !== 'rejected') return order.standing.dueKrw;
  return order.payment ? order.standing.dueKrw - order.refundKrw : 0;
}

function keptMoney({ charges, payments }: Books): Map<string, number> {
  const kept = new Map<string, number>();
  const add = (orderId: string, krw: number) => kept.set(orderId, (kept.get(orderId) ?? 0) + krw);
  for (const [key, { status, amountKrw = 0, refunds = {} }] of charges) {
    if (status !== 'captured') continue;
    const refunded = Object.values(refunds).reduce((sum, each) => sum + each, 0);
    add(key.split('.')[0] ?? '', amountKrw - refunded);
  }
  for (const [orderId, payment] of payments) add(orderId, cashKept(payment));
  return kept;
}

/** Cash leaves no trace at the card company. */
function cashKept(payment: PaymentState): number {
  if (payment.status !== 'captured' && payment.status !== 'canceled') return 0;
  const cash = payment.charges.filter(({ payMethod }) => payMethod === 'cash');
  const backInCash = payment.refunds.flatMap(({ parts }) => parts.filter(({ key }) => key === undefined));
  return sumOf(cash) - sumOf(backInCash);
}

function sumOf(amounts: readonly { amountKrw: number }[]): number {
  return amounts.reduce((sum, { amountKrw }) => sum + amountKrw, 0);
}

/** Law 8's other half: nobody's quota is taken by what is not live, and all that is live is counted. */
function quotas(books: Books): string[] {
  const faults = [...books.customers].flatMap(([key, { live }]) =>
    Object.keys(live).flatMap((orderId) =>
      isGone(books, orderId) ? [`${key} counts ${orderId}, which is ${statusOf(books, orderId)}`] : [],
    ),
  );
  for (const [orderId, order] of acceptedOrders(books)) {
    const { customerKey } = order.placement;
    if (hasEnded(order) || !customerKey) continue;
    if (!(orderId in (books.customers.get(customerKey)?.live ?? {})))
      faults.push(`${orderId} is not counted`);
  }
  return faults;
}

const next: Record<string, readonly string[]> = {
  'Payment Requested': ['Pay Approved', 'canceled', 'expired'],
  'Pay Approved': ['Reservation Complete', 'canceled', 'rejected'],
  'Reservation Complete': ['confirmed', 'canceled', 'rejected'],
  confirmed: ['checked in', 'no show', 'canceled'],
  'checked in': ['completed'],
};

/** Law 4, by the published path; a move leaves the status as it is. */
function legalPaths(books: Books): string[] {
  return acceptedOrders(books).flatMap(([orderId, order]) => {
    const path = order.history.filter(({ kind }) => kind !== 'moved').map(({ status }) => status);
    const isLegal = path.every((status, i) => i === 0 || next[path[i - 1] ?? '']?.includes(status));
    const faults = isLegal && path.at(-1) === order.status ? [] : [`${orderId}: illegal path ${path}`];
    return order.canceling ? [...faults, `${orderId}: nobody knows whether it was canceled`] : faults;
  });
}

const atCenter: Record<string, readonly (string | undefined)[]> = {
  'Payment Requested': [undefined],
  'Pay Approved': [undefined],
  'Reservation Complete': ['received'],
  confirmed: ['confirmed'],
  'checked in': ['checked in'],
  completed: ['completed'],
  'no show': ['no show'],
  rejected: ['rejected'],
  expired: [undefined],
};

/** Law 10: the centre has the same bookings, on the same seats. */
function centerAgrees(books: Books): string[] {
  const faults = acceptedOrders(books).flatMap(([orderId, order]) => {
    const reservation = books.reservations.get(orderId);
    const status = reservation && reservation.status !== 'none' ? reservation.status : undefined;
    const expected =
      order.status === 'canceled'
        ? order.payment
          ? ['canceled']
          : [undefined, 'canceled']
        : atCenter[order.status];
    if (!expected?.includes(status)) return [`${orderId} is ${order.status}, at the centre ${status}`];
    if (!reservation || !('booking' in reservation) || !reservation.booking || hasEnded(order)) return [];
    const there = JSON.stringify(seatText(reservation.booking.seat));
    const here = JSON.stringify(seatText(order.standing.seat));
    return there === here ? [] : [`${orderId} has ${here}, at the centre ${there}`];
  });
  for (const [orderId, { status }] of books.reservations) {
    if (status !== 'none' && statusOf(books, orderId) === 'none') {
      faults.push(`the centre has a request of ${orderId}, which nobody ordered`);
    }
  }
  return faults;
}

function seatText({ centerId, date, time }: { centerId: string; date: string; time: string }): string {
  return `${centerId} ${date} ${time}`;
}

/** Law 10: my page shows the order's own history, step by step. */
function pagesAgree(books: Books): string[] {
  const faults = acceptedOrders(books).flatMap(([orderId, order]) => {
    const page = books.pages.get(orderId);
    const shown = page?.timeline.map(({ status }) => status);
    const told = order.history.map(({ status }) => status);
    if (JSON.stringify(shown) !== JSON.stringify(told))
      return [`${orderId} went ${told}, on my page ${shown}`];
    if (page?.status !== order.status) return [`${orderId} is ${order.status}, on my page ${page?.status}`];
    if (page.early.length > 0) return [`${orderId}: events wait on my page for one that never came`];
    const { seat } = order.standing;
    return page.booking && seatText(page.booking.seat) === seatText(seat)
      ? []
      : [`${orderId}: my page shows another seat`];
  });
  for (const [orderId] of books.pages) {
    if (statusOf(books, orderId) === 'none') faults.push(`my page shows ${orderId}, which nobody ordered`);
  }
  return faults;
}

/** Law 10: each list shows every thing once, as it is. */
function listsAgree(books: Books): string[] {
  const owners: Record<string, Map<string, { status?: string }>> = {
    order: books.orders,
    payment: books.payments,
    reservation: books.reservations,
    mypages: books.pages as Map<string, { status?: string }>,
  };
  return Object.entries(owners).flatMap(([name, owned]) => {
    const listed = books.lists.get(name) ?? new Map();
    const faults = [...listed].flatMap(([id, doc]) =>
      doc && doc.status !== owned.get(id)?.status
        ? [`${id} is ${owned.get(id)?.status}, in the list of ${name} ${doc.status}`]
        : [],
    );
    for (const [id, { status }] of owned) {
      // What an order that never came to be left behind is nothing to look at.
      if (statusOf(books, id) === 'none') continue;
      if (status !== undefined && status !== 'none' && !listed.has(id))
        faults.push(`${id} is not in the list of ${name}`);
    }
    return faults;
  });
}

/** Quiet: nobody has to be asked soon how a placement ended. Held orders are asked when their time to pay is over. */
function nothingUnsettled({ slots, orders }: Books, now: number): string[] {
  const soon = now + 60_000;
  return [...slots].flatMap(([slot, { unsettled }]) =>
    Object.entries(unsettled)
      .map(([holdId, entry]) => ({ orderId: holdId, ...entry }))
      .filter(({ orderId }) => orders.get(orderId)?.status !== 'Payment Requested')
      .filter(({ visitAt }) => Date.parse(visitAt) < soon)
      .map(({ orderId }) => `${slot} still has to visit ${orderId}`),
  );
}

/** Law 6: one row a change, in order, and each that has a recipient is out. */
function messagesAgree({ pages, messages }: Books): string[] {
  return [...pages].flatMap(([orderId, page]) => {
    const rows = messages.get(orderId) ?? [];
    const faults: string[] = [];
    if (rows.length !== page.timeline.length)
      faults.push(`${orderId}: ${page.timeline.length} changes, ${rows.length} messages`);
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
