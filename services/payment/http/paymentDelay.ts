import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

/** How long payment is held up, in ms: each request for a time of its own between the two, at random. */
export interface DelayRange {
  leastMs: number;
  mostMs: number;
}

/** `0-600`, or `300` for always the same; `0` is none. */
export const delayRange = z
  .string()
  .regex(/^\d{1,5}(-\d{1,5})?$/, 'must be milliseconds, such as 300 or 0-600')
  .transform((text): DelayRange => {
    const [least = 0, most = least] = text.split('-').map(Number);
    return { leastMs: least, mostMs: most };
  })
  .refine(({ leastMs, mostMs }) => leastMs <= mostMs, 'must name the shorter delay first');

/** A fault switch: what payment would be like if its card company could not keep up. */
export interface PaymentDelay {
  range: DelayRange;
  /** Passes after a time of its own. Who asked may have gone by then: the request goes on all the same. */
  wait(): Promise<void>;
}

export function createPaymentDelay(
  range: DelayRange,
  random: () => number = Math.random,
  sleep: (ms: number) => Promise<unknown> = setTimeout,
): PaymentDelay {
  return {
    range,
    async wait() {
      const { leastMs, mostMs } = this.range;
      if (mostMs > 0) await sleep(leastMs + random() * (mostMs - leastMs));
    },
  };
}

export function delayText({ leastMs, mostMs }: DelayRange): string {
  return leastMs === mostMs ? String(leastMs) : `${leastMs}-${mostMs}`;
}
