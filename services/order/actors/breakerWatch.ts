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
  /** Whether an order may ask payment now. Whoever may has to {@link leave}, asked or not. */
  admit(orderId: string, now: Date): boolean;
  leave(orderId: string): void;
  /** Payment answered, whatever it was. */
  noteAnswer(orderId: string, now: Date): void;
  noteFailure(orderId: string, now: Date, failure: { isBreakerOpen: boolean }): void;
  /** For a booking that payment has no outcome for: to come again when that is worth it. */
  refusal(now: Date): Refusal<'payment_unavailable'>;
}

interface Outage {
  since: Date;
  /** Until then the sidecar would refuse every call. */
  askFrom: number;
  /** Orders that are finding out. */
  probes: Set<string>;
  answered: number;
}

/**
 * `probesMax` and `probeMs` follow the breaker's `maxRequests` and `timeout`: so many answers in a row close it, and so
 * long after a failure it takes the next call.
 */
export function createBreakerWatch({
  log,
  probesMax = 5,
  probeMs = 300,
}: {
  log: Logger;
  probesMax?: number;
  probeMs?: number;
}): BreakerWatch {
  let outage: Outage | undefined;
  let onTheirWay = 0;

  function isShedding(now: Date): boolean {
    if (!outage) return false;
    return now.getTime() < outage.askFrom || outage.probes.size + outage.answered >= probesMax;
  }

  return {
    isShedding,

    enter(now) {
      if (!outage) return () => {};
      if (isShedding(now) || onTheirWay >= probesMax) return undefined;
      onTheirWay += 1;
      return () => {
        onTheirWay -= 1;
      };
    },

    admit(orderId, now) {
      if (isShedding(now)) return false;
      outage?.probes.add(orderId);
      return true;
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
    },

    noteFailure(orderId, now, { isBreakerOpen }) {
      const askFrom = now.getTime() + probeMs;
      if (!outage) {
        if (!isBreakerOpen) return;
        outage = { since: now, askFrom, probes: new Set(), answered: 0 };
        log.warn('the breaker to payment is open: bookings are refused before a seat is held');
      } else if (outage.probes.has(orderId)) {
        outage = { ...outage, askFrom, probes: new Set(), answered: 0 };
      }
    },

    refusal(now) {
      if (!outage) return refuse('payment_unavailable', {}, 1);
      const openSeconds = (now.getTime() - outage.since.getTime()) / 1_000;
      const refusal = refuse('payment_unavailable', {}, retryAfterSeconds(openSeconds));
      return { ...refusal, forAllMs: Math.max(outage.askFrom - now.getTime(), whileProbingMs) };
    },
  };
}

// Until those that find out how it is may have done so.
const whileProbingMs = 50;

/** What has lasted long is likely to last longer; and who waits too long finds the seats gone. */
function retryAfterSeconds(openSeconds: number): number {
  return Math.min(10, Math.max(1, Math.ceil(openSeconds / 2)));
}
