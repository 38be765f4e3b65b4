import fc from 'fast-check';
import type { BookingSummary, PaymentFacts } from '../../shared/contracts/booking';
import { consider, grant } from './decision';
import type { OrderNews } from './orderNews';
import { follow, isOpen, noReservation, type ReservationState } from './reservation';

const receivedAt = '2026-07-20T01:00:00.000Z';
const now = new Date(receivedAt);
const endedAt = '2026-07-21T03:00:00.000Z';
const seat = { centerId: 'seoul', date: '2026-07-25', time: '08:00' };
const later = { ...seat, date: '2026-07-27' };

const request = paidRequest();
const move = moveTo(later);
const canceledByCustomer = ended({ by: 'customer' });
const canceledByCenter = ended({ by: 'center', reason: 'closed for repairs' });
const rejected: OrderNews = {
  ...canceledByCenter,
  end: { status: 'rejected', rejectedAt: endedAt, reason: 'too many' },
};
const lapsed: OrderNews = {
  kind: 'end',
  version: 3,
  end: { status: 'canceled', canceledAt: endedAt, by: 'customer' },
};

const received = given(request);
const confirmed = decided(received, 'confirmed');
const checkedIn = decided(confirmed, 'checked in');
const states: Record<ReservationState['status'], ReservationState> = {
  none: noReservation,
  received,
  confirmed,
  'checked in': checkedIn,
  completed: decided(checkedIn, 'completed'),
  'no show': decided(confirmed, 'no show'),
  rejected: decided(received, 'rejected', 'full'),
  canceled: decided(confirmed, 'canceled', 'closed'),
};

type Outcome = ReservationState['status'] | '-' | 'moved' | 'waits';

// biome-ignore format: a table
const matrix: [string, OrderNews, Record<ReservationState['status'], Outcome>][] = [
  ['a paid request', request, {
    none: 'received', received: '-', confirmed: '-', 'checked in': '-', completed: '-', 'no show': '-', rejected: '-', canceled: '-',
  }],
  ['a move', move, {
    none: 'waits', received: 'moved', confirmed: 'moved', 'checked in': 'moved', completed: 'moved', 'no show': 'moved',
    rejected: 'moved', canceled: 'moved',
  }],
  ['a cancellation by the customer', canceledByCustomer, {
    none: 'canceled', received: 'canceled', confirmed: 'canceled', 'checked in': '-', completed: '-', 'no show': '-',
    rejected: '-', canceled: '-',
  }],
  ['a cancellation by the centre', canceledByCenter, {
    none: 'canceled', received: 'canceled', confirmed: 'canceled', 'checked in': '-', completed: '-', 'no show': '-',
    rejected: '-', canceled: '-',
  }],
  ['a rejection', rejected, {
    none: 'rejected', received: 'rejected', confirmed: '-', 'checked in': '-', completed: '-', 'no show': '-',
    rejected: '-', canceled: '-',
  }],
  ['the end of an order that was never paid', lapsed, {
    none: 'waits', received: 'canceled', confirmed: 'canceled', 'checked in': '-', completed: '-', 'no show': '-',
    rejected: '-', canceled: '-',
  }],
];

describe.each(matrix)('When a reservation hears of %s', (_what, news, row) => {
  test.each(Object.entries(row))('and is "%s", then the outcome is "%s"', (status, outcome) => {
    const state = states[status as ReservationState['status']];
    const next = follow(state, 'order', news, now);
    expect(outcomeOf(state, next)).toBe(outcome);
    expect(follow(next, 'order', news, new Date(endedAt))).toBe(next);
  });
});

test('When a paid request comes in, then the centre knows whom to expect, when, and what was paid', () => {
  const { booking, payment } = request;
  expect(received).toEqual({
    status: 'received',
    reservationId: 'order',
    booking,
    payment,
    asOf: { booking: 1, payment: 1 },
    receivedAt,
  });
});

test('When it is moved, then all but the booking and what was paid stays', () => {
  const dearer = moveTo(later, { amountKrw: 80_000 });
  expect(follow(confirmed, 'order', dearer, now)).toEqual({
    ...confirmed,
    booking: dearer.booking,
    payment: dearer.payment,
    asOf: { booking: 2, payment: 2 },
  });
});

test('When a move tells nothing of money, then what was paid stays', () => {
  expect(follow(confirmed, 'order', move, now)).toMatchObject({
    booking: { seat: later },
    payment: request.payment,
    asOf: { booking: 2, payment: 1 },
  });
});

test('When the customer cancels, then by whom, why and when is kept, beside the steps before it', () => {
  const { deciding, ...before } = { ...confirmed, deciding: undefined };
  expect(follow(confirmed, 'order', ended({ by: 'customer', reason: 'a cold' }), now)).toEqual({
    ...before,
    status: 'canceled',
    canceledAt: endedAt,
    by: 'customer',
    reason: 'a cold',
    asOf: { booking: 3, payment: 3 },
  });
});

test('When an end comes while the order is being asked, then nothing is left to ask', () => {
  const asking = consider(received, { decision: 'confirmed' }, now);
  const canceled = follow(asking as ReservationState, 'order', canceledByCustomer, now);
  expect(canceled).toMatchObject({ status: 'canceled', by: 'customer' });
  expect(canceled).not.toHaveProperty('deciding');
});

test('When a move comes while the order is being asked, then the question stays', () => {
  const asking = consider(received, { decision: 'confirmed' }, now);
  expect(follow(asking as ReservationState, 'order', move, now)).toMatchObject({
    status: 'received',
    booking: { seat: later },
    deciding: { decision: 'confirmed' },
  });
});

test('When a move came before the request, then the request finds the later seat', () => {
  expect(given(move, request)).toMatchObject({ status: 'received', booking: { seat: later } });
});

test('When a dearer move and its payment came before the request, then the centre has it with the request alone', () => {
  const dearer = moveTo(later, { amountKrw: 80_000 });
  const waiting = given(dearer);
  expect(waiting.status).toBe('none');
  expect(follow(waiting, 'order', request, now)).toMatchObject({
    status: 'received',
    booking: { seat: later },
    payment: { amountKrw: 80_000 },
  });
});

test('When an order was moved and lapsed unpaid, then the centre never hears of it, and a late request finds it ended', () => {
  const ended = given(move, lapsed);
  expect(ended).toMatchObject({ status: 'none', end: { canceledAt: endedAt } });
  expect(follow(ended, 'order', request, now)).toMatchObject({ status: 'canceled', canceledAt: endedAt });
});

describe('When an end came before the request', () => {
  test.each([
    ['of a paid order', canceledByCustomer],
    ['of one that was never paid', lapsed],
  ])('%s, then it is canceled and was never received', (_which, end) => {
    const state = given(end, request);
    expect(state).toMatchObject({ status: 'canceled', canceledAt: endedAt, by: 'customer' });
    expect(state).not.toHaveProperty('receivedAt');
  });
});

test('When the news of an order come in any order, each any number of times, then all end in the same state', () => {
  const story = fc
    .record({
      moves: fc.array(fc.record({ day: fc.integer({ min: 10, max: 28 }), isDearer: fc.boolean() }), {
        maxLength: 4,
      }),
      end: fc.constantFrom(canceledByCustomer, canceledByCenter, rejected, lapsed, undefined),
    })
    .map(({ moves, end }): OrderNews[] =>
      [
        request,
        ...moves.map(({ day, isDearer }) =>
          moveTo({ ...seat, date: `2026-08-${day}` }, isDearer ? { amountKrw: day * 10_000 } : undefined),
        ),
        ...(end ? [end] : []),
      ].map((news, i) => ({ ...news, version: i + 1 })),
    );
  const arrivals = story.chain((news) =>
    fc.record({
      news: fc.constant(news),
      arrived: fc
        .shuffledSubarray(news, { minLength: news.length })
        .chain((once) => fc.array(fc.constantFrom(...news)).map((again) => [...once, ...again])),
    }),
  );
  fc.assert(
    fc.property(arrivals, ({ news, arrived }) => {
      // Whether the centre had it before its end is the one thing that depends on what came first.
      const { receivedAt: _, ...inOrder } = { receivedAt, ...given(...news) };
      const { receivedAt: __, ...asArrived } = { receivedAt, ...given(...arrived) };
      expect(asArrived).toEqual(inOrder);
    }),
    { numRuns: 1_000 },
  );
});

function outcomeOf(before: ReservationState, after: ReservationState): Outcome {
  if (after === before) return '-';
  if (after.status !== before.status) return after.status;
  return after.status === 'none' ? 'waits' : 'moved';
}

function paidRequest() {
  const booking: BookingSummary = { seat, orderType: 'basic', name: 'Kim' };
  const payment: PaymentFacts = {
    paymentId: 'order',
    amountKrw: 50_000,
    payMethod: 'cash',
    approvedAt: receivedAt,
  };
  return { kind: 'request', version: 1, booking, payment } satisfies OrderNews;
}

function moveTo(to: BookingSummary['seat'], paid?: Partial<PaymentFacts>): OrderNews {
  return {
    kind: 'move',
    version: 2,
    booking: { ...request.booking, seat: to },
    ...(paid ? { payment: { ...request.payment, ...paid } } : {}),
  };
}

function ended(end: { by: 'customer' | 'center'; reason?: string }) {
  const { booking, payment } = request;
  return {
    kind: 'end',
    version: 3,
    end: { status: 'canceled', canceledAt: endedAt, ...end },
    booking,
    payment,
  } satisfies OrderNews;
}

function given(...news: OrderNews[]): ReservationState {
  return news.reduce((state, each) => follow(state, 'order', each, now), noReservation);
}

function decided(
  state: ReservationState,
  decision: Parameters<typeof consider>[1]['decision'],
  reason?: string,
): ReservationState {
  const onTheDay = new Date('2026-07-25T00:00:00.000Z');
  const asking = consider(state, { decision, reason }, onTheDay) as ReservationState;
  if (!isOpen(asking)) throw new Error(`${decision} was not to be asked`);
  return grant(asking, '2026-07-25T00:00:00.000Z');
}
