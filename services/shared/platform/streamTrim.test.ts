import fc from 'fast-check';
import { type ConsumerGroup, compareIds, keptFrom } from './streamTrim';

const id = fc
  .tuple(fc.bigInt({ min: 0n, max: 5n }), fc.bigInt({ min: 0n, max: 5n }))
  .map(([ms, seq]) => `${ms}-${seq}`);

describe('What a stream keeps', () => {
  test.each<[string, ConsumerGroup[], string[], string | undefined]>([
    ['no group reads it', [], [], undefined],
    ['a consumer has no group yet', [{ name: 'a', lastDeliveredId: '9-0' }], ['a', 'b'], undefined],
    ['a group was given nothing', [{ name: 'a', lastDeliveredId: '0-0' }], ['a'], '0-1'],
    ['all was acknowledged', [{ name: 'a', lastDeliveredId: '7-3' }], ['a'], '7-4'],
    [
      'an entry is being handled',
      [{ name: 'a', lastDeliveredId: '7-3', oldestPendingId: '2-1' }],
      ['a'],
      '2-1',
    ],
    [
      'one group is slower',
      [
        { name: 'a', lastDeliveredId: '10-0' },
        { name: 'b', lastDeliveredId: '9-0' },
      ],
      ['a', 'b'],
      '9-1',
    ],
    [
      'a group that nobody knows is slower',
      [
        { name: 'a', lastDeliveredId: '10-0' },
        { name: 'old', lastDeliveredId: '1-0' },
      ],
      ['a'],
      '1-1',
    ],
    ['a millisecond is full', [{ name: 'a', lastDeliveredId: '7-18446744073709551615' }], ['a'], '8-0'],
  ])('When %s, then it is kept from there', (_when, groups, consumers, from) => {
    expect(keptFrom(groups, consumers)).toBe(from);
  });

  test('Whatever was given and acknowledged, then nothing goes that a group has not had or not finished', () => {
    // Of each group: how many entries it was given, and which of these it has not acknowledged.
    const group = fc.record({ given: fc.nat(20), open: fc.uniqueArray(fc.nat(19)) });
    fc.assert(
      fc.property(
        fc.uniqueArray(id, { minLength: 1, maxLength: 20 }),
        fc.array(group, { minLength: 1, maxLength: 4 }),
        (ids, plans) => {
          const stream = ids.filter((each) => each !== '0-0').sort(compareIds);
          const unfinished = new Set<string>();
          const groups = plans.map(({ given, open }, index): ConsumerGroup => {
            const delivered = stream.slice(0, given);
            const pending = delivered.filter((_, at) => open.includes(at));
            for (const each of [...pending, ...stream.slice(given)]) unfinished.add(each);
            return {
              name: `g${index}`,
              lastDeliveredId: delivered.at(-1) ?? '0-0',
              oldestPendingId: pending[0],
            };
          });
          const from = keptFrom(groups, ['g0']) ?? '0-0';
          const gone = stream.filter((each) => compareIds(each, from) < 0);
          expect(gone.filter((each) => unfinished.has(each))).toEqual([]);
          // And all goes that may: the first that is left is one that somebody still needs.
          const first = stream[gone.length];
          if (first !== undefined) expect(unfinished).toContain(first);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
