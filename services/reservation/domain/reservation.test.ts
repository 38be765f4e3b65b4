import fc from 'fast-check';
import type { BookingSummary, PaymentFacts } from '../../shared/contracts/booking';
import { isRefusal, type RefusalCode } from '../../shared/contracts/refusals';
import { decide, noReservation, type ReservationCommand, type ReservationState } from './reservation';

const receivedAt = '2026-07-24T01:00:00.000Z';
const confirmedAt = '2026-07-24T02:00:00.000Z';
const receive = paidRequest();
const confirm: ReservationCommand = { kind: 'confirm' };

const states: Record<ReservationState['status'], ReservationState> = {
  none: noReservation,
  received: given(receive),
  confirmed: given(receive, confirm),
};

type Outcome = ReservationState['status'] | RefusalCode | '-';

// biome-ignore format: a table
const matrix: Record<ReservationCommand['kind'], Record<ReservationState['status'], Outcome>> = {
  receive: { none: 'received', received: '-', confirmed: '-' },
  confirm: { none: 'reservation_not_found', received: 'confirmed', confirmed: '-' },
};

const commands: Record<ReservationCommand['kind'], ReservationCommand> = { receive, confirm };

describe.each(Object.entries(matrix))('When a reservation meets "%s"', (kind, row) => {
  test.each(Object.entries(row))('and is "%s", then the outcome is "%s"', (status, outcome) => {
    const state = states[status as ReservationState['status']];
    const decided = decide(state, commands[kind as ReservationCommand['kind']], new Date(confirmedAt));
    const met = isRefusal(decided) ? decided.refused : decided === state ? '-' : decided.status;
    expect(met).toBe(outcome);
  });
});

test('When a paid request comes in, then the centre knows whom to expect, when, and what was paid', () => {
  const { booking, payment } = receive;
  expect(states.received).toEqual({
    status: 'received',
    reservationId: 'order',
    booking,
    payment,
    receivedAt,
  });
});

test('When it is confirmed, then what was received stays', () => {
  expect(states.confirmed).toEqual({ ...states.received, status: 'confirmed', confirmedAt });
});

test('When another payment of the same order comes in, then the first stays', () => {
  const other = paidRequest({ amountKrw: 1 });
  expect(decide(states.received, other, new Date(confirmedAt))).toBe(states.received);
});

test('When commands come in any order, then a repeat of the last changes nothing and none goes back', () => {
  const any = fc.constantFrom<ReservationCommand>(receive, confirm);
  const path = ['none', 'received', 'confirmed'];
  fc.assert(
    fc.property(fc.array(any, { maxLength: 8 }), any, (earlier, last) => {
      const before = given(...earlier);
      const once = apply(before, last);
      expect(apply(once, last)).toBe(once);
      expect(path.indexOf(once.status)).toBeGreaterThanOrEqual(path.indexOf(before.status));
    }),
  );
});

function paidRequest(telling: Partial<PaymentFacts> = {}) {
  const booking: BookingSummary = {
    seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
    orderType: 'basic',
    name: 'Kim',
  };
  const payment: PaymentFacts = {
    paymentId: 'order',
    amountKrw: 50_000,
    payMethod: 'cash',
    approvedAt: receivedAt,
    ...telling,
  };
  return { kind: 'receive', reservationId: 'order', booking, payment } as const;
}

function given(...all: ReservationCommand[]): ReservationState {
  return all.reduce(apply, noReservation);
}

function apply(state: ReservationState, command: ReservationCommand): ReservationState {
  const now = new Date(command.kind === 'receive' ? receivedAt : confirmedAt);
  const decided = decide(state, command, now);
  return isRefusal(decided) ? state : decided;
}
