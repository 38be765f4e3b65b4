import { readFileSync } from 'node:fs';

/** An answer to `POST /orders`, as a service logged it. */
export interface Logged {
  /** Epoch ms, when the answer was out. */
  at: number;
  status: number;
  durationMs: number;
  retryAfter?: string;
  traceId: string;
}

export function answersIn(logFile: string): Logged[] {
  return linesOf(logFile).flatMap((line) => {
    if (!line.includes('"answered"') || !line.includes('"POST"')) return [];
    const { time, path, status, durationMs, retryAfter, traceId } = JSON.parse(line);
    return path === '/orders' ? [{ at: Date.parse(time), status, durationMs, retryAfter, traceId }] : [];
  });
}

/**
 * Traces of bookings that waited for payment in vain: before the breaker opened, or to find out whether payment is back.
 * They are no refusals by the open breaker.
 */
export function triesIn(orderLog: string): Set<string> {
  const lines = linesOf(orderLog).filter((line) => line.includes('payment not reached'));
  const tries = lines.filter((line) => !/circuit breaker is open|too many requests/.test(line));
  return new Set(tries.map((line) => (JSON.parse(line) as { traceId: string }).traceId));
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerChange {
  at: number;
  from: BreakerState;
  to: BreakerState;
}

/** What order's sidecar tells of the breaker on the way to payment's charges, by whichever of payment's names. */
export function breakerChangesIn(logFile: string): BreakerChange[] {
  return linesOf(logFile).flatMap((line) => {
    const change = /payment(?:\.\w+)?:charges\\?" changed state from (\S+) to (\S+?)"/.exec(line);
    const time = /time="([^"]+)"/.exec(line)?.[1];
    if (!change || !time) return [];
    return [{ at: Date.parse(time), from: change[1] as BreakerState, to: change[2] as BreakerState }];
  });
}

export interface Span {
  from: number;
  to: number;
}

/** From each opening until it was closed again, within a time. */
export function openPhases(changes: readonly BreakerChange[], within: Span): Span[] {
  const phases: Span[] = [];
  let openedAt: number | undefined;
  for (const { at, to } of changes) {
    if (to === 'open') openedAt ??= at;
    if (to !== 'closed' || openedAt === undefined) continue;
    phases.push({ from: openedAt, to: at });
    openedAt = undefined;
  }
  if (openedAt !== undefined) phases.push({ from: openedAt, to: within.to });
  return phases
    .map(({ from, to }) => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) }))
    .filter(({ from, to }) => to > from);
}

export function isIn(spans: readonly Span[], at: number): boolean {
  return spans.some(({ from, to }) => at >= from && at < to);
}

export function lengthMs(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0);
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n');
}
