import fc from 'fast-check';
import type { CardReference } from '../../shared/contracts/booking';
import { isRefusal, type Refusal } from '../../shared/contracts/refusals';
import { type CancelCommand, planCancel, planWithdraw } from './cancel';
import { type ChargeCommand, planCharge } from './charge';
import { planClose } from './close';
import { planPay } from './pay';
import {
  beginAttempt,
  type CapturedPayment,
  type Charge,
  type CloseIntent,
  capturedState,
  chargeKey,
  closedState,
  noPayment,
  openChargeKey,
  openState,
  type PaymentState,
  tombstonesOf,
} from './payment';
import {
  type Attempts,
  attempts,
  booking,
  captured,
  card,
  dueAt,
  dueKrw,
  fromCard,
  move,
  moved,
  now,
  open,
  payments,
  type Standing,
} from './payment.sample';
import { cancelPaid, planRefund, refundKey, settleRefunds } from './refund';
import { planSupplement, supplemented, undoSupplement } from './supplement';

// biome-ignore format: a table
const charges: Record<Standing, Attempts> = {
  none:                         { its: 'charge order.2', aTicket: 'charge order.25', theNext: 'charge order.3', anEarlier: 'charge order.1' },
  open:                         standing('answer opened'),
  'open after a decline':       standing('answer opened'),
  'open and moved':             standing('answer opened'),
  declined:                     { its: 'answer declined', aTicket: 'charge order.25', theNext: 'charge order.3', anEarlier: 'answer closed' },
  'captured from a card':       standing('answer captured'),
  'captured from a card later': standing('answer captured'),
  'captured in cash':           standing('answer captured'),
  'captured and supplemented':  standing('answer captured'),
  canceled:                     { its: 'answer closed', aTicket: 'answer closed', theNext: 'answer closed', anEarlier: 'answer closed' },
  'canceled and supplemented':  { its: 'answer closed', aTicket: 'answer closed', theNext: 'answer closed', anEarlier: 'answer closed' },
  closed:                       { its: 'answer closed', aTicket: 'charge order.25', theNext: 'charge order.3', anEarlier: 'answer closed' },
  abandoned:                    { its: 'answer closed', aTicket: 'charge order.25', theNext: 'charge order.3', anEarlier: 'answer closed' },
};

function standing(its: string): Attempts {
  return { its, aTicket: 'answer occupied', theNext: 'answer occupied', anEarlier: 'answer closed' };
}

describe.each(Object.entries(charges))('When a payment that is %s is to be charged', (standing, row) => {
  const state = payments[standing as Standing];

  test.each(Object.entries(row))('for %s attempt, then the plan is: %s', (which, plan) => {
    const attempt = attempts[which as keyof Attempts];
    expect(inWords(planCharge(state, charge(attempt, card)))).toBe(plan);
  });

  test.each(Object.entries(row))(
    'for %s attempt without a card, then it is opened where it would be charged: %s',
    (which, plan) => {
      const attempt = attempts[which as keyof Attempts];
      expect(inWords(planCharge(state, charge(attempt)))).toBe(plan.replace(/charge .*/, 'open'));
    },
  );
});

test('When an attempt was closed before it came, then it is not begun when it comes', () => {
  for (const state of [{ status: 'none' }, payments.declined, payments.closed] as PaymentState[]) {
    expect(inWords(planCharge({ ...state, closedTicket: '3' }, charge('3')))).toBe('answer closed');
    expect(inWords(planCharge({ ...state, closedTicket: '3' }, charge('4')))).toBe('open');
  }
});

test('When an attempt was declined, then the answer says why', () => {
  expect(planCharge(payments.declined, charge('2', card))).toMatchObject({ reason: 'card_declined' });
});

// biome-ignore format: a table
const pays: Record<Standing, { card: string; cash: string; wrongPrice: string; cardWithoutNumber: string }> = {
  none: every('payment_not_found'),
  open: { card: 'charge order.2.1', cash: 'take cash order.2.1', wrongPrice: 'price_mismatch', cardWithoutNumber: 'value_invalid' },
  'open after a decline':
        { card: 'charge order.2.2', cash: 'take cash order.2.2', wrongPrice: 'price_mismatch', cardWithoutNumber: 'value_invalid' },
  'open and moved':
        { card: 'price_mismatch', cash: 'price_mismatch', wrongPrice: 'price_mismatch', cardWithoutNumber: 'price_mismatch' },
  declined: every('payment_not_found'),
  'captured from a card': { ...every('answer'), cash: 'payment_already_made' },
  'captured from a card later': { ...every('answer'), cash: 'payment_already_made' },
  'captured in cash': { ...every('payment_already_made'), cash: 'answer' },
  'captured and supplemented': { ...every('answer'), cash: 'payment_already_made' },
  canceled: every('payment_closed'),
  'canceled and supplemented': every('payment_closed'),
  closed: every('payment_closed'),
  abandoned: every('payment_closed'),
};

function every(plan: string) {
  return { card: plan, cash: plan, wrongPrice: plan, cardWithoutNumber: plan };
}

describe.each(Object.entries(pays))('When a customer pays and the payment is %s', (standing, row) => {
  const commands = {
    card: { price: dueKrw, payMethod: 'card', card },
    cash: { price: dueKrw, payMethod: 'cash' },
    wrongPrice: { price: dueKrw - 1, payMethod: 'card', card },
    cardWithoutNumber: { price: dueKrw, payMethod: 'card' },
  } as const;

  test.each(Object.entries(row))('by %s, then the plan is: %s', (how, plan) => {
    const command = commands[how as keyof typeof commands];
    expect(inWords(planPay('order', payments[standing as Standing], command))).toBe(plan);
  });
});

test('When a card is to pay and none is given, then the refusal points at its number', () => {
  const plan = planPay('order', payments.open, { price: dueKrw, payMethod: 'card' });
  expect(plan).toMatchObject({ facts: { errors: [{ pointer: '/cardNo' }] } });
});

test('When the price is wrong, then the refusal names both amounts', () => {
  const plan = planPay('order', payments.open, { price: 1, payMethod: 'cash' });
  expect(plan).toMatchObject({ facts: { price: 1, dueKrw } });
});

// biome-ignore format: a table
const closes: Record<Standing, Record<CloseIntent, Attempts>> = {
  none: {
    abandon: { its: 'void order.2, close', aTicket: 'void order.25, close', theNext: 'void order.3, close', anEarlier: 'void order.1, close' },
    expire:  { its: 'void order.2, close', aTicket: 'void order.25, close', theNext: 'void order.3, close', anEarlier: 'void order.1, close' },
  },
  open: bothWays('void order.2.1, close', 'look, then void order.2.1'),
  'open after a decline': bothWays('void order.2.2, close', 'look, then void order.2.2'),
  'open and moved': {
    abandon: { ...unknown('void order.2.2, close'), aTicket: 'undo supplement' },
    expire:  { ...unknown('look, then void order.2.2'), aTicket: 'look, then void order.2.2' },
  },
  declined: bothWays('answer closed', 'answer closed', 'close'),
  'captured from a card': bothWays('void order.2, close', 'answer paid'),
  'captured from a card later': bothWays('void order.2.1, close', 'answer paid'),
  'captured in cash': bothWays('close', 'answer paid'),
  'captured and supplemented': {
    abandon: { ...unknown('void order.2 order.25, close'), aTicket: 'undo supplement' },
    expire:  { ...unknown('answer paid'), aTicket: 'answer paid' },
  },
  canceled: bothWays('answer closed', 'answer closed', 'nothing'),
  'canceled and supplemented': {
    abandon: { ...unknown('answer closed', 'nothing'), aTicket: 'undo supplement' },
    expire:  { ...unknown('answer closed', 'nothing'), aTicket: 'undo supplement' },
  },
  closed: bothWays('answer closed', 'answer closed', 'remember'),
  abandoned: bothWays('answer closed', 'answer closed', 'close'),
};

/** Of its own attempt, and of one that it does not know: void it, and do what is told if it is a later one. */
function unknown(its: string, later = 'remember'): Attempts {
  return {
    its,
    aTicket: `void order.25, ${later}`,
    theNext: `void order.3, ${later}`,
    anEarlier: 'void order.1, nothing',
  };
}

function bothWays(abandon: string, expire: string, later?: string): Record<CloseIntent, Attempts> {
  return { abandon: unknown(abandon, later), expire: unknown(expire, later) };
}

describe.each(
  Object.entries(closes).flatMap(([standing, { abandon, expire }]) => [
    [standing, 'abandon', abandon] as const,
    [standing, 'expire', expire] as const,
  ]),
)('When a payment that is %s is closed to %s', (standing, intent, row) => {
  test.each(Object.entries(row))('for %s attempt, then the plan is: %s', (which, plan) => {
    const attempt = attempts[which as keyof Attempts];
    expect(inWords(planClose('order', payments[standing as Standing], { attempt, intent }))).toBe(plan);
  });
});

test('When a ticket that was closed already is closed again, then nothing is left to remember', () => {
  const state = { ...payments.open, closedTicket: '3' };
  expect(inWords(planClose('order', state, { attempt: '3', intent: 'abandon' }))).toBe(
    'void order.3, nothing',
  );
});

const withdrawals = { afterWithdrawal: 'answer withdrawn', withdrawal: 'withdraw' };

function asOne(plan: string): Attempts {
  return { its: plan, aTicket: plan, theNext: plan, anEarlier: 'withdraw' };
}

// biome-ignore format: a table
const cancels: Record<Standing, Attempts & { afterWithdrawal: string; withdrawal: string }> = {
  none: { its: 'void order.2', aTicket: 'void order.25', theNext: 'void order.3', anEarlier: 'void order.1', ...withdrawals },
  open: { ...asOne('look, then void order.2.1'), ...withdrawals },
  'open after a decline': { ...asOne('look, then void order.2.2'), ...withdrawals },
  'open and moved': { ...asOne('look, then void order.2.2'), ...withdrawals },
  declined: { its: 'void order.2', aTicket: 'void order.25', theNext: 'void order.3', anEarlier: 'withdraw', ...withdrawals },
  'captured from a card': { ...asOne('give back'), ...withdrawals },
  'captured from a card later': { ...asOne('give back'), ...withdrawals },
  'captured in cash': { ...asOne('give back'), ...withdrawals },
  'captured and supplemented': { ...asOne('give back'), ...withdrawals },
  canceled: { ...asOne('finish'), anEarlier: 'finish', afterWithdrawal: 'finish', withdrawal: 'finish' },
  'canceled and supplemented': { ...asOne('finish'), anEarlier: 'finish', afterWithdrawal: 'finish', withdrawal: 'finish' },
  closed: { its: 'void order.2', aTicket: 'void order.25', theNext: 'void order.3', anEarlier: 'withdraw', ...withdrawals },
  abandoned: { its: 'void order.2', aTicket: 'void order.25', theNext: 'void order.3', anEarlier: 'withdraw', ...withdrawals },
};

describe.each(Object.entries(cancels))('When a payment that is %s is canceled', (name, row) => {
  const state = payments[name as Standing];
  const { afterWithdrawal, withdrawal, ...byAttempt } = row;

  test.each(Object.entries(byAttempt))('for %s attempt, then the plan is: %s', (which, plan) => {
    const attempt = attempts[which as keyof Attempts];
    expect(inWords(planCancel('order', state, cancel({ attempt }), now))).toBe(plan);
  });

  test(`after that cancel was withdrawn, then the plan is: ${afterWithdrawal}`, () => {
    const after = { ...state, withdrawnCancelId: 'c2' };
    for (const cancelId of ['c1', 'c2'])
      expect(inWords(planCancel('order', after, cancel({ cancelId }), now))).toBe(afterWithdrawal);
    expect(inWords(planCancel('order', after, cancel({ cancelId: 'c3' }), now))).toBe(row.its);
  });

  test(`and the cancel is withdrawn instead, then the plan is: ${withdrawal}`, () => {
    expect(inWords(planWithdraw(state, 'c2'))).toBe(withdrawal);
    const again = planWithdraw({ ...state, withdrawnCancelId: 'c2' }, 'c2');
    expect(inWords(again)).toBe(state.status === 'canceled' ? 'finish' : 'answer withdrawn');
  });
});

const late = {
  forAnEarlierAttempt: 'answer closed',
  afterItsClose: 'answer closed',
  afterALater: 'answer closed',
};

function ended() {
  const plan = 'answer closed';
  return { dearer: plan, same: plan, cheaper: plan, again: plan, ...late };
}

// biome-ignore format: a table
const supplements: Record<Standing, { dearer: string; same: string; cheaper: string; again: string; forAnEarlierAttempt: string; afterItsClose: string; afterALater: string }> = {
  none: ended(),
  open: { dearer: 'look, then void order.2.1', same: 'save', cheaper: 'look, then void order.2.1', again: 'look, then void order.2.1', ...late },
  'open after a decline': { dearer: 'look, then void order.2.2', same: 'save', cheaper: 'look, then void order.2.2', again: 'look, then void order.2.2', ...late },
  'open and moved': { dearer: 'look, then void order.2.2', same: 'look, then void order.2.2', cheaper: 'look, then void order.2.2', again: 'answer opened', ...late },
  declined: ended(),
  'captured from a card': { dearer: 'charge order.27', same: 'save', cheaper: 'save', again: 'charge order.25', ...late },
  'captured from a card later': { dearer: 'charge order.27', same: 'save', cheaper: 'save', again: 'charge order.25', ...late },
  'captured in cash': { dearer: 'answer card needed', same: 'save', cheaper: 'save', again: 'answer card needed', ...late },
  'captured and supplemented': { dearer: 'charge order.27', same: 'save', cheaper: 'save', again: 'answer approved', ...late },
  canceled: ended(),
  'canceled and supplemented': ended(),
  closed: ended(),
  abandoned: ended(),
};

describe.each(Object.entries(supplements))('When an order is moved whose payment is %s', (name, row) => {
  const state = payments[name as Standing];
  const ask = { attempt: '2', ticket: '27', dueKrw: 90_000, differenceKrw: 40_000, booking };
  const cases = {
    dearer: () => planSupplement('order', state, ask),
    same: () => planSupplement('order', state, { ...ask, dueKrw, differenceKrw: 0 }),
    cheaper: () => planSupplement('order', state, { ...ask, dueKrw: dueKrw - 1, differenceKrw: -1 }),
    again: () => planSupplement('order', state, move),
    forAnEarlierAttempt: () => planSupplement('order', state, { ...ask, attempt: '1' }),
    afterItsClose: () => planSupplement('order', { ...state, closedTicket: '27' }, ask),
    afterALater: () => planSupplement('order', state, { ...ask, ticket: '19' }),
  };

  test.each(Object.entries(row))('%s, then the plan is: %s', (which, plan) => {
    expect(inWords(cases[which as keyof typeof cases]())).toBe(plan);
  });
});

test('When part of it went back before, then what order names as the difference is charged, not what looks like one', () => {
  const state = { ...fromCard, card };
  expect(planSupplement('order', state, { ...move, dueKrw, differenceKrw: 20_000 })).toMatchObject({
    step: 'charge',
    differenceKrw: 20_000,
  });
});

test('When a move costs more, then the difference is charged to the card that was given, else to the one that paid', () => {
  const given = { token: 'another', brand: 'visa', last4: '1111' };
  const state = { ...fromCard, card };
  expect(planSupplement('order', state, move)).toMatchObject({ differenceKrw: 30_000, card });
  expect(planSupplement('order', state, { ...move, card: given })).toMatchObject({ card: given });
  expect(planSupplement('order', captured('cash'), { ...move, card: given })).toMatchObject({ card: given });
});

// biome-ignore format: a table
const refunds: Record<Standing, { byAMove: string; byTheEnd: string }> = {
  none:                         { byAMove: 'nothing', byTheEnd: 'nothing' },
  open:                         { byAMove: 'nothing', byTheEnd: 'nothing' },
  'open after a decline':       { byAMove: 'nothing', byTheEnd: 'nothing' },
  'open and moved':             { byAMove: 'nothing', byTheEnd: 'nothing' },
  declined:                     { byAMove: 'nothing', byTheEnd: 'nothing' },
  'captured from a card':       { byAMove: 'captured, order.2 40000', byTheEnd: 'canceled, order.2 40000' },
  'captured from a card later': { byAMove: 'captured, order.2.1 40000', byTheEnd: 'canceled, order.2.1 40000' },
  'captured in cash':           { byAMove: 'captured, cash 40000', byTheEnd: 'canceled, cash 40000' },
  'captured and supplemented':  { byAMove: 'captured, order.2 40000', byTheEnd: 'canceled, order.2 40000' },
  canceled:                     { byAMove: 'canceled, order.2 20000, order.2 30000', byTheEnd: 'canceled, order.2 20000, order.2 30000' },
  'canceled and supplemented':  { byAMove: 'canceled, order.2 20000, order.2 30000, order.25 10000', byTheEnd: 'canceled, order.2 20000, order.2 30000, order.25 10000' },
  closed:                       { byAMove: 'nothing', byTheEnd: 'nothing' },
  abandoned:                    { byAMove: 'nothing', byTheEnd: 'nothing' },
};

describe.each(Object.entries(refunds))(
  'When 40,000 won are to go back and the payment is %s',
  (name, row) => {
    test.each([
      ['a move', false, row.byAMove],
      ['the end of the order', true, row.byTheEnd],
    ])('by %s, then what follows is: %s', (_why, ends, expected) => {
      const next = planRefund(payments[name as Standing], { refundId: 'r', refundKrw: 40_000, ends }, now);
      const parts = next?.refunding.flatMap((refund) => refund.parts) ?? [];
      const words = parts.map(({ key = 'cash', amountKrw }) => `${key} ${amountKrw}`);
      expect(next ? [next.status, ...words].join(', ') : 'nothing').toBe(expected);
    });
  },
);

test('When a refund is greater than the first charge, then the supplements give the rest, and no more than was paid', () => {
  const state = payments['captured and supplemented'];
  const next = planRefund(state, { refundId: 'r', refundKrw: 70_000, ends: true }, now);
  expect(next?.refunding[0]?.parts).toEqual([
    { key: 'order.2', amountKrw: 50_000 },
    { key: 'order.25', amountKrw: 20_000 },
  ]);
  const capped = planRefund(state, { refundId: 'r', refundKrw: 1_000_000, ends: true }, now);
  expect(capped).toMatchObject({ ending: { refundKrw: 80_000 }, refunding: [{ refundKrw: 80_000 }] });
});

test('When the first charge has gone back, then the supplements give back all that is theirs, and no more', () => {
  const state = payments['captured and supplemented'];
  const first = planRefund(state, { refundId: 'r', refundKrw: 50_000, ends: false }, now);
  const next = planRefund(first ?? state, { refundId: 's', refundKrw: 40_000, ends: false }, now);
  expect(next?.refunding[1]).toEqual({
    refundId: 's',
    refundKrw: 30_000,
    parts: [{ key: 'order.25', amountKrw: 30_000 }],
  });
});

test('When cash goes back, then no key is named', () => {
  const next = planRefund(captured('cash'), { refundId: 'r', refundKrw: 40_000, ends: false }, now);
  expect(next?.refunding[0]?.parts).toStrictEqual([{ amountKrw: 40_000 }]);
});

describe('When nothing is to go back', () => {
  test('by a move, then nothing follows, whether the order has ended or not', () => {
    for (const state of [fromCard, payments.canceled])
      expect(planRefund(state, { refundId: 'r', refundKrw: 0, ends: false }, now)).toBeUndefined();
  });

  test('for it was canceled too late, then it ends, and no refund is begun', () => {
    const canceled = cancelPaid(fromCard, { refundId: 'c', refundKrw: 0 }, now);
    expect(canceled).toMatchObject({ ending: { refundId: 'c', refundKrw: 0 }, refunding: [], refunds: [] });
    expect(canceled).not.toHaveProperty('dues');
  });
});

test('When all that was begun has gone back, then it is known since when, and nothing is left to do', () => {
  const later = new Date('2026-07-24T02:00:00.000Z');
  const first = settleRefunds({ ...payments.canceled }, now);
  const second = planRefund(first, { refundId: 'r', refundKrw: 10_000, ends: false }, now) ?? first;
  expect(settleRefunds(second, later)).toEqual({
    ...payments.canceled,
    refunding: [],
    refunds: [
      { ...payments.canceled.refunding[0], refundedAt: now.toISOString() },
      { ...second.refunding[0], refundedAt: later.toISOString() },
    ],
  });
});

test('When refunds are asked of the provider, then each has a key of its own for each charge', () => {
  const keys = ['r', 's'].flatMap((refundId) => ['a', 'b'].map((key) => refundKey(refundId, key)));
  expect(new Set(keys).size).toBe(4);
});

test('When a refund comes again, with whatever amount, then nothing follows, begun or done', () => {
  const begun = planRefund(fromCard, { refundId: 'r', refundKrw: 10_000, ends: false }, now);
  const done = settleRefunds(begun ?? fromCard, now);
  for (const state of [begun ?? fromCard, done])
    expect(planRefund(state, { refundId: 'r', refundKrw: 20_000, ends: false }, now)).toBeUndefined();
});

test('When the order ended before word of an earlier refund comes, then that one is paid out as well', () => {
  const ended = planRefund(fromCard, { refundId: 'end', refundKrw: 20_000, ends: true }, now);
  const next = planRefund(ended ?? fromCard, { refundId: 'move', refundKrw: 30_000, ends: false }, now);
  expect(next).toMatchObject({
    status: 'canceled',
    ending: { refundId: 'end', refundKrw: 20_000 },
    refunding: [{ refundKrw: 20_000 }, { refundKrw: 30_000 }],
  });
});

test('When the order ends after another refund was begun, then its end is that which it names', () => {
  const begun = planRefund(fromCard, { refundId: 'move', refundKrw: 30_000, ends: false }, now);
  const next = planRefund(begun ?? fromCard, { refundId: 'end', refundKrw: 15_000, ends: true }, now);
  expect(next).toMatchObject({ ending: { refundId: 'end', refundKrw: 15_000 } });
  expect(next).not.toHaveProperty('card');
});

test('When a supplement is paid, then all that was paid is told', () => {
  const charge = { payMethod: 'card', key: 'order.25', providerId: 'p', amountKrw: 30_000 } as const;
  expect(supplemented(fromCard, move, charge)).toEqual({
    ...fromCard,
    amountKrw: 80_000,
    payment: { ...fromCard.payment, amountKrw: 80_000 },
    dues: [...fromCard.dues, moved],
    charges: [...fromCard.charges, charge],
  });
});

describe('When a supplement is undone', () => {
  test('and a later one was before, then that is remembered still', () => {
    const state = { ...payments['captured and supplemented'], closedTicket: '27' };
    expect(undoSupplement('order', state, '25')?.next).toMatchObject({ closedTicket: '27' });
  });

  test('and it was charged, then that charge alone is voided, and the payment is as it was', () => {
    const undone = undoSupplement('order', payments['captured and supplemented'], '25');
    expect(undone).toEqual({ next: { ...fromCard, closedTicket: '25' }, voidKey: 'order.25' });
  });

  test('and the order was canceled meanwhile, then its charge goes back as well', () => {
    const due = { refundId: 'c', refundKrw: 25_000 };
    const canceled = cancelPaid(payments['captured and supplemented'], due, now);
    const undone = undoSupplement('order', canceled, '25');
    expect(undone).toMatchObject({ next: { amountKrw: dueKrw, ending: due }, voidKey: 'order.25' });
    expect(undone?.next).toMatchObject({ charges: fromCard.charges });
  });

  test('of which money went back already, then it was accepted, and it stands', () => {
    const state = payments['captured and supplemented'];
    const next = planRefund(state, { refundId: 'r', refundKrw: 51_000, ends: false }, now);
    expect(undoSupplement('order', next ?? state, '25')).toBeUndefined();
  });

  test('and nothing was paid yet, then the amount before is due, and no charge under the old key can come', () => {
    const undone = undoSupplement('order', payments['open and moved'], '25');
    expect(undone).toEqual({ next: { ...open, declines: 2, closedTicket: '25' }, voidKey: 'order.2.2' });
  });

  test('that was followed by another, then the later one stands', () => {
    const later = { ticket: '27', dueKrw: 90_000, booking };
    const state = {
      ...payments['open and moved'],
      amountKrw: 90_000,
      dues: [open.dues[0], moved, later] as const,
    };
    const undone = undoSupplement('order', state, '25');
    expect(undone?.next).toMatchObject({ amountKrw: 90_000, dues: [open.dues[0], later] });
    expect(undone?.voidKey).toBeUndefined();
  });

  test('and its amount was paid in one, then what that was too much goes back', () => {
    const charge: Charge = { payMethod: 'card', key: 'order.2.2', providerId: 'p', amountKrw: 80_000 };
    const dues = [open.dues[0], moved] as const;
    const paid = capturedState('order', open, { attempt: '2', dues, charge }, { approvedAt: dueAt });
    expect(undoSupplement('order', paid, '25')?.next).toMatchObject({
      dues: [open.dues[0]],
      refunding: [{ refundId: '25', refundKrw: 30_000, parts: [{ key: 'order.2.2', amountKrw: 30_000 }] }],
    });
  });

  test('and the order was canceled after its amount was paid in one, then what that was too much goes back as well, once', () => {
    const charge: Charge = { payMethod: 'card', key: 'order.2.2', providerId: 'p', amountKrw: 80_000 };
    const dues = [open.dues[0], moved] as const;
    const paid = capturedState('order', open, { attempt: '2', dues, charge }, { approvedAt: dueAt });
    const canceled = cancelPaid(paid, { refundId: 'c', refundKrw: 25_000 }, now);
    const close = { attempt: '25', intent: 'abandon' } as const;
    expect(planClose('order', canceled, close)).toEqual({ step: 'undo supplement', state: canceled });
    const next = undoSupplement('order', canceled, '25')?.next ?? canceled;
    expect(next).not.toHaveProperty('booking');
    expect(next).toMatchObject({
      ending: { refundId: 'c', refundKrw: 25_000 },
      refunding: [
        { refundId: 'c', refundKrw: 25_000 },
        { refundId: '25', refundKrw: 30_000, parts: [{ key: 'order.2.2', amountKrw: 30_000 }] },
      ],
    });
    expect(planClose('order', next, close)).toMatchObject({ step: 'void', next: 'nothing' });
  });
});

describe('When a later attempt is begun', () => {
  const before = { ...payments.declined, withdrawnCancelId: 'c2', closedTicket: '25' };
  const later = new Date('2026-07-24T02:00:00.000Z');

  test('then it is known since when there is a payment, and what was called off before it came', () => {
    expect(beginAttempt(before, '3', 80_000, later)).toEqual({
      attempt: '3',
      amountKrw: 80_000,
      createdAt: now.toISOString(),
      withdrawnCancelId: 'c2',
      closedTicket: '25',
    });
    expect(beginAttempt(noPayment, '3', 80_000, later)).toEqual({
      attempt: '3',
      amountKrw: 80_000,
      createdAt: later.toISOString(),
    });
  });

  test('and paid by card, then a supplement can be charged to that card', () => {
    const charge = { payMethod: 'card', key: 'order.3', providerId: 'p', amountKrw: 80_000 } as const;
    const dues = [{ ticket: '3', dueKrw: 80_000, booking }] as const;
    const facts = { approvedAt: later.toISOString(), card: { brand: 'visa', last4: '4242' } };
    expect(capturedState('order', before, { attempt: '3', dues, charge, card }, facts)).toEqual({
      status: 'captured',
      ...beginAttempt(before, '3', 80_000, later),
      payment: { paymentId: 'order', amountKrw: 80_000, payMethod: 'card', ...facts },
      booking,
      dues,
      card,
      charges: [charge],
      refunding: [],
      refunds: [],
    });
  });

  test.each([
    ['as much as is named', before, 80_000, 80_000],
    ['as much as before, where no amount is named', before, undefined, dueKrw],
    ['nothing, where none is named and none was asked for', noPayment, undefined, 0],
  ])('and closed, then what it asked for was %s', (_what, state, named, amountKrw) => {
    const command = { attempt: '3', intent: 'abandon', ...(named ? { amountKrw: named } : {}) } as const;
    expect(closedState(state, command, later)).toEqual({
      status: 'closed',
      ...beginAttempt(state, '3', amountKrw, later),
      intent: 'abandon',
      closedAt: later.toISOString(),
    });
  });
});

test('When keys are asked for, then every try of every attempt has its own, and a repeat has the same', () => {
  const keys = Object.values(attempts).flatMap((attempt) => [
    chargeKey('order', attempt),
    ...[0, 1, 2].map((declines) => openChargeKey('order', { ...payments.open, attempt, declines })),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
  expect(openChargeKey('order', payments.open)).toBe(openChargeKey('order', { ...payments.open }));
});

describe('When an order is placed, paid, visited and closed in any order, and processes die on the way', () => {
  const step = fc.record({
    kind: fc.constantFrom(
      'place' as const,
      'place' as const,
      'place, but its charge comes late' as const,
      'late charge' as const,
      'late charge at the provider' as const,
      'pay' as const,
      'pay' as const,
      'visit' as const,
      'late close' as const,
      'hear' as const,
      'recover' as const,
    ),
    /** How many effects (saves, calls to the provider) come to pass before the processes at work die. */
    effects: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat({ max: 5 })),
    /** Whether what was on its way to the provider when they died gets there later. */
    arrivesLate: fc.boolean(),
    byCard: fc.boolean(),
    cardIsGood: fc.boolean(),
    amountKrw: fc.constantFrom<number[]>(dueKrw, 80_000),
    slot: fc.constantFrom('a day' as const, 'another day' as const),
    isDue: fc.boolean(),
    which: fc.nat({ max: 7 }),
  });
  type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

  /** How things stood before a step. */
  type Moment = Pick<World, 'state' | 'accepted' | 'standing'>;

  function eachMoment(check: (world: World, before: Moment, step: Step) => void): void {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 24, size: 'max' }), (steps) => {
        const world = new World();
        for (const each of steps) {
          const { state, accepted, standing } = world;
          world.take(each);
          check(world, { state, accepted, standing }, each);
        }
      }),
      { numRuns: 2_000 },
    );
  }

  class Died extends Error {}
  type Outcome = 'opened' | 'approved' | 'declined' | 'closed' | 'occupied';
  type LedgerRecord = { status: 'captured' | 'declined' | 'voided'; amountKrw: number };

  /**
   * The shells of payment and order, the slots and the provider, as far as money is concerned. A person who knows of an
   * order may pay it in any way at any time; who was told that it failed may ask for anything under its id.
   */
  class World {
    state: PaymentState = noPayment;
    order: 'none' | 'awaits payment' | 'paid' | 'expired' = 'none';
    accepted: string | undefined;
    /** The tickets that each slot is still to visit. */
    readonly toVisit = { 'a day': [] as string[], 'another day': [] as string[] };
    readonly provider = new Map<string, LedgerRecord>();
    readonly approvals: string[] = [];
    readonly #given: string[] = [];
    readonly #lateCharges: { command: ChargeCommand; cardIsGood: boolean }[] = [];
    readonly #lateAtProvider: (() => void)[] = [];
    #dueKrw = 0;
    #cash: { attempt: string; amountKrw: number }[] = [];
    #effectsLeft = 0;
    #arrivesLate = false;

    /** The charges that stand. */
    get standing(): { attempt: string; amountKrw: number }[] {
      const fromCards = [...this.provider].flatMap(([key, { status, amountKrw }]) =>
        status === 'captured' ? [{ attempt: key.split('.')[1] ?? '', amountKrw }] : [],
      );
      return [...fromCards, ...this.#cash];
    }

    /** The charges that stand, without those of failed placements that a visit is still to undo. */
    get standingForGood() {
      const failed = Object.values(this.toVisit).flat();
      return this.standing.filter(({ attempt }) => attempt === this.accepted || !failed.includes(attempt));
    }

    take(step: Step): void {
      this.#effectsLeft = step.effects;
      this.#arrivesLate = step.arrivesLate;
      try {
        this.#take(step);
      } catch (error) {
        if (!(error instanceof Died)) throw error;
      }
    }

    /** Nobody dies any more, and all that comes back has come. */
    comeToRest(isDue: boolean): void {
      const calm = {
        effects: Number.POSITIVE_INFINITY,
        arrivesLate: false,
        cardIsGood: true,
        isDue,
        which: 0,
      };
      const rest = { ...calm, byCard: true, amountKrw: dueKrw };
      for (const slot of ['a day', 'another day'] as const) this.take({ ...rest, kind: 'visit', slot });
      while (this.#lateCharges.length > 0) this.take({ ...rest, kind: 'late charge', slot: 'a day' });
      for (const arrive of this.#lateAtProvider.splice(0)) arrive();
      this.take({ ...rest, kind: 'recover', slot: 'a day' });
      while (this.approvals.length > 0) this.take({ ...rest, kind: 'hear', slot: 'a day' });
    }

    #take({ kind, byCard, cardIsGood, amountKrw, slot, isDue, which }: Step): void {
      const pick = <Item>(items: Item[]) => items.splice(which % items.length, 1)[0];
      switch (kind) {
        case 'place':
        case 'place, but its charge comes late':
          this.#place({ slot, byCard, cardIsGood, amountKrw, isLate: kind !== 'place' });
          break;
        case 'late charge': {
          const late = pick(this.#lateCharges);
          if (late) this.#charge(late.command, late.cardIsGood);
          break;
        }
        case 'late charge at the provider':
          pick(this.#lateAtProvider)?.();
          break;
        case 'pay':
          this.#pay(byCard, cardIsGood);
          break;
        case 'visit':
          this.#visit(slot, isDue);
          break;
        case 'late close': {
          const attempt = this.#given[which % this.#given.length];
          if (attempt) this.#close(attempt, attempt === this.accepted ? 'expire' : 'abandon');
          break;
        }
        case 'hear':
          if (pick(this.approvals) === this.accepted && this.order === 'awaits payment') this.order = 'paid';
          break;
        case 'recover':
          this.#recordFound();
      }
    }

    #place(wish: Pick<Step, 'slot' | 'byCard' | 'cardIsGood' | 'amountKrw'> & { isLate: boolean }): void {
      if (this.order !== 'none') return;
      const { slot, byCard, cardIsGood, amountKrw, isLate } = wish;
      const attempt = String(this.#given.length + 1).padStart(2, '0');
      this.#given.push(attempt);
      this.toVisit[slot].push(attempt);
      const command = { ...charge(attempt, byCard ? card : undefined), amountKrw };
      if (isLate) {
        this.#lateCharges.push({ command, cardIsGood });
        return;
      }
      const outcome = this.#charge(command, cardIsGood);
      this.#effect(() => {
        if (outcome === 'opened' || outcome === 'approved') {
          this.accepted = attempt;
          this.order = outcome === 'opened' ? 'awaits payment' : 'paid';
          this.#dueKrw = amountKrw;
        } else if (this.toVisit[slot].length === 1) this.toVisit[slot] = [];
      });
    }

    // As the order's `resolve`, and the slot's `settle` after it.
    #visit(slot: Step['slot'], isDue: boolean): void {
      const tickets = this.toVisit[slot];
      if (tickets.length === 0) return;
      if (this.order === 'none') this.#effect(() => {});
      for (const ticket of tickets.filter((each) => each !== this.accepted)) this.#close(ticket, 'abandon');
      if (this.accepted && tickets.includes(this.accepted) && this.order === 'awaits payment') {
        if (!isDue) return;
        const ended = this.#close(this.accepted, 'expire') === 'paid' ? 'paid' : 'expired';
        this.#effect(() => {
          this.order = ended;
        });
      }
      this.#effect(() => {
        this.toVisit[slot] = [];
      });
    }

    #charge(command: ChargeCommand, cardIsGood: boolean): Outcome {
      const plan = planCharge(this.state, command);
      const { attempt, amountKrw } = command;
      if (plan.step === 'answer') return plan.answer === 'captured' ? 'approved' : plan.answer;
      if (plan.step === 'open') {
        this.#save(openState(this.state, command, now));
        return 'opened';
      }
      const record = this.#ask(plan.key, amountKrw, cardIsGood);
      switch (record.status) {
        case 'captured':
          this.#save(this.#paid('card', plan.key, record.amountKrw, attempt));
          return 'approved';
        case 'declined':
          this.#save({ ...payments.declined, ...beginAttempt(this.state, attempt, amountKrw, now) });
          return 'declined';
        case 'voided':
          this.#save(closedState(this.state, { attempt, intent: 'abandon', amountKrw }, now));
          return 'closed';
      }
    }

    #pay(byCard: boolean, cardIsGood: boolean): void {
      if (this.order === 'none') return;
      const how = byCard ? { payMethod: 'card' as const, card } : { payMethod: 'cash' as const };
      const plan = planPay('order', this.state, { price: this.#dueKrw, ...how });
      if (isRefusal(plan) || plan.step === 'answer') return;
      const { attempt, amountKrw, declines } = plan.open;
      if (plan.step === 'take cash') {
        if (this.#recordFound()) return;
        this.#void(plan.key);
        this.#save(this.#paid('cash', '', amountKrw, attempt), () => {
          this.#cash = [...this.#cash, { attempt, amountKrw }];
          this.approvals.push(attempt);
        });
        return;
      }
      const record = this.#ask(plan.key, amountKrw, cardIsGood);
      if (record.status === 'declined') this.#save({ ...plan.open, declines: declines + 1 });
      if (record.status === 'captured') this.#capture(attempt, plan.key, record);
    }

    #close(attempt: string, intent: CloseIntent): 'closed' | 'paid' {
      const plan = planClose('order', this.state, { attempt, intent });
      if (plan.step === 'answer') return plan.answer;
      if (plan.step === 'look, then void' && this.#recordFound()) return 'paid';
      if (plan.step === 'look, then void') this.#void(plan.key);
      if (plan.step === 'void') {
        for (const key of plan.keys) this.#void(key);
        if (plan.next === 'remember') this.#save({ ...this.state, closedTicket: attempt });
        if (plan.next !== 'close') return 'closed';
      }
      this.#save(closedState(this.state, { attempt, intent }, now));
      return 'closed';
    }

    #recordFound(): boolean {
      if (this.state.status !== 'open') return false;
      const key = openChargeKey('order', this.state);
      const record = this.provider.get(key);
      if (record?.status !== 'captured') return false;
      this.#capture(this.state.attempt, key, record);
      return true;
    }

    #capture(attempt: string, key: string, { amountKrw }: LedgerRecord): void {
      this.#save(this.#paid('card', key, amountKrw, attempt), () => this.approvals.push(attempt));
    }

    #paid(payMethod: 'card' | 'cash', key: string, amountKrw: number, attempt: string): CapturedPayment {
      return { ...captured(payMethod, key, amountKrw), attempt, ...tombstonesOf(this.state) };
    }

    #save(state: PaymentState, withIt: () => void = () => {}): void {
      this.#effect(() => {
        this.state = state;
        withIt();
      });
    }

    #void(key: string): void {
      this.#effect(() => {
        if (this.provider.get(key)?.status !== 'declined')
          this.provider.set(key, { status: 'voided', amountKrw: 0 });
      });
    }

    #ask(key: string, amountKrw: number, cardIsGood: boolean): LedgerRecord {
      const arrive = () => {
        const fresh = { status: cardIsGood ? 'captured' : 'declined', amountKrw } as const;
        const record = this.provider.get(key) ?? fresh;
        this.provider.set(key, record);
        return record;
      };
      if (this.#effectsLeft === 0 && this.#arrivesLate) this.#lateAtProvider.push(arrive);
      return this.#effect(arrive);
    }

    #effect<Result>(effect: () => Result): Result {
      if (this.#effectsLeft === 0) throw new Died();
      this.#effectsLeft -= 1;
      return effect();
    }
  }

  test('then at most one charge stands, but for failed placements that are still to be visited', () => {
    eachMoment(({ standingForGood, accepted }) => {
      expect(standingForGood.length).toBeLessThanOrEqual(1);
      for (const { attempt } of standingForGood) expect(attempt).toBe(accepted);
    });
  });

  test('and all come back in the end, then an order that is paid has its one charge, and any other has none', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 24, size: 'max' }), fc.boolean(), (steps, isDue) => {
        const world = new World();
        for (const each of steps) world.take(each);
        world.comeToRest(isDue);
        const { order, accepted, standing } = world;
        expect(standing.map(({ attempt }) => attempt)).toEqual(order === 'paid' ? [accepted] : []);
        if (isDue) expect(order).not.toBe('awaits payment');
      }),
      { numRuns: 2_000 },
    );
  });

  test('then what was accepted was charged as this placement asked, not as an earlier one did', () => {
    eachMoment(({ order, accepted, standingForGood, state }, before, { byCard, amountKrw }) => {
      if (!accepted || before.accepted) return;
      expect(order).toBe(byCard ? 'paid' : 'awaits payment');
      expect(standingForGood).toEqual(byCard ? [{ attempt: accepted, amountKrw }] : []);
      expect(state).toMatchObject({ attempt: accepted, amountKrw });
    });
  });

  test('then money that was taken for an accepted order stays, whatever comes', () => {
    eachMoment(({ state, accepted, order, standingForGood }, before) => {
      if (!accepted) return;
      if (before.state.status === 'captured' && before.accepted)
        expect(withoutTombstones(state)).toEqual(withoutTombstones(before.state));
      if (state.status === 'captured' || order === 'paid') {
        expect(state).toMatchObject({ status: 'captured', attempt: accepted });
        expect(standingForGood).toHaveLength(1);
        expect(order).not.toBe('expired');
      }
    });
  });

  test('then money that reached the provider for an accepted order stays, even if the process died that asked', () => {
    eachMoment(({ standing }, before) => {
      for (const charge of before.standing)
        if (charge.attempt === before.accepted) expect(standing).toContainEqual(charge);
    });
  });

  test('then a later placement takes nothing away from an earlier one that stands', () => {
    eachMoment(({ state }, before, { kind }) => {
      const stood = before.state.status === 'captured' || before.state.status === 'open';
      if (stood && kind === 'late charge') expect(state).toBe(before.state);
    });
  });

  test('then an accepted order whose payment is closed takes no money ever again', () => {
    eachMoment(({ state, accepted, standingForGood }, before) => {
      if (!accepted || !before.accepted || before.state.status !== 'closed') return;
      expect(state).toBe(before.state);
      expect(standingForGood).toEqual([]);
    });
  });

  test('then a word that is late for its attempt changes nothing of an accepted one', () => {
    eachMoment(({ state }, before, { kind }) => {
      if (before.accepted && kind === 'late charge') expect(state).toBe(before.state);
      if (before.accepted && kind === 'late close' && state !== before.state)
        expect(state).toMatchObject({ attempt: before.accepted });
    });
  });

  test('then the attempt that is saved never goes back', () => {
    eachMoment(({ state }, before) => {
      if (before.state.status === 'none') return;
      expect(state).toHaveProperty('attempt');
      if (state.status !== 'none') expect(state.attempt >= before.state.attempt).toBe(true);
    });
  });
});

function withoutTombstones({ closedTicket: _ticket, ...state }: PaymentState) {
  return state;
}

function cancel(telling: Partial<CancelCommand>): CancelCommand {
  return { attempt: '2', cancelId: 'c1', refundKrw: 10_000, ...telling };
}

function charge(attempt: string, withCard?: CardReference): ChargeCommand {
  return {
    orderId: 'order',
    attempt,
    amountKrw: dueKrw,
    dueAt,
    booking,
    ...(withCard ? { card: withCard } : {}),
  };
}

interface AnyPlan {
  step: string;
  answer?: string;
  key?: string;
  keys?: readonly string[];
  next?: unknown;
}

function inWords(plan: AnyPlan | Refusal): string {
  if (isRefusal(plan)) return plan.refused;
  const { step, answer, key, keys, next } = plan;
  const itself = [step, answer ?? keys ?? key ?? []].flat().join(' ');
  return [itself, typeof next === 'string' ? next : []].flat().join(', ');
}
