import fc from 'fast-check';
import type { BookingSummary, PaymentFacts } from '../../shared/contracts/booking';
import { type BookingEvent, bookingEvent } from '../../shared/contracts/events';
import type { BookingStatus } from '../../shared/contracts/status';
import { emptyPage, foldEvent, type MyPage } from './myPage';

type EventType = BookingEvent['type'];
type DataOf<Type extends EventType> = Extract<BookingEvent, { type: Type }>['data'];

const seat = { centerId: 'seoul', date: '2026-07-25', time: '08:00' };
const booking: BookingSummary = { seat, orderType: 'basic', name: 'Kim' };
const payment: PaymentFacts = {
  paymentId: 'order',
  amountKrw: 50_000,
  payMethod: 'cash',
  approvedAt: '2026-07-24T01:00:00.000Z',
};
const reservation = { reservationId: 'order', payment, booking };

/** The ways that a booking can go, each as its events in the order of their causes. */
const stories: Record<string, { events: BookingEvent[]; timeline: BookingStatus[] }> = {
  'paid at once and confirmed': {
    events: [placed({ payment }), received(), confirmed()],
    timeline: ['Pay Approved', 'Reservation Complete', 'confirmed'],
  },
  'paid later and confirmed': {
    events: [placed(), approved(), received(), confirmed()],
    timeline: ['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed'],
  },
  'declined twice, paid and confirmed': {
    events: [placed(), declined(1), declined(2), approved(), received(), confirmed()],
    timeline: ['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed'],
  },
  'never paid': {
    events: [placed(), expired()],
    timeline: ['Payment Requested', 'expired'],
  },
  'declined and never paid': {
    events: [placed(), declined(1), declined(2), expired()],
    timeline: ['Payment Requested', 'expired'],
  },
};

describe.each(Object.entries(stories))('When a booking is %s', (_name, { events, timeline }) => {
  const lengths = events.map((_, index) => index + 1);

  test('then the events are such as the contracts let pass', () => {
    for (const event of events) expect(bookingEvent.parse(event)).toEqual(event);
  });

  test('then the timeline is its path, and nothing is left waiting', () => {
    const page = fold(events);
    expect(page.timeline.map(({ status }) => status)).toEqual(timeline);
    expect(page.status).toBe(timeline.at(-1));
    expect(page.early).toEqual([]);
  });

  test.each(lengths)(
    'and %d of its events have come, in whatever order, then the page is the same',
    (length) => {
      const soFar = events.slice(0, length);
      const expected = comparable(fold(soFar));
      for (const arrival of permutations(soFar)) expect(comparable(fold(arrival))).toEqual(expected);
    },
  );

  test('and any of its events have come, each any number of times, then the page is the same', () => {
    fc.assert(
      fc.property(fc.subarray(events), arrivalsOf(events), (some, arrival) => {
        const ofThese = arrival.filter((event) => some.includes(event));
        expect(comparable(fold(ofThese))).toEqual(comparable(fold(some)));
      }),
    );
  });

  test('then at every moment the timeline is a beginning of the path, and what it said once it never takes back', () => {
    fc.assert(
      fc.property(arrivalsOf(events), (arrival) => {
        const whole = fold(events).timeline;
        let before = emptyPage('order');
        for (const event of arrival) {
          const after = foldEvent(before, event);
          expect(whole.slice(0, after.timeline.length)).toEqual(after.timeline);
          expect(after.timeline.length).toBeGreaterThanOrEqual(before.timeline.length);
          expect(after.status).toBe(after.timeline.at(-1)?.status);
          before = after;
        }
        expect(comparable(before)).toEqual(comparable(fold(events)));
      }),
    );
  });

  test('and an event is repeated, then the very same page comes back', () => {
    fc.assert(
      fc.property(arrivalsOf(events), fc.constantFrom(...events), (arrival, repeated) => {
        const page = foldEvent(fold(arrival), repeated);
        expect(foldEvent(page, repeated)).toBe(page);
      }),
    );
  });

  test('and the clocks of its services differ, then the timeline runs forward and no arrival changes it', () => {
    const skews = fc.tuple(...events.map(() => fc.integer({ min: -60_000, max: 60_000 })));
    fc.assert(
      fc.property(skews, inAnyOrder(events), (skew, arrival) => {
        const skewed = (event: BookingEvent) => {
          const instant = Date.parse(event.occurredAt) + (skew[events.indexOf(event)] ?? 0);
          return { ...event, occurredAt: new Date(instant).toISOString() };
        };
        const page = fold(events.map(skewed));
        const instants = page.timeline.map(({ at }) => at);
        expect(instants).toEqual([...instants].sort());
        expect(comparable(fold(arrival.map(skewed)))).toEqual(comparable(page));
      }),
    );
  });
});

test.each<[string, BookingEvent, BookingEvent[]]>([
  ['a payment', approved(), [placed()]],
  ['a decline', declined(1), [placed()]],
  ['an expiry', expired(), [placed()]],
  ['a reservation', received(), [placed(), approved()]],
  ['a confirmation', confirmed(), [placed(), approved(), received()]],
  ['a reservation that was paid at once', received(), [placed({ payment })]],
  ['a confirmation that was paid at once', confirmed(), [placed({ payment }), received()]],
])(
  'When %s comes before what it follows from, then it waits and shows nothing of itself',
  (_name, early, causes) => {
    let page = foldEvent(emptyPage('order'), early);
    expect(page).toMatchObject({ timeline: [], early: [early] });
    for (const cause of causes.slice(0, -1)) page = foldEvent(page, cause);
    expect(page).toMatchObject({ timeline: fold(causes.slice(0, -1)).timeline, early: [early] });
    page = causes.slice(-1).reduce(foldEvent, page);
    expect(page.early).toEqual([]);
    expect(comparable(page)).toEqual(comparable(fold([...causes, early])));
  },
);

/** What my page shows after each event that may come next; the rest leave it as it is. */
const pages: Record<string, { page: MyPage; moves: Partial<Record<EventType, BookingStatus>> }> = {
  nothing: { page: fold([]), moves: { OrderPlaced: 'Payment Requested' } },
  'Payment Requested': {
    page: fold([placed()]),
    moves: { PaymentApproved: 'Pay Approved', OrderExpired: 'expired' },
  },
  'Pay Approved': {
    page: fold([placed(), approved()]),
    moves: { ReservationReceived: 'Reservation Complete' },
  },
  'Pay Approved at once': {
    page: fold([placed({ payment })]),
    moves: { ReservationReceived: 'Reservation Complete' },
  },
  'Reservation Complete': {
    page: fold([placed(), approved(), received()]),
    moves: { ReservationConfirmed: 'confirmed' },
  },
  confirmed: { page: fold([placed(), approved(), received(), confirmed()]), moves: {} },
  expired: { page: fold([placed(), expired()]), moves: {} },
};
const nextEvents = [placed(), approved(), declined(1), expired(), received(), confirmed()];

describe.each(Object.entries(pages))('When my page shows "%s"', (_status, { page, moves }) => {
  test.each(nextEvents.map((next) => [next.type, moves[next.type] ?? page.status, next] as const))(
    'and %s comes, then it shows "%s"',
    (_type, status, next) => {
      const folded = foldEvent(page, { ...next, eventId: 'another event' });
      expect(folded.status).toBe(status);
      expect(folded.timeline.slice(0, page.timeline.length)).toEqual(page.timeline);
      expect(folded.timeline.length - page.timeline.length).toBe(status === page.status ? 0 : 1);
    },
  );
});

test('When an order is placed, then the page has what its customer booked', () => {
  const page = fold([placed({ name: 'Kim', phone: '+821012345678', language: 'en', orderType: 'prime' })]);
  expect(page.booking).toEqual({
    name: 'Kim',
    phone: '+821012345678',
    language: 'en',
    orderType: 'prime',
    seat,
    priceKrw: 250_000,
    dueKrw: 50_000,
    placedAt: placed().occurredAt,
  });
});

test('When an order is placed without a name or a phone, then the page has none', () => {
  const page = fold([placed()]);
  expect(page.booking).not.toHaveProperty('name');
  expect(page.booking).not.toHaveProperty('phone');
});

test('When the centre has the request, then the page names the reservation', () => {
  expect(fold([placed(), approved()]).reservationId).toBeUndefined();
  expect(fold([placed(), approved(), received()]).reservationId).toBe('order');
});

test('When nothing has come yet, then the page knows its order only', () => {
  expect(emptyPage('order')).toEqual({ orderId: 'order', timeline: [], applied: [], early: [] });
});

function placed(telling: Partial<DataOf<'OrderPlaced'>> = {}) {
  return event('OrderPlaced', 0, {
    orderType: 'basic',
    language: 'ko',
    seat,
    priceKrw: 250_000,
    dueKrw: 50_000,
    ...telling,
  });
}

function declined(nth: number) {
  return event('PaymentDeclined', nth, { reason: 'card_declined' });
}

function approved() {
  return event('PaymentApproved', 3, { attempt: 'ticket', payment, booking });
}

function received() {
  return event('ReservationReceived', 4, reservation);
}

function confirmed() {
  return event('ReservationConfirmed', 5, reservation);
}

function expired() {
  return event('OrderExpired', 6, { seat });
}

function event<Type extends EventType>(type: Type, seconds: number, data: DataOf<Type>): BookingEvent {
  return {
    eventId: `${type} ${seconds}`,
    orderId: 'order',
    version: seconds + 1,
    occurredAt: new Date(Date.parse(payment.approvedAt) + seconds * 1_000).toISOString(),
    type,
    data,
  } as BookingEvent;
}

function fold(events: readonly BookingEvent[]): MyPage {
  return events.reduce(foldEvent, emptyPage('order'));
}

/** A page with its two sets in one order: in which order events came is no part of what it says. */
function comparable({ applied, early, ...page }: MyPage) {
  return { ...page, applied: [...applied].sort(), early: early.map(({ eventId }) => eventId).sort() };
}

/** Every event at least once, in any order, with repeats in between. */
function arrivalsOf(events: readonly BookingEvent[]): fc.Arbitrary<BookingEvent[]> {
  return fc
    .array(fc.constantFrom(...events), { maxLength: 6 })
    .chain((repeats) => inAnyOrder([...events, ...repeats]));
}

function inAnyOrder<Item>(items: Item[]): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray(items, { minLength: items.length });
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}
