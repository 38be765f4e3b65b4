import { createHoldOff } from './holdOff';

const refused = {
  status: 503,
  headers: { 'x-refused-for-all-ms': '200', 'retry-after': '3' },
  body: Buffer.from(JSON.stringify({ code: 'payment_unavailable' })),
};

function holdOffAt() {
  let now = 1_000;
  const holdOff = createHoldOff(() => now);
  return { holdOff, pass: (ms: number) => (now += ms) };
}

test('When a service refuses all for a moment, then who asks the same meanwhile hears the same, and nobody else', () => {
  const { holdOff, pass } = holdOffAt();
  holdOff.note('POST /orders', refused);
  expect(holdOff.refusalOf('POST /orders')).toEqual({
    refused: 'payment_unavailable',
    facts: {},
    retryAfterSeconds: 3,
  });
  expect(holdOff.refusalOf('GET /orders')).toBeUndefined();
  pass(199);
  expect(holdOff.refusalOf('POST /orders')).toBeDefined();
  pass(1);
  expect(holdOff.refusalOf('POST /orders')).toBeUndefined();
});

test('When it says so for long, then it is asked again soon all the same', () => {
  const { holdOff, pass } = holdOffAt();
  holdOff.note('POST /orders', { ...refused, headers: { 'x-refused-for-all-ms': '3600000' } });
  pass(500);
  expect(holdOff.refusalOf('POST /orders')).toBeUndefined();
});

test.each([
  ['refuses one caller', { ...refused, headers: { 'retry-after': '3' } }],
  ['accepts', { ...refused, status: 201 }],
  ['says no number', { ...refused, headers: { 'x-refused-for-all-ms': 'long' } }],
  ['says nothing that is known here', { ...refused, body: Buffer.from('{"code":"tired"}') }],
  ['says nothing at all', { ...refused, body: Buffer.from('') }],
])('When a service %s, then it is asked by the next', (_how, answer) => {
  const { holdOff } = holdOffAt();
  holdOff.note('POST /orders', answer);
  expect(holdOff.refusalOf('POST /orders')).toBeUndefined();
});
