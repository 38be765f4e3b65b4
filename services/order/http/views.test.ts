import { changeRefusal } from '../domain/order';
import {
  accepted,
  center,
  command,
  given,
  move,
  now,
  placement,
  placePaid,
  receive,
  type Standpoint,
  states,
} from '../domain/order.sample';
import { type AcceptedOrder, evolve } from '../domain/orderState';
import { orderView, placedView } from './views';

const base = 'http://center.example';
const paymentDue = new Date('2026-07-25T03:30:00.000Z');
const beforeVisit = new Date('2026-07-25T03:59:59.000Z');
const visit = new Date('2026-07-25T04:00:00.000Z');

const view = (standpoint: Standpoint, at = now) => orderView(accepted(states[standpoint]), base, at);
const actions = (shown: ReturnType<typeof orderView>) =>
  Object.keys(shown._links).filter((rel) => !['self', 'mypage'].includes(rel));

// Before payment is due, once it is, and in the minute of the visit.
test.each<[Standpoint, string[], string[], string[]]>([
  ['Payment Requested', ['pay', 'cancel', 'move'], ['cancel', 'move'], []],
  ['Pay Approved', ['cancel', 'move'], ['cancel', 'move'], []],
  ['Reservation Complete', ['cancel', 'move'], ['cancel', 'move'], []],
  ['confirmed', ['cancel', 'move'], ['cancel', 'move'], []],
  ['checked in', [], [], []],
  ['completed', [], [], []],
  ['no show', [], [], []],
  ['canceled by customer', [], [], []],
  ['canceled unpaid', [], [], []],
  ['canceled by center', [], [], []],
  ['rejected', [], [], []],
  ['expired', [], [], []],
])(
  'When an order is shown as "%s", then its links are %j, then %j, then %j',
  (standpoint, first, due, begun) => {
    expect(actions(view(standpoint, now))).toEqual(first);
    expect(actions(view(standpoint, paymentDue))).toEqual(due);
    expect(actions(view(standpoint, beforeVisit))).toEqual(due);
    expect(actions(view(standpoint, visit))).toEqual(begun);
  },
);

test('When an action link is there, then the order would take the action, and only then', () => {
  for (const [standpoint, state] of Object.entries(states)) {
    if (state.status === 'none') continue;
    for (const at of [now, paymentDue, beforeVisit, visit]) {
      const shown = view(standpoint as Standpoint, at);
      const isChangeable = changeRefusal(state, at) === undefined;
      expect(actions(shown).includes('cancel')).toBe(isChangeable);
      expect('refundQuote' in shown).toBe(isChangeable);
    }
  }
});

describe('When an order can be canceled, then it quotes what would go back', () => {
  test('of what is paid, until which day, by which tiers', () => {
    const { refundTiers } = placement();
    const at = new Date('2026-07-24T03:00:00.000Z');
    expect(view('confirmed', at).refundQuote).toEqual({
      percent: 50,
      refundKrw: 25_000,
      feeKrw: 25_000,
      untilDate: '2026-07-24',
      tiers: refundTiers,
    });
    expect(view('confirmed', now).refundQuote).toEqual({
      percent: 0,
      refundKrw: 0,
      feeKrw: 50_000,
      tiers: refundTiers,
    });
  });

  test('of what is not paid, which is nothing, and nothing is kept', () => {
    expect(view('Payment Requested', new Date('2026-07-24T03:00:00.000Z')).refundQuote).toMatchObject({
      percent: 50,
      refundKrw: 0,
      feeKrw: 0,
    });
  });
});

describe('When an order has ended', () => {
  const deletedAt = now.toISOString();

  test.each<[Standpoint, object]>([
    ['canceled by customer', { deletedAt, by: 'customer', refundKrw: 25_000, feeKrw: 25_000 }],
    ['canceled unpaid', { deletedAt, by: 'customer', refundKrw: 0, feeKrw: 0 }],
    ['canceled by center', { deletedAt, by: 'center', refundKrw: 50_000, feeKrw: 0 }],
    ['rejected', { deletedAt, by: 'center', refundKrw: 50_000, feeKrw: 0 }],
    ['expired', { deletedAt }],
  ])('as "%s", then it says when, by whom, and what went back and was kept', (standpoint, ending) => {
    const { deletedAt: at, by, refundKrw, feeKrw } = view(standpoint) as Record<string, unknown>;
    expect(JSON.parse(JSON.stringify({ deletedAt: at, by, refundKrw, feeKrw }))).toEqual(ending);
  });

  test('by the centre, then it says why', () => {
    const order = accepted(given(placePaid, receive, center('canceled', { reason: 'closed that day' })));
    const shown = orderView(order, base, now);
    expect(shown).toMatchObject({ reason: 'closed that day' });
    expect(shown.history.at(-1)).toMatchObject({
      status: 'canceled',
      by: 'center',
      reason: 'closed that day',
    });
  });

  test.each<Standpoint>(['Payment Requested', 'Pay Approved', 'confirmed', 'completed', 'no show'])(
    'not, but is "%s", then it says nothing of that',
    (standpoint) => {
      for (const field of ['deletedAt', 'by', 'refundKrw', 'feeKrw', 'reason'])
        expect(view(standpoint)).not.toHaveProperty(field);
    },
  );
});

test('When an order is shown, then neither phone nor person, tickets nor what it was asked with go with it', () => {
  const order = evolve(states.none, {
    kind: 'accepted',
    placement: placement({ phone: '+821012345678', customerKey: 'digest', fingerprint: 'the request' }),
  }) as AcceptedOrder;
  const text = JSON.stringify(orderView(order, base, now));
  for (const hidden of ['+82', 'digest', 'the request', 'ticket']) expect(text).not.toContain(hidden);
});

test('When an order has moved, then it shows where it is, and its history from where to where', () => {
  const order = accepted(given(placePaid, move));
  const shown = orderView(order, base, now);
  expect(shown).toMatchObject({ date: '2026-07-27', time: '13:00', centerId: 'seoul', zone: 'Asia/Seoul' });
  expect(shown.history.at(-1)).toEqual({
    status: 'Pay Approved',
    at: now.toISOString(),
    moved: { from: order.placement.seat, to: order.standing.seat },
  });
});

test('When an order waits for its money, then it says until when; once it is paid, by what', () => {
  expect(view('Payment Requested')).toMatchObject({ paymentDueAt: paymentDue.toISOString(), dueKrw: 50_000 });
  expect(view('Payment Requested')).not.toHaveProperty('payment');
  const paid = orderView(
    accepted(
      given(
        command('place', { placement: placement() }),
        command('take in payment', {
          attempt: 'ticket 2',
          payment: { paymentId: 'p', amountKrw: 50_000, payMethod: 'cash', approvedAt: now.toISOString() },
        }),
      ),
    ),
    base,
    now,
  );
  expect(paid).toMatchObject({ payment: { amountKrw: 50_000 } });
  expect(paid).not.toHaveProperty('paymentDueAt');
});

test('When a placement is repeated, then the answer is the first one, but for what can be done about it now', () => {
  const placed = accepted(states['Payment Requested']);
  const first = placedView(placed, placed, base, now);
  expect(first).toEqual(orderView(placed, base, now));
  const repeated = placedView(placed, accepted(states['canceled by customer']), base, now);
  const { refundQuote: _quote, _links, ...told } = first;
  expect(repeated).toEqual({ ...told, _links: { self: _links.self, mypage: _links.mypage } });
});
