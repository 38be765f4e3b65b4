import type { Seat } from '../../shared/contracts/booking';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { actorCaller } from '../../shared/platform/actorHost/caller';
import type { Logger } from '../../shared/platform/logger';
import type { Sidecar } from '../../shared/platform/sidecar';
import { type CalendarTable, type CandidateDay, candidateDays } from '../domain/calendar';
import { type CustomerContract, customerType } from './customerActor';
import { slotId } from './slotActor';
import { type SlotContract, slotType } from './slotContract';

interface Wish {
  centerId: string;
  date?: string;
  time?: string;
  customerKey?: string;
}

/** A seat, and the ticket that names this hold of it. */
export type Held = Seat & { ticket: string };

/** Seats and quota of one order, over the actors that keep them. */
export interface SeatKeeper {
  /** Holds the earliest seat that fits, and counts the order in for its person. */
  take(orderId: string, wish: Wish, now: Date): Promise<Held | Refusal>;
  /** Gives both back, as well as it can: what fails here, the slot's next visit makes good. */
  giveBack(
    orderId: string,
    seat: Held,
    customerKey: string | undefined,
    how: { leftNothing: boolean },
  ): Promise<void>;
  dismiss(customerKey: string, orderId: string, ticket: string): Promise<void>;
}

export function createSeatKeeper(options: {
  sidecar: Sidecar;
  calendars: CalendarTable;
  graceSeconds: number;
  log: Logger;
}): SeatKeeper {
  const { sidecar, calendars, graceSeconds, log } = options;
  const callSlot = actorCaller<SlotContract>(sidecar, slotType);
  const callCustomer = actorCaller<CustomerContract>(sidecar, customerType);
  const fullUntil = new Map<string, number>();

  // The slot first, the person second, not side by side: the slot remembers whose quota to give back, and its visits
  // are what finds an order that died between the two. decisions/0002.
  async function take(orderId: string, wish: Wish, now: Date): Promise<Held | Refusal> {
    const calendar = Object.hasOwn(calendars, wish.centerId) ? calendars[wish.centerId] : undefined;
    if (!calendar) return refuse('center_unknown', { centers: Object.keys(calendars) });
    const days = candidateDays(calendar, wish, now);
    if (days.length === 0) return refuse('date_closed');
    const seat = await holdEarliest(orderId, wish, days, now);
    if (isRefusal(seat) || !wish.customerKey) return seat;
    const admitted = await callCustomer(wish.customerKey, 'admit', { orderId, ticket: seat.ticket });
    if (!isRefusal(admitted)) return seat;
    await giveBack(orderId, seat, undefined, { leftNothing: true });
    return admitted;
  }

  async function holdEarliest(
    orderId: string,
    wish: Wish,
    days: readonly CandidateDay[],
    now: Date,
  ): Promise<Held | Refusal> {
    const visitAt = new Date(now.getTime() + graceSeconds * 1_000).toISOString();
    for (const { date, openings } of triedLast(days, ({ date }) => wasJustFull(wish, date, now))) {
      const id = slotId({ centerId: wish.centerId, date });
      const { customerKey } = wish;
      const held = await callSlot(id, 'hold', {
        orderId,
        openings,
        visitAt,
        ...(customerKey ? { customerKey } : {}),
      });
      if (!isRefusal(held)) return { centerId: wish.centerId, date, time: held.time, ticket: held.ticket };
      if (held.refused !== 'slot_full') return held;
      if (!wish.time) fullUntil.set(id, now.getTime() + fullMemoryMs);
    }
    return refuse('slot_full');
  }

  // Only a hint of this process about where not to begin: the slot alone decides.
  function wasJustFull(wish: Wish, date: string, now: Date): boolean {
    return (fullUntil.get(slotId({ centerId: wish.centerId, date })) ?? 0) > now.getTime();
  }

  async function giveBack(
    orderId: string,
    seat: Held,
    customerKey: string | undefined,
    { leftNothing }: { leftNothing: boolean },
  ): Promise<void> {
    // Quota first: once the slot has forgotten the order, nobody would know of it.
    try {
      if (customerKey) await dismiss(customerKey, orderId, seat.ticket);
      await callSlot(slotId(seat), 'release', { orderId, ticket: seat.ticket, leftNothing });
    } catch (error) {
      log.warn({ err: error }, 'seat not given back yet; the next visit will');
    }
  }

  async function dismiss(customerKey: string, orderId: string, ticket: string): Promise<void> {
    await callCustomer(customerKey, 'dismiss', { orderId, ticket });
  }

  return { take, giveBack, dismiss };
}

function triedLast<T>(items: readonly T[], isLast: (item: T) => boolean): T[] {
  return [...items.filter((item) => !isLast(item)), ...items.filter(isLast)];
}

const fullMemoryMs = 2_000;
