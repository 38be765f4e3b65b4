import { canceledUnpaid, planCancel, withdrawnState } from './cancel';
import { noPayment } from './payment';
import { dueKrw, fromCard, now, open, payments } from './payment.sample';

const [earlier, cancelId, after] = ['5', '6', '7'].map(
  (last) => `01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5${last}`,
) as [string, string, string];
const later = new Date('2026-07-24T02:00:00.000Z');

describe('When a payment of which nothing was paid is canceled', () => {
  const command = { attempt: '4', cancelId, refundKrw: 20_000 };

  test.each(['open', 'declined', 'closed'] as const)(
    'and was %s, then nothing was taken and nothing goes back, whatever was promised',
    (standing) => {
      expect(canceledUnpaid({ ...payments[standing], closedTicket: '3' }, command, later)).toEqual({
        status: 'canceled',
        attempt: '4',
        amountKrw: dueKrw,
        createdAt: now.toISOString(),
        closedTicket: '3',
        charges: [],
        refunding: [],
        refunds: [],
        ending: { refundId: cancelId, refundKrw: 0 },
        canceledAt: later.toISOString(),
      });
    },
  );

  test('and was never asked for, then nothing was due, and it begins with its end', () => {
    const canceled = canceledUnpaid(noPayment, command, later);
    expect(canceled).toMatchObject({ status: 'canceled', amountKrw: 0, createdAt: later.toISOString() });
  });
});

describe('When a payment that was made is canceled', () => {
  test('then what was promised goes back, in the name of the cancel', () => {
    const plan = planCancel('order', fromCard, { attempt: '2', cancelId, refundKrw: 20_000 }, later);
    expect(plan).toMatchObject({
      step: 'give back',
      next: { ending: { refundId: cancelId, refundKrw: 20_000 }, refunding: [{ refundId: cancelId }] },
    });
  });
});

describe('When a cancel is withdrawn', () => {
  const withdrawn = withdrawnState(open, cancelId);

  test('then it and all before it are, and a later one is not', () => {
    expect(withdrawn).toEqual({ ...open, withdrawnCancelId: cancelId });
    const plans = [earlier, cancelId, after].map(
      (each) => planCancel('order', withdrawn, { attempt: '2', cancelId: each, refundKrw: 0 }, later).step,
    );
    expect(plans).toEqual(['answer', 'answer', 'look, then void']);
  });

  test('again, or an earlier one is, then nothing changes', () => {
    expect(withdrawnState(withdrawn, cancelId)).toBe(withdrawn);
    expect(withdrawnState(withdrawn, earlier)).toBe(withdrawn);
  });

  test('and then a later one, then both are', () => {
    expect(withdrawnState(withdrawn, after)).toEqual({ ...open, withdrawnCancelId: after });
  });
});
