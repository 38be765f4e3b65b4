import { centerDecision } from '../../shared/contracts/decisions';
import { isRefusal, type RefusalCode } from '../../shared/contracts/refusals';
import { statusPath } from '../../shared/contracts/status';
import { decide, type OrderCommand } from './order';
import {
  abandon,
  accepted,
  apply,
  cancel,
  cancelPaid,
  center,
  command,
  expire,
  given,
  move,
  now,
  payment,
  place,
  placement,
  placePaid,
  receive,
  type Standpoint,
  standing,
  states,
  takeInPayment,
} from './order.sample';
import { evolve, noOrder, type OrderState } from './orderState';

/** What a command leads to: a status, a refusal, or no change at all. */
type Outcome = OrderState['status'] | RefusalCode | '-';

const standpoints: Standpoint[] = [
  'none',
  'abandoned',
  'Payment Requested',
  'Pay Approved',
  'Reservation Complete',
  'confirmed',
  'checked in',
  'completed',
  'no show',
  'canceled by customer',
  'canceled unpaid',
  'canceled by center',
  'rejected',
  'expired',
];
const absent = ['order_not_found', 'order_not_found'] as const;
const still = (times: number): Outcome[] => Array.from({ length: times }, () => '-');
const refused = (code: RefusalCode, times: number): Outcome[] => Array.from({ length: times }, () => code);
const ended = (code: RefusalCode) => refused(code, 5);

// In the order of the standpoints: none, abandoned | requested, approved, complete, confirmed | checked in, completed,
// no show | canceled by customer, canceled unpaid, canceled by center, rejected, expired.
// biome-ignore format: a table
const matrix: [string, OrderCommand, Outcome[]][] = [
  ['a request to pay later', place, ['Payment Requested', 'Payment Requested', ...still(12)]],
  ['a request that is paid at once', placePaid, ['Pay Approved', 'Pay Approved', ...still(12)]],
  ['another request under its key', command('place', { placement: placement({ fingerprint: 'another' }) }),
    ['Payment Requested', 'Payment Requested', ...refused('idempotency_key_reused', 12)]],
  ['a payment', takeInPayment, [...absent, 'Pay Approved', ...still(11)]],
  ['a payment of an earlier attempt', command('take in payment', { attempt: 'ticket 1', payment: payment() }), [...absent, ...still(12)]],
  ['a payment of a later attempt', command('take in payment', { attempt: 'ticket 3', payment: payment() }), [...absent, ...still(12)]],
  ['its reception', receive, [...absent, '-', 'Reservation Complete', ...still(10)]],
  ['the decision "confirmed"', center('confirmed'),
    [...absent, 'reservation_not_found', 'confirmed', 'confirmed', '-', '-', '-', '-', ...ended('reservation_ended')]],
  ['the decision "rejected"', center('rejected'),
    [...absent, 'reservation_not_found', 'rejected', 'rejected', ...refused('reservation_already_confirmed', 4),
      'reservation_ended', 'reservation_ended', 'reservation_ended', '-', 'reservation_ended']],
  ['the decision "canceled"', center('canceled'),
    [...absent, 'canceled', 'canceled', 'canceled', 'canceled', ...refused('visit_begun', 3),
      'reservation_ended', 'reservation_ended', '-', 'reservation_ended', 'reservation_ended']],
  ['the decision "checked in"', center('checked in'),
    [...absent, 'reservation_not_found', ...refused('reservation_not_confirmed', 2), 'checked in', '-', '-', 'visit_begun', ...ended('reservation_ended')]],
  ['the decision "completed"', center('completed'),
    [...absent, 'reservation_not_found', ...refused('reservation_not_confirmed', 2), 'reservation_not_checked_in', 'completed', '-', 'visit_begun',
      ...ended('reservation_ended')]],
  ['the decision "no show"', center('no show'),
    [...absent, 'reservation_not_found', ...refused('reservation_not_confirmed', 2), 'no show', 'visit_begun', 'visit_begun', '-', ...ended('reservation_ended')]],
  ['a cancellation', cancel,
    [...absent, 'canceled', 'canceled', 'canceled', 'canceled', ...refused('visit_begun', 3), '-', '-', '-', 'order_ended', 'order_ended']],
  ['a cancellation that found it paid', cancelPaid,
    [...absent, 'canceled', 'canceled', 'canceled', 'canceled', ...refused('visit_begun', 3), '-', '-', '-', 'order_ended', 'order_ended']],
  ['a move', move,
    [...absent, 'Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed', ...refused('visit_begun', 3), ...ended('order_ended')]],
  ['a move that found it paid', command('move', { to: standing(), payment: payment() }),
    [...absent, 'Pay Approved', 'Pay Approved', 'Reservation Complete', 'confirmed', ...refused('visit_begun', 3), ...ended('order_ended')]],
  ['a move to where it is', command('move', { to: standing({ hold: { holdId: 'order', ticket: 'ticket 2' } }) }),
    [...absent, '-', '-', '-', '-', ...refused('visit_begun', 3), ...ended('order_ended')]],
  ['its expiry', expire, ['-', '-', 'expired', ...still(11)]],
  ['its abandonment', abandon, ['none', 'none', ...still(12)]],
];

describe.each(matrix)('When an order meets %s', (_name, met, row) => {
  test.each(standpoints.map((standpoint, i) => [standpoint, row[i]] as const))(
    'and is "%s", then the outcome is "%s"',
    (standpoint, outcome) => {
      expect(row).toHaveLength(standpoints.length);
      expect(outcomeOf(states[standpoint], met)).toBe(outcome);
    },
  );
});

test('When the kinds of commands and decisions are counted, then the table has a row for each', () => {
  const kinds = [
    'place',
    'take in payment',
    'take in reception',
    'follow center',
    'cancel',
    'move',
    'expire',
    'abandon',
  ];
  expect(new Set(matrix.map(([, { kind }]) => kind))).toEqual(new Set(kinds));
  const decisions = matrix.flatMap(([, met]) => (met.kind === 'follow center' ? [met.decision] : []));
  expect(decisions.sort()).toEqual([...centerDecision.options].sort());
});

test('When an order is paid, then it has no reservation until the centre has it', () => {
  const paid = given(place, takeInPayment);
  expect(paid).not.toHaveProperty('reservationId');
  expect(apply(paid, receive)).toMatchObject({ reservationId: 'reservation' });
});

describe('When an order is placed', () => {
  test('to be paid later, then it says until when', () => {
    expect(accepted(given(place)).placement.paymentDueAt).toBeDefined();
  });

  test('and paid at once, then it was never asked for payment', () => {
    const order = accepted(given(placePaid));
    expect(order).toMatchObject({ status: 'Pay Approved', payment: payment() });
    expect(order.history).toEqual([{ kind: 'placed', status: 'Pay Approved', at: order.placement.placedAt }]);
  });

  test('then it stands on the seat that was held for it, under its own name', () => {
    const { standing: its, placement: placed } = accepted(given(place));
    expect(its).toMatchObject({
      seat: placed.seat,
      dueKrw: placed.dueKrw,
      hold: { holdId: 'order', ticket: 'ticket 2' },
    });
  });
});

test('When the centre confirms before its reception is heard, then the history has every step all the same', () => {
  const order = accepted(given(place, takeInPayment, center('confirmed')));
  expect(order.history.map(({ status }) => status)).toEqual(statusPath);
  expect(order).toMatchObject({ payment: payment(), reservationId: 'reservation' });
  expect(apply(order, receive)).toBe(order);
});

describe('When a visit has not come', () => {
  const confirmed = states.confirmed;
  const lastOfTheDayBefore = new Date('2026-07-24T14:59:59.999Z');
  const firstOfTheDay = new Date('2026-07-24T15:00:00.000Z');

  test.each(['checked in', 'no show'] as const)(
    'then "%s" is refused until its day in the centre’s zone',
    (decision) => {
      const met = center(decision);
      expect(decide(confirmed, met, lastOfTheDayBefore)).toEqual({
        refused: 'visit_not_due',
        facts: { date: '2026-07-25' },
      });
      expect(apply(confirmed, met, firstOfTheDay).status).toBe(decision);
    },
  );

  test('for it was moved to another day, then that day counts', () => {
    const moved = apply(confirmed, move);
    expect(decide(moved, center('checked in'), now)).toEqual({
      refused: 'visit_not_due',
      facts: { date: '2026-07-27' },
    });
    expect(apply(moved, center('checked in'), new Date('2026-07-26T15:00:00.000Z')).status).toBe(
      'checked in',
    );
  });
});

describe('When the centre ends an order', () => {
  test.each(['canceled', 'rejected'] as const)(
    'that is paid ("%s"), then all of it is to go back',
    (decision) => {
      const order = accepted(given(placePaid, receive, center(decision, { reason: 'closed that day' })));
      expect(order).toMatchObject({ status: decision, refundKrw: 50_000, payment: payment() });
      expect(order.history.at(-1)).toMatchObject({
        reason: 'closed that day',
        refundKrw: 50_000,
        refund: { refundId: 'refund', refundKrw: 50_000 },
      });
    },
  );

  test('that was moved to something cheaper, then what is left of the payment is to go back', () => {
    const order = accepted(given(placePaid, receive, moveTo(30_000), center('canceled')));
    expect(order).toMatchObject({ refundKrw: 30_000 });
    expect(order.history.at(-1)).toMatchObject({ refund: { refundKrw: 30_000 } });
  });

  test('before it was paid, then there is nothing to go back', () => {
    const order = accepted(given(place, center('canceled')));
    expect(order).toMatchObject({ status: 'canceled', refundKrw: 0 });
    expect(order.history.at(-1)).not.toHaveProperty('refund');
    expect(order).not.toHaveProperty('payment');
  });

  test('and it turns out to have been paid meanwhile, then it was paid, and all of it is to go back', () => {
    const order = accepted(given(place, center('canceled', { payment: payment() })));
    expect(order.history.map(({ status }) => status)).toEqual([
      'Payment Requested',
      'Pay Approved',
      'canceled',
    ]);
    expect(order.history.at(-1)).toMatchObject({
      refund: { refundId: 'refund', refundKrw: 50_000 },
      payment: payment(),
    });
  });

  test('whose customer canceled it, then it hears that it has ended; its own repeat is granted', () => {
    expect(outcomeOf(states['canceled by customer'], center('canceled'))).toBe('reservation_ended');
    expect(outcomeOf(states['canceled by center'], center('canceled'))).toBe('-');
  });
});

describe('When its customer cancels', () => {
  test('then what went back is told as gone already, with nothing left for payment to pay out', () => {
    const last = accepted(states['canceled by customer']).history.at(-1);
    expect(last).toMatchObject({ kind: 'canceled', by: 'customer', refundKrw: 25_000, payment: payment() });
    expect(last).not.toHaveProperty('refund');
  });

  test('and it turns out to have been paid meanwhile, then the history says so before it ends', () => {
    const order = accepted(given(place, cancelPaid));
    expect(order.history.map(({ status }) => status)).toEqual([
      'Payment Requested',
      'Pay Approved',
      'canceled',
    ]);
  });
});

describe('When it moves', () => {
  test('then it stands on the new seat, and its status stays', () => {
    const order = accepted(given(placePaid, receive, center('confirmed'), move));
    expect(order).toMatchObject({ status: 'confirmed', standing: standing() });
    expect(order.placement.seat).toEqual(placement().seat);
  });

  test.each([
    ['dearer', 80_000, payment(80_000), undefined, 80_000],
    ['cheaper', 30_000, undefined, { refundId: 'ticket 5', refundKrw: 20_000 }, 50_000],
    ['the same', 50_000, undefined, undefined, 50_000],
  ])('to something %s, then payment and refund say so', (_what, dueKrw, paid, refund, amountKrw) => {
    const order = accepted(given(placePaid, moveTo(dueKrw, paid)));
    expect(order.standing.dueKrw).toBe(dueKrw);
    expect(order).toMatchObject({ payment: { amountKrw } });
    const last = order.history.at(-1);
    expect(last && 'refund' in last ? last.refund : undefined).toEqual(refund);
  });

  test('before it is paid, then another amount is due, and nothing goes back', () => {
    const order = accepted(given(place, moveTo(30_000)));
    expect(order).toMatchObject({ status: 'Payment Requested', standing: { dueKrw: 30_000 } });
    expect(order.history.at(-1)).not.toHaveProperty('refund');
  });

  test('to something cheaper and turns out to have been paid, then the difference goes back', () => {
    const order = accepted(given(place, moveTo(30_000, payment())));
    expect(order.history.map(({ status }) => status)).toEqual([
      'Payment Requested',
      'Pay Approved',
      'Pay Approved',
    ]);
    expect(order.history.at(-1)).toMatchObject({ kind: 'moved', refund: { refundKrw: 20_000 } });
  });
});

describe('When it turns out to have been paid less, as a move that came to nothing had asked for', () => {
  const paidLess = command('take in payment', { attempt: 'ticket 2', payment: payment(30_000) });

  test('then that is what is due', () => {
    expect(accepted(given(place, paidLess)).standing.dueKrw).toBe(30_000);
  });

  test('by a move to that amount, then nothing goes back', () => {
    const order = accepted(given(place, moveTo(30_000, payment(30_000))));
    expect(order.standing.dueKrw).toBe(30_000);
    expect(order.history.at(-1)).not.toHaveProperty('refund');
  });

  test('by a move to something dearer, then what was paid is due', () => {
    expect(accepted(given(place, moveTo(80_000, payment(60_000)))).standing.dueKrw).toBe(60_000);
  });

  test('by the centre that cancels it, then what was paid goes back', () => {
    const order = accepted(given(place, center('canceled', { payment: payment(30_000) })));
    expect(order).toMatchObject({ refundKrw: 30_000 });
    expect(order.history.at(-1)).toMatchObject({ refund: { refundKrw: 30_000 } });
  });
});

describe('When a placement never came to be', () => {
  test('then that is written down, so that a save of it that comes late finds something newer', () => {
    expect(decide(noOrder, abandon, now)).not.toEqual([]);
    expect(given(abandon)).toEqual({ status: 'none', abandonedAt: now.toISOString() });
  });

  test('then the next one under its order id may ask for something else, and nothing is left of the first', () => {
    const another = command('place', {
      placement: placement({ fingerprint: 'another', ticket: 'ticket 3' }),
    });
    expect(given(abandon, another)).toEqual(given(another));
    expect(given(abandon, another, takeInPayment)).toEqual(given(another));
  });
});

function moveTo(dueKrw: number, paid?: ReturnType<typeof payment>): OrderCommand {
  return command('move', { to: standing({ dueKrw }), payment: paid });
}

function outcomeOf(state: OrderState, met: OrderCommand): Outcome {
  const decided = decide(state, met, now);
  if (isRefusal(decided)) return decided.refused;
  return decided.length === 0 ? '-' : decided.reduce(evolve, state).status;
}
