import { placeOf, selfTimes } from './selfTimes';

describe('Where a function belongs', () => {
  test.each([
    ['file:///app/node_modules/express/lib/router.js', 'express'],
    ['/app/node_modules/@redis/client/dist/lib/client/index.js', '@redis/client'],
    ['/app/node_modules/a/node_modules/b/index.js', 'b'],
    ['node:internal/deps/undici/undici', 'node:undici'],
    ['node:_http_outgoing', 'node:http_outgoing'],
    ['node:internal/streams/readable', 'node:streams'],
    ['/app/dist/services/order/actors/placeOrder.js', 'services/order/actors'],
  ])('When its file is %s, then it is %s', (url, place) => {
    expect(placeOf({ functionName: 'run', url })).toBe(place);
  });

  test('When it has no file, then it is what the engine calls it', () => {
    expect(placeOf({ functionName: '(garbage collector)', url: '' })).toBe('garbage collector');
    expect(placeOf({ functionName: 'stringify', url: '' })).toBe('built into the engine');
  });
});

test('When samples are summed, then each stands for the time until the next', () => {
  const node = (id: number, url: string) => ({
    id,
    callFrame: { functionName: 'f', scriptId: '', url, lineNumber: 0, columnNumber: 0 },
  });
  const times = selfTimes({
    nodes: [node(1, '/app/node_modules/zod/a.js'), node(2, '/app/node_modules/pino/a.js')],
    startTime: 0,
    endTime: 6_000,
    samples: [1, 2, 1],
    timeDeltas: [500, 1_000, 4_000],
  });
  expect([...times]).toEqual([
    ['zod', 1],
    ['pino', 4],
  ]);
});
