import { type CapturedPayment, capturedState, noPayment } from './payment';
import { booking, captured, card, dueAt, dueKrw, now, open, payments } from './payment.sample';
import { cancelPaid, planRefund, settleRefunds } from './refund';
import { listed, paymentStatuses, paymentSummary } from './summary';

const orderId = 'order';
const createdAt = now.toISOString();
const later = new Date('2026-07-24T02:00:00.000Z');
const known = { paymentId: orderId, orderId, price: dueKrw, createdAt };

describe('When a payment is looked at', () => {
  test('that awaits its money, then it says until when', () => {
    expect(paymentSummary(orderId, open)).toEqual({ ...known, status: 'open', paymentDueAt: dueAt });
  });

  test('that was declined, then it says why', () => {
    const declined = { ...known, status: 'declined', reason: 'card_declined' };
    expect(paymentSummary(orderId, payments.declined)).toEqual(declined);
  });

  test('that was closed, then nothing was paid', () => {
    expect(paymentSummary(orderId, payments.closed)).toEqual({ ...known, status: 'closed' });
  });

  test('that was made, then it shows how, but neither token nor key', () => {
    const { token: _, ...shownCard } = card;
    const charge = { payMethod: 'card', key: 'a key', providerId: 'an id', amountKrw: dueKrw } as const;
    const request = { attempt: '2', dues: [{ ticket: '2', dueKrw, booking }], charge, card } as const;
    const paid = capturedState(orderId, noPayment, request, { card: shownCard, approvedAt: createdAt });
    expect(paymentSummary(orderId, paid)).toEqual({
      ...known,
      status: 'captured',
      amountKrw: dueKrw,
      payMethod: 'card',
      card: shownCard,
      approvedAt: createdAt,
      refundedKrw: 0,
      refunds: [],
    });
  });

  test('of which parts went back, then each is shown with its time, and their sum', () => {
    const twice = givenBack(givenBack(captured('cash'), 10_000), 5_000);
    const refundedAt = later.toISOString();
    expect(paymentSummary(orderId, twice)).toMatchObject({
      amountKrw: dueKrw,
      refundedKrw: 15_000,
      refunds: [
        { refundKrw: 10_000, refundedAt },
        { refundKrw: 5_000, refundedAt },
      ],
    });
  });

  test('that was canceled, then the fee is what neither went back nor is about to', () => {
    const moved = givenBack(captured('card', 'a key'), 10_000);
    const canceled = cancelPaid(moved, { refundId: 'the cancel', refundKrw: 25_000 }, later);
    const shown = {
      ...known,
      status: 'canceled',
      amountKrw: dueKrw,
      payMethod: 'card',
      approvedAt: createdAt,
      feeKrw: 15_000,
      canceledAt: later.toISOString(),
    };
    expect(paymentSummary(orderId, canceled)).toEqual({
      ...shown,
      refundedKrw: 10_000,
      refunds: [{ refundKrw: 10_000, refundedAt: later.toISOString() }],
    });
    const settled = paymentSummary(orderId, settleRefunds(canceled, later));
    expect(settled).toMatchObject({ ...shown, refundedKrw: 35_000 });
  });
});

describe('When payments are listed', () => {
  test.each(Object.entries(payments))('then one that is %s looks as it does alone', (_name, state) => {
    if (state.status === 'none' || state === payments.abandoned) {
      expect(listed(orderId, state)).toBeUndefined();
      return;
    }
    expect(paymentStatuses).toContain(state.status);
    expect(listed(orderId, state)).toMatchObject({
      doc: paymentSummary(orderId, state),
      facets: [`status:${state.status}`],
      sorts: { createdAt },
    });
  });

  test('then a placement that never came to be is none of them', () => {
    expect(listed(orderId, payments.abandoned)).toBeUndefined();
  });

  test('then amounts that are sorted as text stand as numbers do', () => {
    const sorts = [1, 9, 10, 800_000, 1_000_000].map(
      (amountKrw) => listed(orderId, { ...open, amountKrw })?.sorts.amountKrw,
    );
    expect([...sorts].sort()).toEqual(sorts);
  });
});

function givenBack(paid: CapturedPayment, refundKrw: number): CapturedPayment {
  const begun = planRefund(paid, { refundId: `of ${refundKrw}`, refundKrw, ends: false }, later);
  if (begun?.status !== 'captured') throw new Error('a refund that ends nothing is begun');
  return settleRefunds(begun, later);
}
