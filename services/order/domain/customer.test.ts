import fc from 'fast-check';
import { isRefusal } from '../../shared/contracts/refusals';
import { admit, type CustomerState, dismiss, newCustomer } from './customer';

const limit = 3;
const below = customer('one', 'two');
const full = customer('one', 'two', 'three');

test.each([
  ['is below the limit', ['one', 'two', 'new'], below, 'new', 'ticket of new'],
  ['counts the order already', ['one', 'two'], below, 'one', 'ticket of one'],
  ['counts it with an earlier ticket', ['one', 'two'], below, 'one', 'later ticket'],
  ['is at the limit', 'refused', full, 'new', 'ticket of new'],
  ['is at the limit and counts it', ['one', 'two', 'three'], full, 'one', 'ticket of one'],
  [
    'is at the limit and counts it with an earlier ticket',
    ['one', 'two', 'three'],
    full,
    'one',
    'later ticket',
  ],
])('When an order asks to be counted and the person %s, then the outcome is %j', (...row) => {
  const [, outcome, state, orderId, ticket] = row;
  const admitted = admit(state, orderId, ticket, 'person', limit);
  if (outcome === 'refused') {
    expect(admitted).toEqual({ refused: 'person_limit_reached', facts: { limit } });
  } else {
    const { live } = admittedState(admitted);
    expect(Object.keys(live)).toEqual(outcome);
    expect(live[orderId]).toContain(ticket);
  }
});

test.each([
  ['is counted, with its ticket', ['two'], 'one', 'ticket of one'],
  ['is counted, with a ticket that it has not', ['one', 'two'], 'one', 'another ticket'],
  ['is not counted', ['one', 'two'], 'other', 'ticket of other'],
])('When an order is dismissed that %s, then these are left: %j', (_name, left, orderId, ticket) => {
  expect(Object.keys(dismiss(below, orderId, ticket).live)).toEqual(left);
});

test('When an address that stands for a person is at its limit, then it is told so as an address', () => {
  expect(admit(full, 'new', 'ticket of new', 'address', limit)).toEqual({
    refused: 'address_limit_reached',
    facts: { limit },
  });
  expect(isRefusal(admit(below, 'new', 'ticket of new', 'address', limit))).toBe(false);
  expect(admit(full, 'one', 'ticket of one', 'address', limit)).toEqual({ state: full });
});

test('When the limit was lowered below what a person has, then nothing is taken away and nothing added', () => {
  expect(isRefusal(admit(full, 'new', 'ticket', 'person', 1))).toBe(true);
  expect(admittedState(admit(full, 'one', 'ticket of one', 'person', 1))).toBe(full);
});

describe('When an order is counted in twice, for it was placed again before its first placement was settled', () => {
  const twice = admittedState(admit(below, 'one', 'later ticket', 'person', limit));

  test('then it counts once', () => {
    expect(Object.keys(twice.live)).toEqual(['one', 'two']);
  });

  test.each([
    ['ticket of one', 'later ticket'],
    ['later ticket', 'ticket of one'],
  ])('and "%s" is over, then "%s" still counts it, until that is over', (over, standing) => {
    const left = dismiss(twice, 'one', over);
    expect(left.live.one).toEqual([standing]);
    expect(dismiss(left, 'one', over)).toBe(left);
    expect(Object.keys(dismiss(left, 'one', standing).live)).toEqual(['two']);
  });
});

test('When many were ended, then the last of them are remembered', () => {
  const tickets = Array.from({ length: 40 }, (_, i) => `ticket ${i}`);
  const state = tickets.reduce((before, ticket) => dismiss(before, 'one', ticket), newCustomer);
  expect(state.ended).toEqual(tickets.slice(8));
  expect(admittedState(admit(state, 'one', 'ticket 39', 'person', limit)).live).toEqual({});
  expect(Object.keys(admittedState(admit(state, 'one', 'ticket 7', 'person', limit)).live)).toEqual(['one']);
});

describe('When admissions and dismissals come in any order, with any tickets', () => {
  const word = fc.record({
    kind: fc.constantFrom('admit', 'dismiss'),
    orderId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    ticket: fc.constantFrom('1', '2', '3'),
  });
  const words = fc.array(word, { maxLength: 40 });
  type Word = { kind: string; orderId: string; ticket: string };

  function hear(state: CustomerState, { kind, orderId, ticket }: Word): CustomerState {
    if (kind === 'dismiss') return dismiss(state, orderId, ticket);
    const admitted = admit(state, orderId, ticket, 'person', limit);
    return isRefusal(admitted) ? state : admitted.state;
  }

  test('then nobody ever has more than the limit', () => {
    fc.assert(
      fc.property(words, (all) => {
        let state = newCustomer;
        for (const each of all) {
          state = hear(state, each);
          expect(Object.keys(state.live).length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  test('then a word that is repeated changes nothing', () => {
    fc.assert(
      fc.property(words, word, (earlier, repeated) => {
        const once = [...earlier, repeated].reduce(hear, newCustomer);
        expect(hear(once, repeated)).toBe(once);
      }),
    );
  });

  test('then a dismissal with a ticket that does not count counts nobody out', () => {
    fc.assert(
      fc.property(words, word, (earlier, { orderId, ticket }) => {
        const state = earlier.reduce(hear, newCustomer);
        fc.pre(!state.live[orderId]?.includes(ticket));
        expect(dismiss(state, orderId, ticket).live).toEqual(state.live);
      }),
    );
  });

  test('then an admission that comes after its dismissal counts nobody in', () => {
    fc.assert(
      fc.property(words, word, (earlier, { orderId, ticket }) => {
        const state = dismiss(earlier.reduce(hear, newCustomer), orderId, ticket);
        expect(admit(state, orderId, ticket, 'person', limit)).toEqual({ state });
      }),
    );
  });

  test('then an order is refused only while the person has as many as allowed', () => {
    fc.assert(
      fc.property(words, (all) => {
        const state = all.reduce(hear, newCustomer);
        expect(isRefusal(admit(state, 'new', 'ticket', 'person', limit))).toBe(
          Object.keys(state.live).length === limit,
        );
      }),
    );
  });
});

function customer(...orderIds: string[]): CustomerState {
  return { live: Object.fromEntries(orderIds.map((orderId) => [orderId, [`ticket of ${orderId}`]])) };
}

function admittedState(admitted: ReturnType<typeof admit>): CustomerState {
  if (isRefusal(admitted)) throw new Error(`refused: ${admitted.refused}`);
  return admitted.state;
}
