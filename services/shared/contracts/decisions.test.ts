import { centerDecision, decisionOutcome, decisionRequest, decisionsPath } from './decisions';
import { refusalTable } from './refusals';
import { bookingStatus } from './status';

const request = {
  orderId: '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b',
  reservationId: 'reservation',
  decision: 'rejected',
  reason: 'closed that day',
};

test('When the centre asks, then on a fixed path, for the breaker is kept by path', () => {
  expect(decisionsPath).toMatch(/^\/[a-z-]+$/);
});

test('When the centre asks leave, then for what becomes a status of the order', () => {
  for (const decision of centerDecision.options) {
    expect(bookingStatus.safeParse(decision).success).toBe(true);
    expect(decisionRequest.parse({ ...request, decision })).toEqual({ ...request, decision });
  }
});

test('When it gives no reason, then none is made up', () => {
  const { reason: _none, ...bare } = request;
  expect(decisionRequest.parse(bare)).toEqual(bare);
});

test.each([
  ['orderId', 'order'],
  ['orderId', undefined],
  ['reservationId', undefined],
  ['decision', 'expired'],
  ['decision', 'Pay Approved'],
  ['decision', undefined],
  ['reason', 'x'.repeat(201)],
])('When it asks with %s %j, then it is refused', (field, value) => {
  expect(decisionRequest.safeParse({ ...request, [field]: value }).success).toBe(false);
});

describe('When the order answers', () => {
  test('that it is granted, then it says since when', () => {
    const granted = { outcome: 'granted', at: '2026-07-24T01:00:00.000Z' };
    expect(decisionOutcome.parse(granted)).toEqual(granted);
    expect(decisionOutcome.safeParse({ outcome: 'granted' }).success).toBe(false);
  });

  test('that it is refused, then with any code that callers know, and no other', () => {
    for (const refused of Object.keys(refusalTable)) {
      const outcome = { outcome: 'refused', refused, facts: { date: '2026-07-25' }, retryAfterSeconds: 1 };
      expect(decisionOutcome.parse(outcome)).toEqual(outcome);
    }
    for (const refused of ['no_such_code', 'toString', '', undefined])
      expect(decisionOutcome.safeParse({ outcome: 'refused', refused }).success).toBe(false);
  });
});
