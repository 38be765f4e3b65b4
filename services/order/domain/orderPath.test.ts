import fc from 'fast-check';
import { orderEvent } from '../../shared/contracts/events';
import type { BookingStatus } from '../../shared/contracts/status';
import type { OrderCommand } from './order';
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
  payment,
  paymentDueAt,
  place,
  placePaid,
  receive,
  type Standpoint,
  standing,
  states,
  takeInPayment,
} from './order.sample';
import {
  hasEnded,
  isCancelable,
  leftHolds,
  type NextStep,
  nextStep,
  noOrder,
  type OrderState,
  ownTickets,
  withoutCanceling,
} from './orderState';
import { tellingsOf } from './tellings';

/** Which status may follow which, as published. */
const published: Record<BookingStatus, readonly BookingStatus[]> = {
  'Payment Requested': ['Pay Approved', 'canceled', 'expired'],
  'Pay Approved': ['Reservation Complete', 'canceled', 'rejected'],
  'Reservation Complete': ['confirmed', 'canceled', 'rejected'],
  confirmed: ['checked in', 'no show', 'canceled'],
  'checked in': ['completed'],
  completed: [],
  'no show': [],
  canceled: [],
  rejected: [],
  expired: [],
};

const decisions = ['confirmed', 'rejected', 'canceled', 'checked in', 'completed', 'no show'] as const;

/** A word to an order: what is paid and given back is what payment, which knows its books, would answer. */
type Word = (state: OrderState) => OrderCommand;
let tickets = 0;
const moveTo =
  (dueKrw: number, sameDay: boolean): Word =>
  (state) => {
    tickets += 1;
    const ticket = `ticket ${100_000 + tickets}`;
    const { seat } = standing();
    const to = standing({
      dueKrw,
      hold: { holdId: ticket, ticket },
      ...(sameDay ? { seat: { ...seat, date: '2026-07-25', time: '14:00' } } : {}),
    });
    const dearerKrw = Math.max(0, dueKrw - dueOf(state));
    return command('move', {
      to,
      ...('payment' in state && state.payment && dearerKrw > 0
        ? { payment: payment(state.payment.amountKrw + dearerKrw) }
        : {}),
    });
  };
const always =
  (met: OrderCommand): Word =>
  () =>
    met;
const ofItsDue =
  (make: (amountKrw: number) => OrderCommand): Word =>
  (state) =>
    make(dueOf(state));

const words = fc.oneof(
  fc.constantFrom(
    ...[place, placePaid, receive, expire, abandon].map(always),
    ...decisions.map((decision) => always(center(decision))),
    ofItsDue((dueKrw) => command('take in payment', { attempt: 'ticket 2', payment: payment(dueKrw) })),
    ofItsDue((dueKrw) => center('canceled', { payment: payment(dueKrw) })),
    ofItsDue((dueKrw) => command('cancel', { refundKrw: dueKrw, payment: payment(dueKrw) })),
    always(cancel),
  ),
  fc
    .tuple(fc.constantFrom(30_000, 50_000, 80_000), fc.boolean())
    .map(([due, sameDay]) => moveTo(due, sameDay)),
);
const sequences = fc.array(words, { maxLength: 25 });
const hear = (state: OrderState, word: Word): OrderState => apply(state, word(state));

describe('When any commands come in any order', () => {
  function eachStep(check: (after: OrderState, before: OrderState, met: OrderCommand) => void): void {
    fc.assert(
      fc.property(fc.constantFrom(place, placePaid), sequences, (first, all) => {
        let state = given(first);
        for (const word of all) {
          const before = state;
          const met = word(before);
          state = apply(before, met);
          check(state, before, met);
        }
      }),
      { numRuns: 300 },
    );
  }

  test('then a repeat of each changes nothing', () => {
    eachStep((after, _before, met) => expect(apply(after, met)).toBe(after));
  });

  test('then each status follows from the one before, as published', () => {
    eachStep((after) => {
      const { history, status } = accepted(after);
      expect(history.at(-1)?.status).toBe(status);
      history.slice(1).forEach((entry, i) => {
        const last = history[i]?.status as BookingStatus;
        if (entry.kind === 'moved') expect(entry.status).toBe(last);
        else expect(published[last]).toContain(entry.status);
      });
    });
  });

  test('then an order that has ended stays as it is', () => {
    eachStep((after, before) => {
      if (hasEnded(accepted(before)) || ['completed', 'no show'].includes(before.status))
        expect(after).toBe(before);
    });
  });

  test('then what was told stays told, word for word, and what is new comes after it', () => {
    eachStep((after, before) => {
      const [told, earlier] = [after, before].map((state) => tellingsOf(accepted(state)));
      expect(told?.slice(0, earlier?.length)).toEqual(earlier);
      expect(told).toHaveLength(accepted(after).history.length);
    });
  });

  test('then each step is told by one event that the contract knows', () => {
    eachStep((after) => {
      tellingsOf(accepted(after)).forEach(({ type, at, data }, i) => {
        const event = { eventId: 'e', orderId: 'o', version: i + 1, occurredAt: at, type, data };
        expect(orderEvent.parse(event)).toEqual(event);
      });
    });
  });

  test('then what was agreed when the order was accepted stays', () => {
    eachStep((after, before) => expect(accepted(after).placement).toBe(accepted(before).placement));
  });

  test('then it shows a payment exactly when it is, or was, paid', () => {
    eachStep((after) => {
      const wasPaid = accepted(after).history.some(({ status }) => status === 'Pay Approved');
      expect('payment' in after).toBe(wasPaid);
    });
  });

  test('then what was paid less what went back is what is due, or nothing once the centre ended it', () => {
    eachStep((after) => {
      if (!('payment' in after) || !after.payment) return;
      const backKrw = after.history.reduce(
        (sum, entry) => sum + ('refund' in entry ? (entry.refund?.refundKrw ?? 0) : 0),
        0,
      );
      const last = after.history.at(-1);
      const keptKrw =
        after.status === 'rejected' || (last?.kind === 'canceled' && last.by === 'center')
          ? 0
          : after.standing.dueKrw;
      expect(after.payment.amountKrw - backKrw).toBe(keptKrw);
    });
  });

  test('then no refund that payment is to pay out has the name of another', () => {
    eachStep((after) => {
      const ids = accepted(after).history.flatMap((entry) =>
        'refund' in entry ? [entry.refund?.refundId] : [],
      );
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  test('then the tickets that it stands or stood on are its own, the first among them', () => {
    eachStep((after) => {
      const { standing: its } = accepted(after);
      const own = ownTickets(after);
      expect(own[0]).toBe('ticket 2');
      expect(own.at(-1)).toBe(its.hold.ticket);
      expect(own).toHaveLength(leftHolds(accepted(after)).length + 1);
    });
  });

  test('then an abandonment never touches an order that was accepted', () => {
    fc.assert(
      fc.property(sequences, (all) => {
        const state = all.reduce(hear, noOrder);
        fc.pre(state.status !== 'none');
        expect(apply(state, abandon)).toBe(state);
      }),
    );
  });
});

test('When an order was never accepted, then it stands on no ticket', () => {
  expect(ownTickets(noOrder)).toEqual([]);
  expect(ownTickets(states.abandoned)).toEqual([]);
});

test('When an order was moved twice, then each event tells of the seat that it stood on then', () => {
  const third = standing({
    seat: { ...standing().seat, time: '15:00' },
    hold: { holdId: 'h', ticket: 'ticket 9' },
  });
  const order = accepted(
    given(placePaid, command('move', { to: standing() }), receive, command('move', { to: third })),
  );
  const told = tellingsOf(order).map(({ type, data }) => [type, data]);
  expect(told).toMatchObject([
    ['OrderPlaced', { seat: order.placement.seat }],
    ['OrderMoved', { from: order.placement.seat, booking: { seat: standing().seat } }],
    ['OrderProgressed', { booking: { seat: standing().seat } }],
    ['OrderMoved', { from: standing().seat, booking: { seat: third.seat } }],
  ]);
});

test('When an order expires after a move, then the seat that is told of is the one that it had last', () => {
  const order = accepted(given(place, command('move', { to: standing() }), expire));
  expect(tellingsOf(order).at(-1)).toMatchObject({ type: 'OrderExpired', data: { seat: standing().seat } });
});

describe('When payment was asked to cancel, and nobody knows how that ended', () => {
  const canceling = { cancelId: 'cancel', refundKrw: 50_000 };
  const asked = { ...accepted(states['Pay Approved']), canceling } as OrderState;

  test('then what comes meanwhile leaves that written down', () => {
    expect(apply(asked, receive)).toMatchObject({ status: 'Reservation Complete', canceling });
    const unpaid = { ...accepted(states['Payment Requested']), canceling } as OrderState;
    expect(apply(unpaid, takeInPayment)).toMatchObject({ status: 'Pay Approved', canceling });
  });

  test('and it turns out that it was not, then the order is as it was before', () => {
    expect(withoutCanceling(accepted(asked))).toEqual(states['Pay Approved']);
  });

  test('and it turns out that it was, then nothing is left of the question', () => {
    expect(apply(asked, cancelPaid)).not.toHaveProperty('canceling');
  });
});

test.each<[Standpoint, NextStep, NextStep]>([
  ['none', 'abandon', 'abandon'],
  ['abandoned', 'abandon', 'abandon'],
  ['Payment Requested', 'await payment', 'expire'],
  ['Pay Approved', 'nothing', 'nothing'],
  ['Reservation Complete', 'nothing', 'nothing'],
  ['confirmed', 'nothing', 'nothing'],
  ['checked in', 'nothing', 'nothing'],
  ['completed', 'nothing', 'nothing'],
  ['no show', 'nothing', 'nothing'],
  ['canceled by customer', 'give back', 'give back'],
  ['canceled unpaid', 'give back', 'give back'],
  ['canceled by center', 'give back', 'give back'],
  ['rejected', 'give back', 'give back'],
  ['expired', 'give back', 'give back'],
])('When an order is visited as "%s", then the step is "%s", and "%s" once payment is due', (...row) => {
  const [standpoint, beforeDue, onceDue] = row;
  const due = Date.parse(paymentDueAt);
  expect(nextStep(states[standpoint], new Date(due - 1))).toBe(beforeDue);
  expect(nextStep(states[standpoint], new Date(due))).toBe(onceDue);
});

test('When an order may still be canceled, as far as its status says, then it is not on its day yet, nor ended', () => {
  const cancelable = Object.entries(states).filter(([, state]) => isCancelable(state));
  expect(cancelable.map(([name]) => name)).toEqual([
    'Payment Requested',
    'Pay Approved',
    'Reservation Complete',
    'confirmed',
  ]);
});

function dueOf(state: OrderState): number {
  return state.status === 'none' ? 50_000 : state.standing.dueKrw;
}
