import { setTimeout as sleep } from 'node:timers/promises';
import { closedCount, closedLoop, inTurns, middleOf, openLoop, quantile } from './load';

test('When shares of a list are asked for, then they are its own values, and of an empty one there is none', () => {
  const sorted = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([quantile(sorted, 0.5), quantile(sorted, 0.99), quantile(sorted, 1)]).toEqual([51, 100, 100]);
  expect(quantile([], 0.5)).toBeNaN();
});

test('When rounds differ, then their middle, least and greatest are told, in whatever order they came', () => {
  expect(middleOf([3, 1, 2])).toEqual({ middle: 2, least: 1, greatest: 3 });
});

test('When one in an open loop is slow, then the others begin all the same, and it is timed from when it was to begin', async () => {
  let atOnce = 0;
  let most = 0;
  const { done, p50Ms } = await openLoop(1_000, 0.02, async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await sleep(60);
    atOnce -= 1;
    return undefined;
  });
  expect([done, most]).toEqual([20, 20]);
  expect(p50Ms).toBeGreaterThanOrEqual(59);
});

test('When a closed loop has so many callers, then never more are under way', async () => {
  let atOnce = 0;
  let most = 0;
  const seen: number[] = [];
  const { done } = await closedCount(3, 10, async (number) => {
    seen.push(number);
    atOnce += 1;
    most = Math.max(most, atOnce);
    await sleep(1);
    atOnce -= 1;
    return undefined;
  });
  expect([done, most]).toEqual([10, 3]);
  expect(seen.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('When some go wrong, then they are counted by what went wrong, and not as done', async () => {
  const failures = await inTurns(2, 5, async (number) => {
    if (number === 4) throw new Error('broken');
    return number % 2 ? 'odd' : undefined;
  });
  expect([...failures].sort()).toEqual([
    ['Error: broken', 1],
    ['odd', 2],
  ]);
  const { done } = await closedLoop(1, 0.02, async () => {
    await sleep(5);
    return 'never well';
  });
  expect(done).toBe(0);
});
