import { dateAfter, roomyCenterId } from '../calendars';
import { failureOf } from '../customers';
import { closedCount, closedLoop, middleOf, openLoop } from '../load';
import { costText, loadText, measure } from '../measure';
import { atRest } from '../rest';
import type { Part } from './part';

/** The most that goes through in a closed loop; then half of it and four fifths of it, at a constant rate. */
export const peak: Part = async ({ system, rest, seconds, callers }) => {
  const book = async () => failureOf(await system.customers.book(), 201);
  // Until compilers have seen everything.
  await closedCount(callers, 400, book);
  await atRest(system.infra);
  const most = await measure(system, rest, () => closedLoop(callers, seconds, book));
  const lines = [...loadText(`bookings, closed loop, ${callers} callers`, most), costText(most)];
  for (const share of [0.5, 0.8]) {
    const rate = most.perSecond * share;
    const open = await measure(system, rest, () => openLoop(rate, seconds, book));
    lines.push(
      ...loadText(`bookings, ${rate.toFixed(1)}/s (${share} of the peak), from the intended start`, open),
    );
    lines.push(costText(open));
  }
  const alone = await measure(system, rest, () => closedLoop(1, seconds / 2, book));
  lines.push(...loadText('bookings, 1 caller', alone), costText(alone));
  return lines;
};

/** All who book want the same centre and day, in turns with as many who do not. */
export const hotSlot: Part = async ({ system, callers, rounds }) => {
  const ratios: number[] = [];
  const failures = new Map<string, number>();
  const rates = { hot: [] as number[], spread: [] as number[] };
  const count = callers * 4;
  for (let round = 0; round < rounds; round++) {
    const oneDay = { centerId: roomyCenterId, date: dateAfter(100 + round) };
    const spread = await closedCount(callers, count, async () =>
      failureOf(await system.customers.book(), 201),
    );
    await atRest(system.infra);
    const hot = await closedCount(callers, count, async () =>
      failureOf(await system.customers.book(oneDay), 201),
    );
    await atRest(system.infra);
    for (const [failure, times] of [...spread.failures, ...hot.failures])
      failures.set(failure, (failures.get(failure) ?? 0) + times);
    rates.hot.push(hot.perSecond);
    rates.spread.push(spread.perSecond);
    ratios.push(hot.perSecond / spread.perSecond);
  }
  const { middle, least, greatest } = middleOf(ratios);
  return [
    `one hot centre-day: ${middleOf(rates.hot).middle.toFixed(1)}/s, spread out ${middleOf(rates.spread).middle.toFixed(1)}/s, ` +
      `ratio ${middle.toFixed(2)} (${least.toFixed(2)} to ${greatest.toFixed(2)}, ${rounds} rounds of ${count}, ${callers} callers)`,
    ...[...failures].map(([failure, times]) => `  ${times} × ${failure}`),
  ];
};
