import { availableParallelism } from 'node:os';
import { claimsOf, meanSeconds, p99Of, refusalsWhileOpen, replaced, slowOpenPhases } from './claims';
import type { CpuUse } from './cpu';
import { type BreakerChange, isIn, lengthMs, type Span } from './logs';
import type { Measured, Phase } from './scenario';

/** What a person reads at the end, and whether all of it is as it must be. */
export function report(measured: Measured): { text: string; holds: boolean } {
  const claims = claimsOf(measured);
  const { busy, slow, recovery } = measured;
  const lines = [
    '',
    ...phase('payment is quick', busy, measured),
    ...phase('payment is slowed at random, 0 to 600 ms', slow, measured),
    `  the system that this one replaces: ${replaced.ordersPerSecond} orders a second, ` +
      `${replaced.availabilityPercent} % answered, mean response ${replaced.meanSeconds} s`,
    ...openLines(measured),
    ...phase('payment is slowed for 8 s, then well', recovery, measured),
    ...settlingLines(measured),
    '',
    'It must show:',
    ...claims.map(({ says, holds, measured: what }) => `  ${holds ? '✓' : '✗'} ${says}: ${what}`),
  ];
  return { text: lines.join('\n'), holds: claims.every(({ holds }) => holds) };
}

function phase(name: string, { siege, span, cpu }: Phase, { atGateway, breaker }: Measured): string[] {
  const { answers, elapsedSeconds } = siege;
  const accepted = answers.filter(({ status }) => status === 201).length;
  const waits = answers.map(({ seconds }) => seconds * 1_000);
  return [
    `${name}: ${siege.command}`,
    `  ${answers.length} answers in ${elapsedSeconds} s, ${(answers.length / elapsedSeconds).toFixed(1)} a second: ${counts(answers)}`,
    `  accepted: ${(accepted / elapsedSeconds).toFixed(1)} bookings a second`,
    `  response: mean ${meanSeconds(answers).toFixed(3)} s, p99 ${p99Of(waits).toFixed(0)} ms, longest ${longest(waits)} ms`,
    `  the gateway answered ${atGateway.filter(({ at }) => isIn([span], at)).length}`,
    `  breaker: ${changes(breaker, span)}`,
    ...(cpu ? [processors(cpu, span, answers.length)] : []),
  ];
}

/** What an answer costs says more than a rate, where others use the machine as well. */
function processors({ own, others }: CpuUse, { from, to }: Span, answers: number): string {
  const cpuMs = (own * availableParallelism() * (to - from)) / answers;
  return (
    `  processors: ${percent(own)} for this scenario, siege included, ${percent(others)} for others; ` +
    `${cpuMs.toFixed(1)} CPU-ms an answer`
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function counts(answers: readonly { status: number }[]): string {
  const byStatus = new Map<number, number>();
  for (const { status } of answers) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  return [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
}

function longest(waits: readonly number[]): string {
  return waits.reduce((most, each) => Math.max(most, each), 0).toFixed(0);
}

/** When it opened and closed, in seconds from the phase's begin. */
function changes(breaker: readonly BreakerChange[], span: Span): string {
  const own = breaker.filter(({ at }) => isIn([span], at));
  const opened = own.filter(({ from, to }) => from === 'closed' && to === 'open');
  const closed = own.filter(({ to }) => to === 'closed');
  const probing = own.filter(({ to }) => to === 'half-open').length;
  const at = (list: BreakerChange[]) =>
    list.map((each) => ((each.at - span.from) / 1_000).toFixed(1)).join(', ') || 'never';
  return `opened at ${at(opened)} s; closed at ${at(closed)} s; ${probing} tries`;
}

function openLines(measured: Measured): string[] {
  const phases = slowOpenPhases(measured);
  const order = refusalsWhileOpen(measured, measured.atOrder).map(({ durationMs }) => durationMs);
  const span = measured.slow.span.to - measured.slow.span.from;
  return [
    `  open for ${(lengthMs(phases) / 1_000).toFixed(1)} s of ${(span / 1_000).toFixed(1)} s, in ${phases.length} phases`,
    `  refusals by order while open: ${order.length}, p99 ${p99Of(order).toFixed(1)} ms there`,
  ];
}

function settlingLines({ books, slow }: Measured): string[] {
  const steps = [...books.orders.values()].flatMap((order) => {
    if (order.status === 'none') return [];
    const placedAt = Date.parse(order.placement.placedAt);
    const done = order.history.find(({ status }) => status === 'Reservation Complete');
    return done ? [{ placedAt, tookMs: Date.parse(done.at) - placedAt }] : [];
  });
  const own = steps.filter(({ placedAt }) => isIn([slow.span], placedAt));
  const perSecond = own.length / slow.siege.elapsedSeconds;
  return [
    `settled of what was accepted while payment was slow: ${perSecond.toFixed(1)} bookings a second; ` +
      `the centre had them after p99 ${p99Of(own.map(({ tookMs }) => tookMs)).toFixed(0)} ms`,
  ];
}
