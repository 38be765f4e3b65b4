import { setTimeout as sleep } from 'node:timers/promises';
import { type Refusal, refuse } from '../../shared/contracts/refusals';
import type { Logger } from '../../shared/platform/logger';

/**
 * What this process knows of the breaker that its sidecar keeps on the way to payment's charges: it opens and closes
 * there, by components/resiliency-payment-by-order.yaml, and here is only noted what the sidecar said. So a booking is
 * refused before a seat is held for it. While the breaker is open, a few bookings at a time go through to find out
 * whether payment is back; what becomes of them is how this process learns of it.
 */
export interface BreakerWatch {
  /** Whether a booking that came now would be refused. */
  isShedding(now: Date): boolean;
  /**
   * Lets a booking in at the door of this process, while the breaker is open no more of them at once than find out how
   * payment is: the rest would be refused in their orders' turns, some calls later. Who is let in leaves by the answer;
   * undefined for who is not.
   */
  enter(now: Date): (() => void) | undefined;
  /**
   * Whether an order may ask payment now. Whoever may has to {@link leave}, asked or not. One that comes back when it was
   * told to waits a moment for its place among those that find out, and takes it before others who come just then.
   */
  admit(orderId: string, now: () => Date): Promise<boolean>;
  leave(orderId: string): void;
  /** Payment answered, whatever it was. */
  noteAnswer(orderId: string, now: Date): void;
  noteFailure(orderId: string, now: Date, failure: { isBreakerOpen: boolean }): void;
  /** For a booking that payment has no outcome for: to come again when that is worth it. */
  refusal(now: Date): Refusal<'payment_unavailable'>;
  /** The same, for an order that can come back; when it does, as told, it is known. */
  refusalOf(orderId: string, now: Date): Refusal<'payment_unavailable'>;
}

interface Outage {
  since: Date;
  /** Until then the sidecar would refuse every call. */
  askFrom: number;
  /** Orders that are finding out, and how many were let in at the door for that. */
  probes: Set<string>;
  letIn: { count: number };
  answered: number;
}

/**
 * `probesMax` and `probeMs` follow the breaker's `maxRequests` and `timeout`: so many answers in a row close it, and so
 * long after a failure it takes the next call.
 */
export function createBreakerWatch({
  log,
  probesMax = 5,
  probeMs = 150,
  wait = sleep,
}: {
  log: Logger;
  probesMax?: number;
  probeMs?: number;
  wait?: (ms: number) => Promise<unknown>;
}): BreakerWatch {
  let outage: Outage | undefined;
  let waiting = 0;
  /** From when on each may come back. */
  const toldToComeAt = new Map<string, number>();
  // The other places are for whoever comes.
  const waitingMax = Math.ceil(probesMax / 2);

  function freePlaces(now: Date): number {
    if (!outage) return Number.POSITIVE_INFINITY;
    return now.getTime() < outage.askFrom ? 0 : probesMax - outage.probes.size - outage.answered;
  }

  // A place that somebody waits for is not free for others.
  function isShedding(now: Date): boolean {
    return freePlaces(now) <= waiting;
  }

  function comesAsTold(orderId: string, now: Date): boolean {
    return now.getTime() >= (toldToComeAt.get(orderId) ?? Number.POSITIVE_INFINITY);
  }

  function takePlace(orderId: string): true {
    toldToComeAt.delete(orderId);
    outage?.probes.add(orderId);
    return true;
  }

  /** Until a place is free, or the breaker closed; false if that takes too long. */
  async function takeNextPlace(orderId: string, now: () => Date): Promise<boolean> {
    const until = now().getTime() + patienceMs;
    waiting += 1;
    try {
      while (freePlaces(now()) < 1) {
        if (now().getTime() >= until) return false;
        await wait(stepMs);
      }
      return takePlace(orderId);
    } finally {
      waiting -= 1;
    }
  }

  function refusal(now: Date): Refusal<'payment_unavailable'> {
    if (!outage) return refuse('payment_unavailable', {}, 1);
    const openSeconds = (now.getTime() - outage.since.getTime()) / 1_000;
    const untilAskedMs = outage.askFrom - now.getTime();
    return {
      ...refuse('payment_unavailable', {}, retryAfterSeconds(openSeconds)),
      ...(untilAskedMs > whileProbingMs
        ? { forAllMs: untilAskedMs, thenAskMax: probesMax }
        : { forAllMs: whileProbingMs, thenAskMax: Math.max(1, freePlaces(now) - waiting) }),
    };
  }

  return {
    isShedding,

    enter(now) {
      if (!outage) return () => {};
      const { letIn } = outage;
      if (isShedding(now) || letIn.count >= probesMax) return undefined;
      letIn.count += 1;
      return () => {
        letIn.count -= 1;
      };
    },

    async admit(orderId, now) {
      const mayWait = comesAsTold(orderId, now()) && waiting < waitingMax;
      if (mayWait) return takeNextPlace(orderId, now);
      return !isShedding(now()) && takePlace(orderId);
    },

    leave(orderId) {
      outage?.probes.delete(orderId);
    },

    noteAnswer(orderId, now) {
      // One that was asked before the breaker opened says nothing of how it is now.
      if (!outage?.probes.delete(orderId)) return;
      outage.answered += 1;
      if (outage.answered < probesMax) return;
      log.info({ openMs: now.getTime() - outage.since.getTime() }, 'payment answers again: bookings go on');
      outage = undefined;
      toldToComeAt.clear();
    },

    noteFailure(orderId, now, { isBreakerOpen }) {
      const askFrom = now.getTime() + probeMs;
      if (!outage) {
        if (!isBreakerOpen) return;
        outage = { since: now, askFrom, ...beginning() };
        log.warn('the breaker to payment is open: bookings are refused before a seat is held');
      } else if (outage.probes.has(orderId)) {
        // Who was let in before it failed still gives back what it held, and takes no place of those who try next.
        outage = { ...outage, askFrom, ...beginning() };
      }
    },

    refusal,

    refusalOf(orderId, now) {
      const told = refusal(now);
      toldToComeAt.delete(orderId);
      // Whoever was told first is forgotten first.
      for (const [first] of toldToComeAt) {
        if (toldToComeAt.size < toldMax) break;
        toldToComeAt.delete(first);
      }
      if (outage) toldToComeAt.set(orderId, now.getTime() + (told.retryAfterSeconds ?? 1) * 1_000);
      return told;
    },
  };
}

function beginning(): Pick<Outage, 'probes' | 'letIn' | 'answered'> {
  return { probes: new Set(), letIn: { count: 0 }, answered: 0 };
}

// Until those that find out how it is may have done so.
const whileProbingMs = 100;

// One try may fail while somebody waits, and the next is his.
const patienceMs = 1_000;
const stepMs = 20;
const toldMax = 10_000;

/** What has lasted long is likely to last longer; and who waits too long finds the seats gone. */
function retryAfterSeconds(openSeconds: number): number {
  return Math.min(10, Math.max(1, Math.ceil(openSeconds / 2)));
}
