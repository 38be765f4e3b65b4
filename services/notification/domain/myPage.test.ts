import fc from 'fast-check';
import { type OrderEvent, orderEvent } from '../../shared/contracts/events';
import type { BookingStatus } from '../../shared/contracts/status';
import { emptyPage, foldEvents, type MyPage, type ShownPage } from './myPage';
import {
  canceled,
  expired,
  folded,
  type Happening,
  moved,
  orderId,
  otherSeat,
  payment,
  placed,
  progressed,
  rejected,
  seat,
  stories,
  told,
} from './order.sample';

describe.each(Object.entries(stories))('When a booking is %s', (_name, happenings) => {
  const events = told(happenings);
  const lengths = events.map((_, index) => index + 1);

  test('then the events are such as the contracts let pass', () => {
    for (const event of events) expect(orderEvent.parse(event)).toEqual(event);
  });

  test('then each event is one entry of the timeline, and nothing is left waiting', () => {
    const page = folded(events);
    expect(page.version).toBe(events.length);
    expect(page.timeline).toHaveLength(events.length);
    expect(page.early).toEqual([]);
  });

  test.each(lengths.filter((length) => length <= 6))(
    'and %d of its events have come, in whatever order, then the page is the same',
    (length) => {
      const soFar = events.slice(0, length);
      const expected = folded(soFar);
      for (const arrival of permutations(soFar)) expect(oneByOne(arrival)).toEqual(expected);
    },
  );

  test('and any of its events have come, each any number of times, in any portions, then the page is the same', () => {
    fc.assert(
      fc.property(fc.subarray(events), arrivalsOf(events), fc.nat({ max: 9 }), (some, arrival, at) => {
        const ofThese = arrival.filter((event) => some.includes(event));
        const first = foldEvents(emptyPage(orderId), ofThese.slice(0, at)).page;
        expect(foldEvents(first, ofThese.slice(at)).page).toEqual(folded(some));
        expect(oneByOne(ofThese)).toEqual(folded(some));
      }),
    );
  });

  test('then at every moment the timeline is a beginning of the whole, and what it said once it never takes back', () => {
    fc.assert(
      fc.property(arrivalsOf(events), (arrival) => {
        const whole = folded(events).timeline;
        let before: MyPage = emptyPage(orderId);
        for (const event of arrival) {
          const { page: after, steps } = foldEvents(before, [event]);
          expect(whole.slice(0, after.timeline.length)).toEqual(after.timeline);
          expect(after.status).toBe(after.timeline.at(-1)?.status);
          expect(steps).toHaveLength(after.timeline.length - before.timeline.length);
          before = after;
        }
        expect(before).toEqual(folded(events));
      }),
    );
  });

  test('and the events that are here are repeated, then the very same page comes back', () => {
    fc.assert(
      fc.property(fc.subarray(events), arrivalsOf(events), (some, repeats) => {
        const page = folded(some);
        const repeated = foldEvents(
          page,
          repeats.filter((event) => some.includes(event)),
        );
        expect(repeated.page).toBe(page);
        expect(repeated.steps).toEqual([]);
      }),
    );
  });

  test('and the clocks of its hosts differ, then the timeline runs forward and no arrival changes it', () => {
    const skews = fc.tuple(...events.map(() => fc.integer({ min: -60_000, max: 60_000 })));
    fc.assert(
      fc.property(skews, inAnyOrder(events), (skew, arrival) => {
        const skewed = (event: OrderEvent) => {
          const instant = Date.parse(event.occurredAt) + (skew[event.version - 1] ?? 0);
          return { ...event, occurredAt: new Date(instant).toISOString() };
        };
        const page = folded(events.map(skewed));
        const instants = page.timeline.map(({ at }) => at);
        expect(instants).toEqual([...instants].sort());
        expect(oneByOne(arrival.map(skewed))).toEqual(page);
      }),
    );
  });
});

test('When an event comes before one that it follows, then it waits and shows nothing of itself', () => {
  const [first, second, third, fourth] = told([placed(), moved(), progressed('Pay Approved'), canceled()]);
  if (!first || !second || !third || !fourth) throw new Error('four events');

  const waiting = oneByOne([fourth, third]);
  expect(waiting).toEqual({ ...emptyPage(orderId), early: [third, fourth] });

  const begun = foldEvents(waiting, [first]).page;
  expect(begun).toEqual({ ...folded([first]), early: [third, fourth] });

  const { page, steps } = foldEvents(begun, [second]);
  expect(page).toEqual(folded([first, second, third, fourth]));
  expect(steps.map(({ version, status }) => [version, status])).toEqual([
    [2, 'Payment Requested'],
    [3, 'Pay Approved'],
    [4, 'canceled'],
  ]);
});

test('When several events are folded at once, then each step shows the page as it stood then', () => {
  const events = told(stories['moved, confirmed and canceled by its customer'] ?? []);
  const { steps } = foldEvents(emptyPage(orderId), events);
  expect(steps).toEqual(events.map((_, index) => folded(events.slice(0, index + 1))));
});

test('When the first event is not the placement, then there is nothing to show and it waits', () => {
  const events = told([progressed('confirmed')]);
  expect(folded(events)).toEqual({ ...emptyPage(orderId), early: events });
});

/** What the page says after each event that could come next, whatever it said before: the order decided that. */
const statuses: Record<BookingStatus, Happening[]> = {
  'Payment Requested': [placed()],
  'Pay Approved': [placed({ payment })],
  'Reservation Complete': [placed({ payment }), progressed('Reservation Complete')],
  confirmed: [placed({ payment }), progressed('confirmed')],
  'checked in': [placed({ payment }), progressed('checked in')],
  completed: [placed({ payment }), progressed('completed')],
  'no show': [placed({ payment }), progressed('no show')],
  canceled: [placed({ payment }), canceled()],
  rejected: [placed({ payment }), rejected()],
  expired: [placed(), expired()],
};
const nextEvents: [Happening, BookingStatus | 'as before', object][] = [
  [placed(), 'Payment Requested', {}],
  [placed({ payment }), 'Pay Approved', {}],
  [progressed('Pay Approved'), 'Pay Approved', {}],
  [progressed('Reservation Complete'), 'Reservation Complete', {}],
  [progressed('confirmed'), 'confirmed', {}],
  [progressed('checked in'), 'checked in', {}],
  [progressed('completed'), 'completed', {}],
  [progressed('no show'), 'no show', {}],
  [moved(), 'as before', { moved: { from: seat, to: otherSeat } }],
  [canceled(), 'canceled', { by: 'customer', refundKrw: 25_000 }],
  [rejected({ reason: '휴진' }), 'rejected', { reason: '휴진', refundKrw: 50_000 }],
  [expired(), 'expired', {}],
];

describe.each(Object.entries(statuses))('When my page shows "%s"', (status, happenings) => {
  const page = folded(told(happenings));

  test('then it does so by the events that lead there', () => {
    expect(page.status).toBe(status);
  });

  test.each(nextEvents.map((next) => [nameOf(next[0]), next] as const))(
    'and %s comes next, then it shows what the order decided, as one more entry',
    (_type, [happening, expected, facts]) => {
      const [event] = told([happening], orderId, page.version + 1);
      if (!event) throw new Error('one event');
      const after = foldEvents(page, [event]).page;
      const now = expected === 'as before' ? status : expected;
      expect(after.status).toBe(now);
      expect(after.timeline).toEqual([...page.timeline, { status: now, at: event.occurredAt, ...facts }]);
    },
  );

  test.each(nextEvents.map((next) => [nameOf(next[0]), next] as const))(
    'and %s of a version that it shows already comes, then it is the very same page',
    (_type, [happening]) => {
      for (let version = 1; version <= page.version; version++) {
        expect(foldEvents(page, told([happening], orderId, version)).page).toBe(page);
      }
    },
  );
});

test('When an order is placed, then the page has what its customer booked', () => {
  const [event] = told([placed({ name: 'Kim', language: 'en', orderType: 'prime' })]);
  expect(folded(event ? [event] : []).booking).toEqual({
    name: 'Kim',
    phone: '+821012345678',
    language: 'en',
    zone: 'Asia/Seoul',
    orderType: 'prime',
    seat,
    priceKrw: 250_000,
    dueKrw: 50_000,
    placedAt: event?.occurredAt,
    paymentDueAt: '2026-07-24T01:30:00.000Z',
  });
});

test('When an order is placed without a name or a phone, then the page has none', () => {
  const page = folded(told([placed({ name: undefined, phone: undefined })]));
  expect(page.booking).not.toHaveProperty('name');
  expect(page.booking).not.toHaveProperty('phone');
});

test('When the centre has the request, then the page names the reservation', () => {
  const events = told([placed(), progressed('Pay Approved'), progressed('Reservation Complete')]);
  expect(shown(events.slice(0, 2)).reservationId).toBeUndefined();
  expect(shown(events).reservationId).toBe(orderId);
});

test('When a booking is moved, then the page shows what is booked now, and the timeline where it was', () => {
  const events = told([
    placed(),
    moved({ booking: { seat: otherSeat, orderType: 'prime' }, priceKrw: 800_000, dueKrw: 80_000 }),
  ]);
  const page = shown(events);
  expect(page.booking).toMatchObject({
    seat: otherSeat,
    orderType: 'prime',
    priceKrw: 800_000,
    dueKrw: 80_000,
    name: 'Kim Minji',
  });
  expect(page.timeline.map(({ at: _, ...entry }) => entry)).toEqual([
    { status: 'Payment Requested' },
    { status: 'Payment Requested', moved: { from: seat, to: otherSeat } },
  ]);
});

describe('When money moves', () => {
  test('and nothing was paid yet, then the page has no payment', () => {
    expect(shown(told([placed(), moved()])).payment).toBeUndefined();
    const end = shown(told([placed(), canceled({ payment: undefined, refundKrw: 0 })]));
    expect(end.payment).toBeUndefined();
    expect(end.timeline.at(-1)).not.toHaveProperty('refundKrw');
  });

  test('and it was paid, at once or later, then the page shows the payment without more of the card than there is', () => {
    const { paymentId: _, ...facts } = payment;
    expect(shown(told([placed({ payment })])).payment).toEqual({ ...facts, refundKrw: 0 });
    expect(shown(told([placed(), progressed('Pay Approved')])).payment).toEqual({ ...facts, refundKrw: 0 });
  });

  test('and moves cost less, then more, and the centre cancels, then paid and refunded add up at every step', () => {
    const name = 'moved to a cheaper package, back to a dearer one, and canceled by the centre';
    const { steps } = foldEvents(emptyPage(orderId), told(stories[name] ?? []));
    expect(steps.map((page) => [page.payment?.amountKrw, page.payment?.refundKrw])).toEqual([
      [50_000, 0],
      [50_000, 20_000],
      [100_000, 20_000],
      [100_000, 100_000],
    ]);
    expect(steps.at(-1)?.timeline.map(({ refundKrw }) => refundKrw)).toEqual([
      undefined,
      20_000,
      undefined,
      80_000,
    ]);
  });

  test('and it is canceled too late for a refund, then the entry says that nothing goes back', () => {
    expect(shown(told([placed({ payment }), canceled({ refundKrw: 0 })])).timeline.at(-1)).toMatchObject({
      by: 'customer',
      refundKrw: 0,
    });
  });
});

test('When nothing has come yet, then the page knows its order only', () => {
  expect(folded([])).toEqual({ orderId, version: 0, timeline: [], early: [] });
});

function nameOf({ type, data }: Happening): string {
  if (type === 'OrderPlaced') return `${type}${data.payment ? ', paid' : ''}`;
  return type === 'OrderProgressed' ? `${type} to ${data.status}` : type;
}

function shown(events: readonly OrderEvent[]): ShownPage {
  const page = folded(events);
  if (page.status === undefined) throw new Error('nothing is shown');
  return page;
}

function oneByOne(events: readonly OrderEvent[]): MyPage {
  return events.reduce<MyPage>((page, event) => foldEvents(page, [event]).page, emptyPage(orderId));
}

/** Every event at least once, in any order, with repeats in between. */
function arrivalsOf(events: readonly OrderEvent[]): fc.Arbitrary<OrderEvent[]> {
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
