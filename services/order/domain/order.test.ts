import fc from 'fast-check';
import type { PaymentFacts } from '../../shared/contracts/booking';
import { isRefusal, type RefusalCode } from '../../shared/contracts/refusals';
import { statusPath } from '../../shared/contracts/status';
import {
  type AcceptedOrder,
  decide,
  evolve,
  type NextStep,
  nextStep,
  noOrder,
  type OrderCommand,
  type OrderState,
  type Placement,
} from './order';

const now = new Date('2026-07-24T01:00:00.000Z');
const paymentDueAt = '2026-07-24T01:30:00.000Z';

const place = command('place', { placement: placement() });
const placePaid = command('place', { placement: placement({ paidAtOnce: payment() }) });
const takeInPayment = command('take in payment', { attempt: 'ticket 2', payment: payment() });
const ofAnEarlierAttempt = command('take in payment', { attempt: 'ticket 1', payment: payment() });
const ofALaterAttempt = command('take in payment', { attempt: 'ticket 3', payment: payment() });
const receive = follow('Reservation Complete');
const confirm = follow('confirmed');
const expire: OrderCommand = { kind: 'expire' };
const abandon: OrderCommand = { kind: 'abandon' };

type Standing = OrderState['status'] | 'abandoned';
const states: Record<Standing, OrderState> = {
  none: noOrder,
  abandoned: given(abandon),
  'Payment Requested': given(place),
  'Pay Approved': given(placePaid),
  'Reservation Complete': given(placePaid, receive),
  confirmed: given(placePaid, receive, confirm),
  expired: given(place, expire),
};

/** What a command leads to: another status, a refusal, or no change at all. */
type Outcome = OrderState['status'] | RefusalCode | '-';
type Row = Record<Standing, Outcome>;

const notThere = (outcome: Outcome) => ({ none: outcome, abandoned: outcome });
const anyAccepted = (outcome: Outcome) => ({
  'Payment Requested': outcome,
  'Pay Approved': outcome,
  'Reservation Complete': outcome,
  confirmed: outcome,
  expired: outcome,
});

// biome-ignore format: a table
const matrix: [string, OrderCommand, Row][] = [
  ['a request to pay later', place, { ...notThere('Payment Requested'), ...anyAccepted('-') }],
  ['a request that is paid at once', placePaid, { ...notThere('Pay Approved'), ...anyAccepted('-') }],
  ['another request under its key', command('place', { placement: placement({ fingerprint: 'another' }) }),
    { ...notThere('Payment Requested'), ...anyAccepted('idempotency_key_reused') }],
  ['a payment', takeInPayment,
    { ...notThere('order_not_found'), ...anyAccepted('-'), 'Payment Requested': 'Pay Approved' }],
  ['a payment of an earlier attempt', ofAnEarlierAttempt, { ...notThere('order_not_found'), ...anyAccepted('-') }],
  ['a payment of a later attempt', ofALaterAttempt, { ...notThere('order_not_found'), ...anyAccepted('-') }],
  ['the reservation as received', receive,
    { ...notThere('order_not_found'), ...anyAccepted('-'), 'Payment Requested': 'Reservation Complete', 'Pay Approved': 'Reservation Complete' }],
  ['the reservation as confirmed', confirm,
    { ...notThere('order_not_found'), ...anyAccepted('confirmed'), confirmed: '-', expired: '-' }],
  ['its expiry', expire, { ...notThere('-'), ...anyAccepted('-'), 'Payment Requested': 'expired' }],
  ['its abandonment', abandon, { ...notThere('none'), ...anyAccepted('-') }],
];

describe.each(matrix)('When an order meets %s', (_name, met, row) => {
  test.each(Object.entries(row))('and is "%s", then the outcome is "%s"', (status, outcome) => {
    expect(outcomeOf(states[status as Standing], met)).toBe(outcome);
  });
});

describe('When an order is placed', () => {
  test('to be paid later, then it says until when', () => {
    expect(accepted(given(place)).placement.paymentDueAt).toBe(paymentDueAt);
  });

  test('and paid at once, then it was never asked for payment', () => {
    const order = accepted(given(placePaid));
    expect(order).toMatchObject({ status: 'Pay Approved', payment: payment() });
    expect(order.history).toEqual([{ status: 'Pay Approved', at: order.placement.placedAt }]);
  });
});

test('When the centre confirms before anything else is heard, then the history has every step all the same', () => {
  const order = accepted(given(place, confirm));
  expect(order.history.map(({ status }) => status)).toEqual(statusPath);
  expect(order).toMatchObject({ payment: payment(), reservationId: 'reservation' });
});

test('When a payment comes after the order expired, then it stays expired', () => {
  expect(given(place, expire, takeInPayment, receive, confirm)).toEqual(given(place, expire));
});

describe('When a placement never came to be', () => {
  test('then that is written down, so that a save of it that comes late finds something newer', () => {
    expect(decide(noOrder, abandon, now)).not.toEqual([]);
    expect(given(abandon)).toEqual({ status: 'none', abandonedAt: now.toISOString() });
  });

  test('then it is written down each time anew, and nothing else changes', () => {
    expect(decide(given(abandon), abandon, now)).not.toEqual([]);
    expect(given(abandon, abandon)).toEqual(given(abandon));
  });

  test('then the next one under its order id may ask for something else, and nothing is left of the first', () => {
    const another = command('place', {
      placement: placement({ fingerprint: 'another', ticket: 'ticket 3' }),
    });
    expect(given(abandon, another)).toEqual(given(another));
    expect(given(abandon, another, takeInPayment)).toEqual(given(another));
    expect(given(abandon, another, ofALaterAttempt)).toMatchObject({ status: 'Pay Approved' });
  });

  test('and a later one did, then it is not abandoned any more', () => {
    expect(given(abandon, place, abandon)).toEqual(given(place));
  });
});

test.each<[Standing, NextStep, NextStep]>([
  ['none', 'abandon', 'abandon'],
  ['abandoned', 'abandon', 'abandon'],
  ['Payment Requested', 'await payment', 'expire'],
  ['Pay Approved', 'nothing', 'nothing'],
  ['Reservation Complete', 'nothing', 'nothing'],
  ['confirmed', 'nothing', 'nothing'],
  ['expired', 'give back', 'give back'],
])('When an order is visited as "%s", then the step is "%s", and "%s" once payment is due', (...row) => {
  const [status, beforeDue, onceDue] = row;
  const due = Date.parse(paymentDueAt);
  expect(nextStep(states[status], new Date(due - 1))).toBe(beforeDue);
  expect(nextStep(states[status], new Date(due))).toBe(onceDue);
  expect(nextStep(states[status], new Date(due + 1))).toBe(onceDue);
});

describe('When any commands come in any order', () => {
  const commands = fc.array(fc.constantFrom(...matrix.map(([, met]) => met)), { maxLength: 12 });

  test('then a repeat of the last one changes nothing', () => {
    fc.assert(
      fc.property(commands, fc.constantFrom(...matrix.map(([, met]) => met)), (earlier, repeated) => {
        const state = given(...earlier, repeated);
        expect(apply(state, repeated)).toEqual(state);
        if (state.status !== 'none') expect(apply(state, repeated)).toBe(state);
      }),
    );
  });

  test('then a payment of another attempt changes nothing', () => {
    fc.assert(
      fc.property(commands, fc.constantFrom(ofAnEarlierAttempt, ofALaterAttempt), (earlier, other) => {
        const state = given(...earlier);
        expect(apply(state, other)).toBe(state);
      }),
    );
  });

  test('then an abandonment never touches an order that was accepted', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const wanted = all.filter(({ kind }) => kind !== 'abandon');
        const state = given(...all);
        if (state.status === 'none') expect(given(...wanted)).toEqual(noOrder);
        else expect(given(...wanted)).toEqual(state);
      }),
    );
  });

  test('then the history follows the published path, step by step', () => {
    const beginnings = statusPath.slice(0, 2).map((_, start) => statusPath.slice(start));
    const legal = beginnings.flatMap((path) => path.map((_, length) => path.slice(0, length + 1).join()));
    fc.assert(
      fc.property(commands, (all) => {
        const state = given(...all);
        fc.pre(state.status !== 'none');
        const { history, status } = accepted(state);
        expect([...legal, 'Payment Requested,expired']).toContain(history.map((step) => step.status).join());
        expect(history.at(-1)?.status).toBe(status);
      }),
    );
  });

  test('then what was agreed when the order was accepted stays', () => {
    fc.assert(
      fc.property(commands, commands, (earlier, later) => {
        const state = given(...earlier);
        fc.pre(state.status !== 'none');
        expect(accepted(later.reduce(apply, state)).placement).toBe(accepted(state).placement);
      }),
    );
  });

  test('then it is paid exactly when it shows a payment', () => {
    const paid = ['Pay Approved', 'Reservation Complete', 'confirmed'];
    fc.assert(
      fc.property(commands, (all) => {
        const state = given(...all);
        expect('payment' in state).toBe(paid.includes(state.status));
      }),
    );
  });
});

function placement(telling: Partial<Placement> = {}): Placement {
  return {
    orderId: 'order',
    orderType: 'basic',
    language: 'ko',
    seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
    priceKrw: 250_000,
    dueKrw: 50_000,
    ticket: 'ticket 2',
    fingerprint: 'the request',
    placedAt: now.toISOString(),
    ...(telling.paidAtOnce ? {} : { paymentDueAt }),
    ...telling,
  };
}

function payment(): PaymentFacts {
  return { paymentId: 'order', amountKrw: 50_000, payMethod: 'cash', approvedAt: now.toISOString() };
}

function command<Kind extends OrderCommand['kind']>(
  kind: Kind,
  facts: Omit<Extract<OrderCommand, { kind: Kind }>, 'kind'>,
): Extract<OrderCommand, { kind: Kind }> {
  return { kind, ...facts } as Extract<OrderCommand, { kind: Kind }>;
}

function follow(status: 'Reservation Complete' | 'confirmed'): OrderCommand {
  return command('follow reservation', { status, reservationId: 'reservation', payment: payment() });
}

function given(...commands: OrderCommand[]): OrderState {
  return commands.reduce(apply, noOrder);
}

function apply(state: OrderState, met: OrderCommand): OrderState {
  const decided = decide(state, met, now);
  return isRefusal(decided) ? state : decided.reduce(evolve, state);
}

function outcomeOf(state: OrderState, met: OrderCommand): Outcome {
  const decided = decide(state, met, now);
  if (isRefusal(decided)) return decided.refused;
  return decided.length === 0 ? '-' : decided.reduce(evolve, state).status;
}

function accepted(state: OrderState): AcceptedOrder {
  if (state.status === 'none') throw new Error('the order was not accepted');
  return state;
}
