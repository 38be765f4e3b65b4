import { z } from 'zod';
import { localDate } from '../../shared/contracts/localTime';

/** What goes back to a customer who cancels, by whole days between the day of the cancellation and that of the visit. */
export const refundTiers = z
  .array(
    z.object({
      /** At least so many days before the visit, counted in the centre's zone. */
      daysBefore: z.number().int().nonnegative(),
      percent: z.number().int().min(0).max(100),
    }),
  )
  .transform((tiers) => [...tiers].sort((a, b) => b.daysBefore - a.daysBefore));
export type RefundTiers = z.infer<typeof refundTiers>;

/** All until three days before, half until the day before, then none. */
export const standardRefundTiers: RefundTiers = [
  { daysBefore: 3, percent: 100 },
  { daysBefore: 1, percent: 50 },
];

export interface RefundQuote {
  percent: number;
  refundKrw: number;
  /** What is kept. */
  feeKrw: number;
  /** The last day, in the centre's zone, on which this quote holds; absent where it holds for good. */
  untilDate?: string;
}

/** What a cancellation at `now` gives back of `paidKrw`; fractions of a won are kept. `zone` is the centre's. */
export function quoteRefund(
  tiers: RefundTiers,
  { visitDate, zone, paidKrw }: { visitDate: string; zone: string; paidKrw: number },
  now: Date,
): RefundQuote {
  const daysLeft = daysBetween(localDate(zone, now), visitDate);
  const begun = tiers.findIndex(({ daysBefore }) => daysLeft >= daysBefore);
  const percent = tiers[begun]?.percent ?? 0;
  const refundKrw = Math.floor((paidKrw * percent) / 100);
  return {
    percent,
    refundKrw,
    feeKrw: paidKrw - refundKrw,
    ...untilDate(tiers.slice(begun < 0 ? tiers.length : begun), visitDate),
  };
}

// Neighbouring tiers may promise the same, and after the last one nothing goes back: only a change ends a quote.
function untilDate(ahead: RefundTiers, visitDate: string): Pick<RefundQuote, 'untilDate'> {
  const change = ahead.findIndex(({ percent }, i) => percent !== (ahead[i + 1]?.percent ?? 0));
  const last = ahead[change];
  return last ? { untilDate: daysEarlier(visitDate, last.daysBefore) } : {};
}

function daysBetween(from: string, to: string): number {
  return (utcMidnight(to) - utcMidnight(from)) / dayMs;
}

function daysEarlier(date: string, days: number): string {
  return new Date(utcMidnight(date) - days * dayMs).toISOString().slice(0, 10);
}

// Calendar dates are counted, not hours: a day with a change of the clock is one day.
function utcMidnight(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

const dayMs = 24 * 60 * 60 * 1_000;
