import { isRefusal, type RefusalCode, refusalTable, refuse } from './refusals';

const refusals = Object.entries(refusalTable);

describe.each(refusals)('When a caller meets %s', (code, { status, ko, en }) => {
  test('then it is told in Korean and in English', () => {
    expect(ko).toMatch(/[가-힣].*\.$/);
    expect(en).toMatch(/^[A-Z][\x20-\x7e]*\.$/);
  });

  test('then the status says whose fault it is', () => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThanOrEqual(599);
  });

  test('then the text is fixed: no value of a request finds a place in it', () => {
    expect(`${ko}${en}`).not.toMatch(/[{}<>%]|\$|\d{5}|@/);
  });

  test('then the code is fit for a URL', () => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });
});

test('When two refusals differ, then so do their texts', () => {
  expect(new Set(refusals.map(([, { ko }]) => ko)).size).toBe(refusals.length);
  expect(new Set(refusals.map(([, { en }]) => en)).size).toBe(refusals.length);
});

test('When trying again is the remedy, then the text says so', () => {
  const passing = refusals.filter(([, { status }]) => status === 503);
  expect(passing).not.toHaveLength(0);
  for (const [, { ko, en }] of passing) {
    expect(ko).toContain('잠시 후');
    expect(en).toContain('again shortly');
  }
});

// The statuses that callers were promised.
test.each<[RefusalCode, number]>([
  ['value_invalid', 422],
  ['order_not_found', 404],
  ['payment_declined', 402],
  ['payment_unavailable', 503],
  ['slot_full', 409],
  ['person_limit_reached', 409],
  ['address_limit_reached', 409],
  ['idempotency_key_reused', 422],
  ['request_in_flight', 409],
  ['date_closed', 409],
  ['order_ended', 409],
  ['visit_begun', 409],
  ['visit_not_due', 409],
  ['reservation_not_confirmed', 409],
  ['reservation_not_checked_in', 409],
  ['reservation_already_confirmed', 409],
  ['reservation_ended', 409],
  ['cancel_unavailable', 503],
  ['move_unavailable', 503],
  ['calendar_conflicts', 409],
  ['precondition_required', 428],
  ['precondition_failed', 412],
])('When %s is answered, then the status is %d', (code, status) => {
  expect(refusalTable[code].status).toBe(status);
});

describe('When a rule says no', () => {
  test('then it is told from any other value', () => {
    expect(isRefusal(refuse('slot_full'))).toBe(true);
    for (const value of [undefined, null, 'slot_full', 409, {}, [], { status: 'none' }])
      expect(isRefusal(value)).toBe(false);
  });

  test('then it holds what it was given and nothing else', () => {
    expect(refuse('slot_full')).toEqual({ refused: 'slot_full' });
    expect(refuse('person_limit_reached', { limit: 10 })).toEqual({
      refused: 'person_limit_reached',
      facts: { limit: 10 },
    });
    expect(refuse('payment_unavailable', undefined, 0)).toEqual({
      refused: 'payment_unavailable',
      retryAfterSeconds: 0,
    });
  });
});
