import { chargeOutcome, chargePaths, chargeRequest, closeOutcome, closeRequest } from './charges';

const request = {
  orderId: '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b',
  attempt: '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c',
  amountKrw: 50_000,
  dueAt: '2026-07-24T01:30:00.000Z',
  booking: { seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' }, orderType: 'basic' },
};

test('When payment is called, then each path is fixed, for the breaker is kept by path', () => {
  const paths = Object.values(chargePaths);
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) expect(path).toMatch(/^\/[a-z/]+$/);
});

test('When a charge is asked for, then a card goes with it as a reference or not at all', () => {
  const card = { token: 'token', brand: 'visa', last4: '4242' };
  expect(chargeRequest.parse({ ...request, card })).toEqual({ ...request, card });
  expect(chargeRequest.parse({ ...request, cardNo: '4242424242424242' })).toEqual(request);
  expect(chargeRequest.safeParse({ ...request, card: '4242424242424242' }).success).toBe(false);
});

test.each([
  ['attempt', 1],
  ['attempt', '1'],
  ['attempt', undefined],
  ['amountKrw', -1],
  ['orderId', 'order'],
  ['dueAt', '2026-07-24'],
  ['booking', undefined],
])('When a charge is asked for with %s %j, then it is refused', (field, value) => {
  expect(chargeRequest.safeParse({ ...request, [field]: value }).success).toBe(false);
});

test('When a payment is to be closed, then it is for a reason that payment knows', () => {
  const { orderId, attempt } = request;
  for (const intent of ['abandon', 'expire'])
    expect(closeRequest.safeParse({ orderId, attempt, intent }).success).toBe(true);
  expect(closeRequest.safeParse({ orderId, attempt, intent: 'whatever' }).success).toBe(false);
});

test('When the attempt to be closed has no name, then it is refused: another might be closed in its place', () => {
  const { orderId } = request;
  expect(closeRequest.safeParse({ orderId, intent: 'abandon' }).success).toBe(false);
  expect(closeRequest.safeParse({ orderId, attempt: 1, intent: 'abandon' }).success).toBe(false);
});

test('When an outcome says that money was taken, then it says how much', () => {
  expect(chargeOutcome.safeParse({ outcome: 'approved' }).success).toBe(false);
  expect(closeOutcome.safeParse({ outcome: 'paid' }).success).toBe(false);
});
