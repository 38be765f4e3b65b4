import fc from 'fast-check';
import { sideBySide } from './sideBySide';

const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

test('When there is much to do, then never more than the limit is under way, and results come in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 1, max: 4 })),
      async (limit, items) => {
        let underWay = 0;
        let most = 0;
        const results = await sideBySide(limit, items, async (turns) => {
          underWay += 1;
          most = Math.max(most, underWay);
          for (let i = 0; i < turns; i += 1) await turnOfTheLoop();
          underWay -= 1;
          return turns * 2;
        });
        expect(results).toEqual(items.map((turns) => turns * 2));
        expect(most).toBe(Math.min(limit, items.length));
      },
    ),
    { numRuns: 30 },
  );
});

test('When one fails, then its error is thrown, and no further one is begun', async () => {
  const begun: number[] = [];
  const work = sideBySide(2, [1, 2, 3, 4, 5], async (item) => {
    begun.push(item);
    await turnOfTheLoop();
    if (item === 2) throw new Error('two');
  });
  await expect(work).rejects.toThrow('two');
  await turnOfTheLoop();
  expect(begun.length).toBeLessThan(5);
});
