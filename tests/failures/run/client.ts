import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Caller } from './call';
import { type Booking, type CallKind, type Journal, nowMicros, type SeatWish, slotOf } from './journal';
import type { Random } from './random';

const goodCard = '4242424242424242';
const declinedCard = '4000000000000002';

/** One person, or the centre's admin: does one thing after the other, and writes down what was heard. */
export interface Client {
  /** Until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

interface ClientOptions {
  name: string;
  journal: Journal;
  call: Caller;
  random: Random;
  /** The seats that are asked for just now: few at a time, so that they fill up. */
  wishes(): readonly SeatWish[];
}

export function createClient({ name, journal, call, random, wishes }: ClientOptions): Client {
  const own: Booking[] = [];

  function newBooking(): Booking {
    const pays = random.next() < 0.7;
    const seat = random.pick(wishes());
    const booking: Booking = {
      key: `${name}-${own.length}`,
      body: {
        orderType: 'basic',
        name,
        // Some thirty people a client, so that a few meet their limit.
        phone: `010-${2_000 + Number(name.replace(/\D/g, ''))}-${4_000 + random.between(0, 30)}`,
        ...seat,
        ...(pays ? { cardNo: random.next() < 0.05 ? declinedCard : goodCard } : {}),
      },
      firstCall: nowMicros(),
      attempts: [],
      orderIds: new Set(),
      seat,
      maybeSeats: [],
    };
    own.push(booking);
    journal.bookings.push(booking);
    return booking;
  }

  async function step(): Promise<void> {
    const live = own.filter(({ orderId, canceledFor }) => orderId && canceledFor === undefined).slice(-40);
    const draw = random.next();
    if (live.length === 0 || draw < 0.5) return bookAndRetry(newBooking());
    const booking = random.pick(live);
    if (draw < 0.62) return pay(booking);
    if (draw < 0.71) return confirm(booking);
    if (draw < 0.75) return reject(booking);
    if (draw < 0.84) return move(booking, random.pick(wishes()));
    if (draw < 0.93) return cancel(journal, call, booking);
    // Customer and centre at once: one of them wins.
    if (draw < 0.96) await Promise.all([cancel(journal, call, booking), confirm(booking)]);
    else await book(journal, call, random.pick(own), 'the same again');
  }

  async function bookAndRetry(booking: Booking): Promise<void> {
    const kind = booking.body.cardNo ? 'book with a card' : 'book, to be paid';
    let answer = await book(journal, call, booking, kind);
    for (let tries = random.between(0, 3); answer.outcome === 'unknown' && tries > 0; tries--) {
      await sleep(random.between(50, 800));
      answer = await book(journal, call, booking, 'the same again');
    }
  }

  async function pay(booking: Booking): Promise<void> {
    if (booking.paid || booking.body.cardNo) return confirm(booking);
    const { orderId } = booking;
    const cash = random.next() < 0.2;
    const answer = await call('POST', '/paymentHistories', {
      orderId,
      price: 50_000,
      ...(cash ? { payMethod: 'cash' } : { payMethod: 'card', cardNo: goodCard }),
    });
    count('pay', answer);
    if (answer.outcome === 'ok') booking.paid = true;
  }

  async function confirm(booking: Booking): Promise<void> {
    const answer = await call('POST', '/reservations', { orderId: booking.orderId, status: 'confirmed' });
    count('confirm', answer);
    if (answer.outcome === 'ok') booking.confirmed = true;
  }

  async function reject(booking: Booking): Promise<void> {
    const wish = { orderId: booking.orderId, status: 'rejected', reason: 'no such checkup here' };
    const answer = await call('POST', '/reservations', wish);
    count('reject', answer);
    if (answer.outcome === 'ok') booking.rejected = true;
    if (answer.outcome !== 'refused') mayLeave(journal, booking, answer.call);
  }

  async function move(booking: Booking, to: SeatWish): Promise<void> {
    if (slotOf(to) === slotOf(booking.seat)) return;
    const answer = await call('PATCH', `/orders/${booking.orderId}`, to);
    count('move', answer);
    const slot = slotOf(to);
    const id = `${booking.key}>${booking.maybeSeats.length}@${answer.call}`;
    if (answer.outcome === 'ok') {
      journal.note(slot, { kind: 'hold', hold: id, call: answer.call, return: answer.return });
      mayFree(journal, booking, answer.call);
      booking.hold = { id, slot };
      booking.seat = to;
      // What may end it, such as the time to pay, ends it on its new seat as well.
      if (booking.mayLeaveFrom !== undefined)
        mayFree(journal, booking, Math.max(answer.call, booking.mayLeaveFrom));
    } else if (answer.code === 'slot_full') {
      journal.note(slot, { kind: 'full', call: answer.call, return: answer.return });
    } else {
      mayHold(journal, slot, id, answer.call);
      if (answer.outcome === 'unknown') {
        mayLeave(journal, booking, answer.call);
        booking.maybeSeats.push(to);
      }
    }
  }

  function count(kind: CallKind, { outcome, code }: Answer): void {
    journal.count(kind, outcome, code);
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        await step();
        await sleep(random.between(10, 120));
      }
    },
  };
}

export async function book(
  journal: Journal,
  call: Caller,
  booking: Booking,
  kind: CallKind,
): Promise<Answer> {
  const answer = await call('POST', '/orders', booking.body, booking.key);
  journal.count(kind, answer.outcome, answer.code);
  const wasKnown = booking.orderId !== undefined;
  booking.attempts.push(answer.outcome);
  const slot = slotOf(booking.body);
  if (answer.outcome === 'ok') {
    const { orderId } = answer.body;
    booking.orderIds.add(orderId);
    if (wasKnown) return answer;
    booking.orderId = orderId;
    booking.hold = { id: booking.key, slot };
    // The seat may have been taken in an earlier attempt whose answer got lost.
    journal.note(slot, { kind: 'hold', hold: booking.key, call: booking.firstCall, return: answer.return });
    const dueAt = Date.parse(answer.body.paymentDueAt ?? '');
    if (dueAt) mayLeave(journal, booking, Math.max(booking.firstCall, (dueAt - 1_000) * 1_000));
  } else if (answer.code === 'slot_full') {
    journal.note(slot, { kind: 'full', call: answer.call, return: answer.return });
  } else if (!wasKnown) {
    // A seat is held before anything else is asked, and given back when that says no.
    mayHold(journal, slot, `${booking.key}#${booking.attempts.length}`, answer.call);
  }
  return answer;
}

export async function cancel(journal: Journal, call: Caller, booking: Booking): Promise<void> {
  const answer = await call('DELETE', `/orders/${booking.orderId}`);
  journal.count('cancel', answer.outcome, answer.code);
  if (answer.outcome !== 'refused') mayLeave(journal, booking, answer.call);
  booking.cancelUnknown = answer.outcome === 'unknown';
  // The centre may have been quicker; then it is told what the centre's end gave back.
  if (answer.outcome === 'ok') booking.canceledFor = Number(answer.body.refundKrw);
}

/** From then on something may take its seat from it, whichever it has by then. */
function mayLeave(journal: Journal, booking: Booking, from: number): void {
  booking.mayLeaveFrom = Math.min(booking.mayLeaveFrom ?? from, from);
  mayFree(journal, booking, from);
}

/** Its seat goes back at some time from then on: after the answer, and later still where somebody has to come back. */
function mayFree(journal: Journal, { hold }: Booking, call: number): void {
  if (hold) journal.note(hold.slot, { kind: 'free', hold: hold.id, maybe: true, call });
}

function mayHold(journal: Journal, slot: string, hold: string, call: number): void {
  journal.note(slot, { kind: 'hold', hold, maybe: true, call });
  journal.note(slot, { kind: 'free', hold, maybe: true, call });
}
