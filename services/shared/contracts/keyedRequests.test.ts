import fc from 'fast-check';
import { keyLifeMs, recall, remember, requestsMax } from './keyedRequests';

const start = new Date('2026-11-24T03:00:00.000Z');
const after = (ms: number) => new Date(start.getTime() + ms);
const request = { key: 'k', fingerprint: 'f' };

test('When a key comes again, then it is known to the last millisecond of 24 hours, and no longer', () => {
  const remembered = remember([], request, 'done', start);
  expect(recall(remembered, request, after(keyLifeMs - 1))).toMatchObject({ outcome: 'done' });
  expect(recall(remembered, request, after(keyLifeMs))).toBeUndefined();
});

test('When a key comes with another request, then it is refused, until the key is over', () => {
  const remembered = remember([], request, 'open', start);
  const other = { key: 'k', fingerprint: 'other' };
  expect(recall(remembered, other, after(1))).toMatchObject({ refused: 'idempotency_key_reused' });
  expect(recall(remembered, other, after(keyLifeMs))).toBeUndefined();
});

test('When a request that was begun ends, then its day counts from its beginning', () => {
  const begun = remember([], request, 'open', start);
  const ended = remember(begun, request, 'done', after(keyLifeMs - 1));
  expect(ended).toEqual([{ ...request, at: start.toISOString(), outcome: 'done' }]);
});

test('However many keys come, then what is remembered is bounded, of a day, and has each key once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: keyLifeMs / 20 }))),
      (uses) => {
        let remembered: ReturnType<typeof remember> = [];
        let now = start;
        for (const [name, passed] of uses) {
          now = new Date(now.getTime() + passed);
          remembered = remember(remembered, { key: `k${name}`, fingerprint: 'f' }, 'done', now);
        }
        expect(remembered.length).toBeLessThanOrEqual(requestsMax);
        expect(new Set(remembered.map(({ key }) => key)).size).toBe(remembered.length);
        for (const { at } of remembered) expect(now.getTime() - Date.parse(at)).toBeLessThan(keyLifeMs);
      },
    ),
  );
});
