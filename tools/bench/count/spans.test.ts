import { allOf, type Span, trees } from './spans';

let ids = 0;
function span(
  kind: Span['kind'],
  what: string,
  within: Span | undefined,
  begun: number,
  ended: number,
): Span {
  ids += 1;
  return { kind, what, id: `s.${ids}`, within: within?.id ?? '', begun, ended, service: 's' };
}
const isRoot = ({ what }: Span) => what === 'POST /orders';
const waitedFor = (spans: Span[]) =>
  trees(spans, isRoot).map((tree) =>
    [...allOf(tree)].filter((step) => step.waitedFor).map(({ what }) => what),
  );

test('When a request calls another service, then the call, what it became and what that asked are all waited for', () => {
  const root = span('in', 'POST /orders', undefined, 0, 100);
  const call = span('out', 'place', root, 10, 90);
  const arrived = span('in', 'placed', call, 20, 91);
  const write = span('redis', 'SET', arrived, 30, 40);

  expect(waitedFor([write, arrived, call, root])).toEqual([['POST /orders', 'place', 'placed', 'SET']]);
});

test('When a call ends after the answer, then neither it nor what it set off is waited for', () => {
  const root = span('in', 'POST /orders', undefined, 0, 100);
  const publish = span('out', 'publish', root, 90, 120);
  const arrived = span('in', 'taken in', publish, 92, 99);

  expect(waitedFor([root, publish, arrived])).toEqual([['POST /orders']]);
});

test('When two bookings run side by side on the same path, then each has its own calls', () => {
  const [a, b] = [
    span('in', 'POST /orders', undefined, 0, 100),
    span('in', 'POST /orders', undefined, 1, 50),
  ];
  const [ofA, ofB] = [span('out', 'charge', a, 10, 90), span('out', 'charge', b, 10, 60)];

  expect(waitedFor([a, b, ofA, ofB])).toEqual([['POST /orders', 'charge'], ['POST /orders']]);
});
