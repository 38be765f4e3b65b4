import { quantile } from '../../tools/bench/load';
import { isIn, type Logged, lengthMs, openPhases, type Span } from './logs';
import type { Measured } from './scenario';

/** A sentence of what an overload must show, whether it is so, and what was measured. */
export interface Claim {
  says: string;
  holds: boolean;
  measured: string;
}

/** What the system that this one replaces came to, under the same load. */
export const replaced = { ordersPerSecond: 17.64, availabilityPercent: 84.27, meanSeconds: 5.47 };

const goodStatuses = [201, 402, 409, 503];

export function claimsOf(measured: Measured): Claim[] {
  return [
    stayedClosed(measured),
    opened(measured),
    answersPerSecond(measured),
    wellFormed(measured),
    meanResponse(measured),
    refusalsUnderSiege(measured),
    refusalsAsWaited(measured),
    acceptedAgain(measured),
    noDoubleCharge(measured),
    noSeatOfNobody(measured),
    allSettled(measured),
    toldWhatToDo(measured),
  ];
}

function stayedClosed({ breaker, busy }: Measured): Claim {
  const opened = breaker.filter(({ at, to }) => to === 'open' && isIn([busy.span], at)).length;
  return {
    says: 'the breaker stays closed on a machine that is only busy',
    holds: opened === 0,
    measured: `${opened} openings`,
  };
}

function opened({ breaker, slow }: Measured): Claim {
  const first = breaker.find(({ at, to }) => to === 'open' && isIn([slow.span], at));
  return {
    says: 'the breaker opens on a slow payment',
    holds: first !== undefined,
    measured: first ? `${((first.at - slow.span.from) / 1_000).toFixed(1)} s after it became slow` : 'never',
  };
}

export function slowOpenPhases({ breaker, slow }: Measured): Span[] {
  return openPhases(breaker, slow.span);
}

function answersPerSecond(measured: Measured): Claim {
  const phases = slowOpenPhases(measured);
  const seconds = lengthMs(phases) / 1_000;
  const count = measured.atGateway.filter(({ at }) => isIn(phases, at)).length;
  const wanted = 20 * replaced.ordersPerSecond;
  return {
    says: `answers in the open phases: at least 20 × ${replaced.ordersPerSecond} = ${wanted.toFixed(1)} a second`,
    holds: count / seconds >= wanted,
    measured: `${(count / seconds).toFixed(1)} a second, in ${seconds.toFixed(1)} s`,
  };
}

function wellFormed({ busy, slow, recovery, atGateway }: Measured): Claim {
  const sieges = [busy.siege, slow.siege, recovery.siege];
  const answers = sieges.flatMap((each) => each.answers);
  const strange = answers.filter(({ status }) => !goodStatuses.includes(status)).length;
  const hung = answers.filter(({ seconds }) => seconds > 5).length;
  const errors = sieges.flatMap((each) => each.errors);
  const unhelpful = atGateway.filter(
    ({ status, retryAfter }) =>
      !goodStatuses.includes(status) || (status === 503 && !/^[1-9]\d*$/.test(retryAfter ?? '')),
  ).length;
  return {
    says: 'every answer is 201, 402, 409 or 503 with Retry-After, and comes within 5 s',
    holds: strange + hung + errors.length + unhelpful === 0,
    measured:
      `of ${answers.length}: ${strange} others, ${hung} later, ${errors.length} failed connections; ` +
      `of the gateway's ${atGateway.length}: ${unhelpful} others or without Retry-After`,
  };
}

export function meanSeconds(answers: readonly { seconds: number }[]): number {
  return answers.reduce((sum, { seconds }) => sum + seconds, 0) / answers.length;
}

function meanResponse({ slow }: Measured): Claim {
  const mean = meanSeconds(slow.siege.answers);
  return { says: 'mean response ≤ 0.3 s', holds: mean <= 0.3, measured: `${mean.toFixed(3)} s` };
}

/** Refusals by the open breaker; who found out whether payment is back waited for payment. */
export function refusalsWhileOpen(measured: Measured, answers: readonly Logged[]): Logged[] {
  const phases = slowOpenPhases(measured);
  return answers
    .filter(
      ({ at, durationMs, status }) => status === 503 && isIn(phases, at - durationMs) && isIn(phases, at),
    )
    .filter(({ traceId }) => !measured.tries.has(traceId));
}

function refusalsUnderSiege(measured: Measured): Claim {
  const refusals = refusalsWhileOpen(measured, measured.atGateway);
  const atOrder = new Set(measured.atOrder.map(({ traceId }) => traceId));
  const byOrder = refusals.filter(({ traceId }) => atOrder.has(traceId)).length;
  const p99 = p99Of(refusals.map(({ durationMs }) => durationMs));
  return {
    says: 'refusals while open, under siege, from the gateway’s reading to its answer: p99 ≤ 20 ms',
    holds: p99 <= 20,
    measured: `${p99.toFixed(1)} ms, of ${refusals.length}: ${byOrder} by order, the others by the gateway in its place`,
  };
}

function refusalsAsWaited({ calm, tries }: Measured): Claim {
  const refusals = calm.refusals.filter(({ traceId }) => !tries.has(traceId));
  const p99 = p99Of(refusals.map(({ waitedMs }) => waitedMs));
  return {
    says: 'refusals while open, as callers of the gateway wait for them, at 50 a second: p99 ≤ 20 ms',
    holds: p99 <= 20,
    measured: `${p99.toFixed(1)} ms, of ${refusals.length}, beside ${calm.refusals.length - refusals.length} tries`,
  };
}

export function p99Of(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.99,
  );
}

function acceptedAgain({ recovery, atGateway }: Measured): Claim {
  const first = atGateway.find(({ at, status, durationMs }) => {
    const begun = at - durationMs;
    return status === 201 && begun >= recovery.wellAt;
  });
  const afterMs = first ? first.at - recovery.wellAt : Number.POSITIVE_INFINITY;
  return {
    says: 'bookings are accepted again within 1 s of payment’s recovery',
    holds: afterMs <= 1_000,
    measured: `the first that came after it was accepted after ${afterMs} ms`,
  };
}

function noDoubleCharge({ books }: Measured): Claim {
  const captured = new Map<string, number>();
  for (const [key, { status }] of books.charges) {
    const orderId = key.split('.')[0] ?? '';
    if (status === 'captured') captured.set(orderId, (captured.get(orderId) ?? 0) + 1);
  }
  const doubled = [...captured.values()].filter((count) => count > 1).length;
  const voided = [...books.charges.values()].filter(({ status }) => status === 'voided').length;
  return {
    says: 'no double charge',
    holds: doubled === 0,
    measured: `${doubled} orders charged twice; ${captured.size} charged, ${voided} charges voided or called off`,
  };
}

function noSeatOfNobody({ books }: Measured): Claim {
  const live = (orderId: string) => (books.orders.get(orderId)?.status ?? 'none') !== 'none';
  const held = [...books.slots.values()].flatMap(({ seats }) =>
    Object.entries(seats).map(([holdId, { orderId = holdId }]) => orderId),
  );
  const nobodys = held.filter((orderId) => !live(orderId)).length;
  return {
    says: 'no seat is held by nobody at the end',
    holds: nobodys === 0,
    measured: `${nobodys} of ${held.length} seats`,
  };
}

function allSettled({ books, atGateway, settledAfterMs }: Measured): Claim {
  const accepted = atGateway.filter(({ status }) => status === 201).length;
  const settled = [...books.pages.values()].filter(({ status }) => status === 'Reservation Complete').length;
  return {
    says: 'every accepted booking is settled on my page',
    holds: settled >= accepted,
    measured: `${settled} settled, ${accepted} accepted; all laws held ${(settledAfterMs / 1_000).toFixed(1)} s after the end`,
  };
}

function toldWhatToDo({ patient }: Measured): Claim {
  const faults = patient.flatMap((each) => each.faults);
  const booked = patient.filter(({ orderId }) => orderId).length;
  return {
    says: 'who waits as told, in Korean or English, gets a seat',
    holds: faults.length === 0 && booked === patient.length,
    measured:
      `${booked} of ${patient.length}, after ${patient.map(({ tries }) => tries).join(', ')} tries` +
      (faults.length > 0 ? `; ${[...new Set(faults)].join('; ')}` : ''),
  };
}
