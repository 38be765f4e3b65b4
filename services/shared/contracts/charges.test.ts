import {
  cancelOutcome,
  cancelRequest,
  chargeOutcome,
  chargePaths,
  chargeRequest,
  closeOutcome,
  closeRequest,
  supplementOutcome,
  supplementRequest,
  withdrawRequest,
} from './charges';

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

describe('When a payment is to be canceled', () => {
  const { orderId, attempt } = request;
  const cancelId = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5d';
  const cancel = { orderId, attempt, cancelId, refundKrw: 25_000 };

  test('then it says what is to go back, even if that is nothing', () => {
    expect(cancelRequest.parse(cancel)).toEqual(cancel);
    expect(cancelRequest.safeParse({ ...cancel, refundKrw: 0 }).success).toBe(true);
  });

  test.each([
    ['refundKrw', -1],
    ['refundKrw', 0.5],
    ['refundKrw', undefined],
    ['cancelId', 'cancel'],
    ['cancelId', undefined],
    ['attempt', undefined],
  ])('with %s %j, then it is refused', (field, value) => {
    expect(cancelRequest.safeParse({ ...cancel, [field]: value }).success).toBe(false);
  });

  test('and the try is to be withdrawn, then it is named as it was', () => {
    expect(withdrawRequest.parse(cancel)).toEqual({ orderId, attempt, cancelId });
    expect(withdrawRequest.safeParse({ orderId, attempt }).success).toBe(false);
  });

  test('then the answer says how much went back, or that the try never takes effect', () => {
    const payment = { paymentId: 'p', amountKrw: 50_000, payMethod: 'cash', approvedAt: request.dueAt };
    const outcomes = [
      { outcome: 'canceled', refundKrw: 25_000, payment },
      { outcome: 'canceled', refundKrw: 0 },
      { outcome: 'withdrawn' },
    ];
    for (const outcome of outcomes) expect(cancelOutcome.parse(outcome)).toEqual(outcome);
    expect(cancelOutcome.safeParse({ outcome: 'canceled' }).success).toBe(false);
  });
});

describe('When an order moves to another price', () => {
  const { orderId, attempt, booking } = request;
  const ticket = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5d';
  const supplement = { orderId, attempt, ticket, dueKrw: 80_000, differenceKrw: 30_000, booking };

  test('then it says what is due in all and how much that is more, or less', () => {
    expect(supplementRequest.parse(supplement)).toEqual(supplement);
    expect(supplementRequest.safeParse({ ...supplement, dueKrw: 0, differenceKrw: -50_000 }).success).toBe(
      true,
    );
  });

  test('then a card goes with it as a reference or not at all', () => {
    const card = { token: 'token', brand: 'visa', last4: '4242' };
    expect(supplementRequest.parse({ ...supplement, card })).toEqual({ ...supplement, card });
    expect(supplementRequest.parse({ ...supplement, cardNo: '4242424242424242' })).toEqual(supplement);
  });

  test.each([
    ['ticket', 'ticket'],
    ['ticket', undefined],
    ['attempt', undefined],
    ['dueKrw', -1],
    ['differenceKrw', 0.5],
    ['differenceKrw', undefined],
    ['booking', undefined],
  ])('with %s %j, then it is refused', (field, value) => {
    expect(supplementRequest.safeParse({ ...supplement, [field]: value }).success).toBe(false);
  });

  test.each([
    ['approved', 'payment'],
    ['declined', 'reason'],
    ['card needed', 'differenceKrw'],
  ])('and is answered %s without its %s, then that is no answer', (outcome) => {
    expect(supplementOutcome.safeParse({ outcome }).success).toBe(false);
  });

  test.each(['opened', 'closed'])('and is answered %s, then that says it all', (outcome) => {
    expect(supplementOutcome.parse({ outcome })).toEqual({ outcome });
  });
});
