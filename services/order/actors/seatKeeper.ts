import type { Seat } from '../../shared/contracts/booking';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { actorCaller } from '../../shared/platform/actorHost/caller';
import type { Logger } from '../../shared/platform/logger';
import type { ActorCalls } from '../../shared/platform/sidecar';
import { type CandidateDay, candidateDays, type HolidayOf } from '../domain/calendar';
import type { Standing } from '../domain/orderState';
import type { CalendarSource } from './calendarSource';
import { type CustomerContract, customerType } from './customerActor';
import { slotId } from './slotActor';
import { type SlotContract, slotType } from './slotContract';

interface Wish {
  centerId: string;
  orderType: string;
  date?: string | undefined;
  time?: string | undefined;
}

/** Whose quota a booking takes. An address stands for who gave neither phone nor card, and may hold fewer. */
export interface Quota {
  customerKey: string;
  customerKind: 'person' | 'address';
}

/** A seat, and what names this hold of it. */
export interface Held {
  seat: Seat;
  /** IANA; the centre's. */
  zone: string;
  holdId: string;
  ticket: string;
  /** Tickets of holds that an earlier placement of this order left. */
  earlier?: readonly string[];
}

/** Seats and quota of one order, over the actors that keep them. */
export interface SeatKeeper {
  /** Holds the earliest seat that fits, and counts the order in for its person. */
  take(orderId: string, wish: Wish, quota: Quota | undefined, now: Date): Promise<Held | Refusal>;
  /** Holds a seat for an order to move to; the one that it stands on stays. */
  takeForMove(orderId: string, wish: Wish, now: Date): Promise<Held | Refusal>;
  /** Gives both back, as well as it can: what fails here, the slot's next visit makes good. */
  giveBack(
    orderId: string,
    held: Held,
    customerKey: string | undefined,
    how: { leftNothing: boolean },
  ): Promise<void>;
  /** Gives back what an order stood on, and does no more. Throws if that is not certain. */
  free(standing: Pick<Standing, 'seat' | 'hold'>): Promise<void>;
  dismiss(customerKey: string, orderId: string, ticket: string): Promise<void>;
}

export function createSeatKeeper(options: {
  actors: ActorCalls;
  calendars: CalendarSource;
  holidayOf: HolidayOf;
  graceSeconds: number;
  log: Logger;
}): SeatKeeper {
  const { actors, calendars, holidayOf, graceSeconds, log } = options;
  const callSlot = actorCaller<SlotContract>(actors, slotType);
  const callCustomer = actorCaller<CustomerContract>(actors, customerType);
  const fullUntil = new Map<string, number>();

  // The slot first, the person second, not side by side: the slot remembers whose quota to give back, and its visits
  // are what finds an order that died between the two. decisions/0002.
  async function take(
    orderId: string,
    wish: Wish,
    quota: Quota | undefined,
    now: Date,
  ): Promise<Held | Refusal> {
    const customer = quota ? { customerKey: quota.customerKey } : {};
    const held = await hold(wish, { orderId, ...customer }, now);
    if (isRefusal(held) || !quota) return held;
    const { customerKey, customerKind } = quota;
    const admitted = await callCustomer(customerKey, 'admit', { orderId, ticket: held.ticket, customerKind });
    if (!isRefusal(admitted)) return held;
    await giveBack(orderId, held, undefined, { leftNothing: true });
    return admitted;
  }

  async function hold(wish: Wish, who: Who, now: Date): Promise<Held | Refusal> {
    const calendar = await calendars.find(wish.centerId);
    if (!calendar) return refuse('center_unknown', { centers: await calendars.centerIds() });
    const days = candidateDays(calendar, wish, now, holidayOf);
    if (days.length === 0) return refuse('date_closed');
    const held = await holdEarliest(wish, who, days, now);
    return isRefusal(held) ? held : { ...held, zone: calendar.zone };
  }

  async function holdEarliest(
    { centerId, orderType, time }: Wish,
    who: Who,
    days: readonly CandidateDay[],
    now: Date,
  ): Promise<Omit<Held, 'zone'> | Refusal> {
    const visitAt = new Date(now.getTime() + graceSeconds * 1_000).toISOString();
    const fullKey = (date: string) => `${slotId({ centerId, date })} ${orderType}`;
    for (const { date, openings } of triedLast(days, ({ date }) => wasJustFull(fullKey(date), now))) {
      const held = await callSlot(slotId({ centerId, date }), 'hold', {
        ...who,
        orderType,
        openings,
        visitAt,
      });
      if (!isRefusal(held)) {
        const { time: at, ...named } = held;
        return { seat: { centerId, date, time: at }, ...named };
      }
      if (held.refused !== 'slot_full') return held;
      if (!time) fullUntil.set(fullKey(date), now.getTime() + fullMemoryMs);
    }
    return refuse('slot_full');
  }

  // Only a hint of this process about where not to begin: the slot alone decides.
  function wasJustFull(key: string, now: Date): boolean {
    return (fullUntil.get(key) ?? 0) > now.getTime();
  }

  async function giveBack(
    orderId: string,
    { seat, holdId, ticket }: Held,
    customerKey: string | undefined,
    { leftNothing }: { leftNothing: boolean },
  ): Promise<void> {
    // Quota first: once the slot has forgotten the order, nobody would know of it.
    try {
      if (customerKey) await dismiss(customerKey, orderId, ticket);
      await callSlot(slotId(seat), 'release', { holdId, ticket, leftNothing });
    } catch (error) {
      log.warn({ err: error }, 'seat not given back yet; the next visit will');
    }
  }

  async function dismiss(customerKey: string, orderId: string, ticket: string): Promise<void> {
    await callCustomer(customerKey, 'dismiss', { orderId, ticket });
  }

  return {
    take,
    takeForMove: (orderId, wish, now) => hold(wish, { orderId, asMove: true }, now),
    giveBack,
    async free({ seat, hold: { holdId, ticket } }) {
      await callSlot(slotId(seat), 'free', { holdId, ticket });
    },
    dismiss,
  };
}

interface Who {
  orderId: string;
  asMove?: boolean;
  customerKey?: string;
}

function triedLast<T>(items: readonly T[], isLast: (item: T) => boolean): T[] {
  return [...items.filter((item) => !isLast(item)), ...items.filter(isLast)];
}

const fullMemoryMs = 2_000;
