import fc from 'fast-check';
import type { Opening } from '../../shared/contracts/calendar';
import { isRefusal } from '../../shared/contracts/refusals';
import { freeFor } from './offer';
import {
  armSweep,
  disarmSweep,
  dueVisits,
  emptySlot,
  free,
  type HeldSeat,
  hold,
  isQuiet,
  release,
  type SlotState,
  settle,
  type Verdict,
} from './slot';

const openings: readonly Opening[] = [
  { time: '08:00', seats: 1 },
  { time: '09:00', seats: 2 },
];
const atEight = openings.slice(0, 1);
const atNine = openings.slice(1);
const visitAt = '2026-07-24T01:00:05.000Z';
/** When every visit is due. */
const now = new Date(visitAt);
const laterVisitAt = '2026-07-24T01:30:00.000Z';

describe('When a seat is asked for', () => {
  test('then it is the earliest free one, as long as there is one', () => {
    const { state } = slotWith('a', 'b', 'c');
    expect(state.seats).toMatchObject({ a: { time: '08:00' }, b: { time: '09:00' }, c: { time: '09:00' } });
    expect(take(state, 'd')).toMatchObject({ refused: 'slot_full' });
  });

  test('then it is held under the ticket that came with the wish, and visited under it', () => {
    const { state, held: seat } = held(emptySlot, 'a', { ticket: 'its ticket' });
    expect(seat.ticket).toBe('its ticket');
    expect(ticketsToVisit(state, 'a')).toEqual(['its ticket']);
  });

  test('for a time that is full, then another free time does not help', () => {
    const { state } = slotWith('a');
    expect(take(state, 'b', { offered: atEight })).toEqual({ refused: 'slot_full' });
  });

  test('and the centre has fewer seats than it had, then nobody loses one and nobody gets one', () => {
    const { state } = slotWith('a', 'b', 'c');
    const fewer = [{ time: '09:00', seats: 1 }];
    expect(take(state, 'd', { offered: fewer })).toEqual({ refused: 'slot_full' });
    expect(left(state, fewer)).toEqual([{ time: '09:00', seats: 0 }]);
  });

  test('then the visit knows whose quota it takes', () => {
    const customerKey = 'digest of a person';
    const { state } = held(emptySlot, 'a', { customerKey });
    expect(dueVisits(state, new Date(visitAt), 1)).toMatchObject([{ orderId: 'a', customerKey }]);
  });
});

describe('When an order that holds a seat asks again', () => {
  test('and the seat fits, then it keeps it under the new ticket, even in a full slot', () => {
    const { state } = slotWith('a', 'b', 'c');
    const again = held(state, 'a', { ticket: 'the new one' });
    expect(again.held).toEqual({ holdId: 'a', time: '08:00', ticket: 'the new one', earlier: ['a.0'] });
    expect(again.state.seats).toEqual(state.seats);
  });

  test('for another time, then it has to wait for the visit, and nothing changes', () => {
    const { state, tickets } = slotWith('a', 'b');
    expect(take(state, 'a', { offered: atNine })).toEqual({ refused: 'service_unavailable' });
    expect(ticketsToVisit(state, 'a')).toEqual([tickets.get('a')]);
  });

  test('and is settled, then who asks is out of date and gets none', () => {
    const { state } = standings.settled;
    expect(take(state, 'a')).toEqual({ refused: 'service_unavailable' });
  });
});

describe('When an order comes back before its earlier placements were settled', () => {
  const first = held(emptySlot, 'a', { ticket: '1' }).state;
  const second = held(release(first, 'a', '1', false), 'a', { ticket: '2' }).state;
  const third = held(second, 'a', { ticket: '3' }).state;

  test('then all its tickets are to be visited, the latest last', () => {
    expect(ticketsToVisit(third, 'a')).toEqual(['1', '2', '3']);
  });

  test('and the latest is released, then the seat that an earlier one took stays until the visit', () => {
    const after = release(third, 'a', '3', true);
    expect(after.seats).toEqual(third.seats);
    expect(ticketsToVisit(after, 'a')).toEqual(['1', '2', '3']);
  });

  test('and the one that took the seat left nothing, then its seat is free, and all are to be visited all the same', () => {
    const freed = release(second, 'a', '2', true);
    expect(freed.seats).toEqual({});
    expect(ticketsToVisit(freed, 'a')).toEqual(['1', '2']);
  });

  test.each(['1', '2'])('and a word with ticket %s comes late, then it changes nothing', (ticket) => {
    for (const word of Object.values(words)) expect(word(third, ticket)).toBe(third);
  });

  test('and the visit is told to wait, then all are to be visited again', () => {
    expect(ticketsToVisit(settle(third, [verdict('wait', 'a', '3')]), 'a')).toEqual(['1', '2', '3']);
  });

  test('and the verdict about the latest has come, then none is to be visited', () => {
    for (const answer of ['settled', 'gone'] as const)
      expect(ticketsToVisit(settle(third, [verdict(answer, 'a', '3')]), 'a')).toEqual([]);
  });

  test('then a visit that is far off comes at the time of the new one', () => {
    const waiting = settle(first, [verdict('wait', 'a', '1')]);
    const again = held(waiting, 'a', { ticket: '2' }).state;
    expect(dueVisits(again, new Date(visitAt), 1)).toMatchObject([{ tickets: ['1', '2'], visits: 0 }]);
  });

  test('then the visit that was to come is not put off, however often it asks', () => {
    const impatient = ['2', '3', '4'].reduce(
      (state, ticket) => held(state, 'a', { ticket, at: laterVisitAt }).state,
      first,
    );
    expect(dueVisits(impatient, new Date(visitAt), 1)).toMatchObject([{ tickets: ['1', '2', '3', '4'] }]);
  });
});

/** What a slot knows of one order. */
type Standing =
  | 'absent'
  | 'held'
  | 'held twice'
  | 'given back, to be visited'
  | 'held twice and given back, to be visited'
  | 'settled';

const standings: Record<Standing, { state: SlotState; ticket: string }> = {
  absent: standing((state, ticket) => release(state, 'a', ticket, true)),
  held: standing((state) => state),
  'held twice': heldTwice((state) => state),
  'given back, to be visited': standing((state, ticket) => release(state, 'a', ticket, false)),
  'held twice and given back, to be visited': standing((state, ticket) => {
    const again = held(release(state, 'a', ticket, false), 'a');
    return release(again.state, 'a', again.held.ticket, false);
  }),
  settled: standing((state, ticket) => settle(state, [verdict('settled', 'a', ticket)])),
};

const words: Record<string, (state: SlotState, ticket: string) => SlotState> = {
  'a release that leaves nothing': (state, ticket) => release(state, 'a', ticket, true),
  'a release that may leave something': (state, ticket) => release(state, 'a', ticket, false),
  'the word that its order left': (state, ticket) => free(state, 'a', ticket, now),
  'the verdict "settled"': (state, ticket) => settle(state, [verdict('settled', 'a', ticket)]),
  'the word that it was placed': (state, ticket) => settle(state, [verdict('placed', 'a', ticket)]),
  'the verdict "gone"': (state, ticket) => settle(state, [verdict('gone', 'a', ticket)]),
  'the verdict "wait"': (state, ticket) => settle(state, [verdict('wait', 'a', ticket)]),
};

describe('When a move finds a time full', () => {
  const move = (state: SlotState, orderId: string, ticket: string, offered: readonly Opening[] = atEight) =>
    hold(state, { orderId, orderType: 'basic', ticket, asMove: true, openings: offered, visitAt });
  const moved = (state: SlotState, ...asked: [string, string, (readonly Opening[])?]) => {
    const taken = move(state, ...asked);
    if (isRefusal(taken)) throw new Error(`refused: ${taken.refused}`);
    return taken.state;
  };
  const afterCut = moved(emptySlot, 'mover', 'first try');

  test('then it is full, if others have it', () => {
    expect(move(afterCut, 'another', 'its try')).toMatchObject({ refused: 'slot_full' });
    expect(move(slotWith('a').state, 'mover', 'first try')).toMatchObject({ refused: 'slot_full' });
  });

  test('then its order has to wait, if an earlier try of its own has it', () => {
    expect(move(afterCut, 'mover', 'second try')).toMatchObject({ refused: 'service_unavailable' });
  });

  test('then it is full, if what its earlier try has is at another time', () => {
    const full = slotWith('a', 'b', 'c').state;
    const atNineToo = moved(settle(full, [gone('b', full)]), 'mover', 'first try', atNine);
    expect(move(atNineToo, 'mover', 'second try')).toMatchObject({ refused: 'slot_full' });
  });

  test('then it is full, once its order stands on the seat there', () => {
    const stands = settle(afterCut, [{ holdId: 'first try', ticket: 'first try', verdict: 'settled' }]);
    expect(move(stands, 'mover', 'second try')).toMatchObject({ refused: 'slot_full' });
  });

  function gone(orderId: string, state: SlotState): Verdict {
    return { holdId: orderId, ticket: ticketsToVisit(state, orderId).at(-1) ?? '', verdict: 'gone' };
  }
});

function takeIfGiven(state: SlotState): SlotState {
  const taken = take(state, 'a');
  return isRefusal(taken) ? state : taken.state;
}

const holdOrWord: typeof words = { 'a hold': takeIfGiven, ...words };

/** In the order of the standings: absent, held, held twice, given back, held twice and given back, settled. */
type Row = [Standing, Standing, Standing, Standing, Standing, Standing];
const back = 'given back, to be visited';
const twiceBack = 'held twice and given back, to be visited';

// biome-ignore format: a table
const matrix: Record<keyof typeof holdOrWord, Row> = {
  'a hold':                             ['held',   'held twice', 'held twice', 'held twice', 'held twice', 'settled'],
  'a release that leaves nothing':      ['absent', 'absent',     'held twice',  'absent',     twiceBack,    'settled'],
  'a release that may leave something': ['absent', back,         'held twice',  back,         twiceBack,    'settled'],
  'the word that its order left':       ['absent', 'absent',     twiceBack,    'absent',     twiceBack,    'absent'],
  'the verdict "settled"':              ['absent', 'settled',    'settled',    'absent',     'absent',     'settled'],
  'the word that it was placed':        ['absent', 'settled',    'held twice', back,         twiceBack,    'settled'],
  'the verdict "gone"':                 ['absent', 'absent',     'absent',     'absent',     'absent',     'settled'],
  'the verdict "wait"':                 ['absent', 'held',       'held twice', back,         twiceBack,    'settled'],
};

describe.each(Object.entries(matrix))('When %s comes', (word, row) => {
  const befores = Object.keys(standings) as Standing[];
  const hear = (state: SlotState, ticket: string) => holdOrWord[word]?.(state, ticket) ?? state;

  test.each(befores.map((before, index) => [before, row[index]] as const))(
    'and the order is %s, then it is %s',
    (before, after) => {
      const { state, ticket } = standings[before];
      expect(standingOf(hear(state, ticket))).toBe(after);
    },
  );

  test.each(befores)('twice and the order is %s, then the second time changes no seat', (before) => {
    const { state, ticket } = standings[before];
    const once = hear(state, ticket);
    const twice = hear(once, ticket);
    expect(twice.seats).toEqual(once.seats);
    expect(Object.keys(twice.unsettled)).toEqual(Object.keys(once.unsettled));
  });
});

describe('When holds, releases and verdicts come in any order, with any ticket that was ever given', () => {
  const orders = ['a', 'b', 'c', 'd', 'e'];
  const steps = fc.array(
    fc.record({
      kind: fc.constantFrom(
        'hold' as const,
        'hold' as const,
        'release' as const,
        'settle' as const,
        'free' as const,
      ),
      orderId: fc.constantFrom(...orders),
      /** What a hold asks for. */
      offered: fc.constantFrom(openings, atEight, atNine),
      /** Counts back from the order's newest ticket; 0 is that one. */
      ticketAge: fc.nat({ max: 2 }),
      leftNothing: fc.boolean(),
      answer: fc.constantFrom('settled' as const, 'placed' as const, 'gone' as const, 'wait' as const),
    }),
    { maxLength: 60 },
  );
  type Step = typeof steps extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

  /** A slot with the tickets that each order was given, oldest first. */
  interface Told {
    state: SlotState;
    given: Record<string, string[]>;
  }

  function tell({ state, given }: Told, step: Step): Told {
    const { kind, orderId, offered, ticketAge, leftNothing, answer } = step;
    if (kind === 'hold') {
      const earlier = given[orderId] ?? [];
      const taken = take(state, orderId, { offered, ticket: `${orderId}.${earlier.length}` });
      if (isRefusal(taken)) return { state, given };
      const tickets = [...earlier, taken.held.ticket];
      return { state: taken.state, given: { ...given, [orderId]: tickets } };
    }
    const ticket = given[orderId]?.at(-1 - ticketAge) ?? '0, never given';
    const next =
      kind === 'release'
        ? release(state, orderId, ticket, leftNothing)
        : kind === 'free'
          ? free(state, orderId, ticket, now)
          : settle(state, [verdict(answer, orderId, ticket)]);
    return { state: next, given };
  }

  function eachMoment(check: (after: Told, before: Told, step: Step) => void): void {
    fc.assert(
      fc.property(steps, (all) => {
        let told: Told = { state: emptySlot, given: {} };
        for (const step of all) {
          const before = told;
          told = tell(before, step);
          check(told, before, step);
        }
      }),
    );
  }

  test('then no time ever has more orders than seats, and what is free adds up', () => {
    eachMoment(({ state }) => {
      const seatsLeft = left(state, openings);
      for (const [index, { time, seats }] of openings.entries()) {
        const taken = Object.values(state.seats).filter((each) => each.time === time).length;
        expect(taken).toBeLessThanOrEqual(seats);
        expect(seatsLeft[index]).toEqual({ time, seats: seats - taken });
      }
    });
  });

  test('then a hold is refused only when what it asks for is full', () => {
    eachMoment(({ state }) => {
      for (const offered of [openings, atEight, atNine]) {
        const isFull = left(state, offered).every(({ seats }) => seats === 0);
        expect(isRefusal(take(state, 'newcomer', { offered }))).toBe(isFull);
      }
    });
  });

  test('then a hold gives what it asks for, and a seat that fits is kept', () => {
    eachMoment((after, before, { kind, orderId, offered }) => {
      if (kind !== 'hold' || after.given === before.given) return;
      const times = offered.map(({ time }) => time);
      const [had, has] = [before, after].map(({ state }) => state.seats[orderId]?.time ?? 'none');
      expect(times).toContain(has);
      if (had && times.includes(had)) expect(has).toBe(had);
    });
  });

  test('then a late word with an old ticket never changes anything, but that an order may be asked sooner', () => {
    eachMoment((after, before, { kind, orderId, ticketAge }) => {
      if (kind === 'hold' || ticketAge === 0) return;
      const [had, has] = [before.state.unsettled[orderId], after.state.unsettled[orderId]];
      const isSooner = kind === 'free' && had && has && Date.parse(has.visitAt) < Date.parse(had.visitAt);
      if (!isSooner) return expect(after.state).toBe(before.state);
      const asBefore = { ...after.state.unsettled, [orderId]: { ...has, visitAt: had.visitAt } };
      expect({ ...after.state, unsettled: asBefore }).toEqual(before.state);
    });
  });

  test('then no ticket is lost before a verdict about the latest, but one that is known to have left nothing', () => {
    eachMoment((after, before, { kind, orderId, ticketAge, leftNothing, answer }) => {
      const toVisit = ticketsToVisit(after.state, orderId);
      const lost = ticketsToVisit(before.state, orderId).filter((ticket) => !toVisit.includes(ticket));
      if (lost.length === 0) return;
      expect(lost.at(-1)).toBe(before.given[orderId]?.at(-1));
      expect(ticketAge).toBe(0);
      if (kind === 'settle') expect(answer).not.toBe('wait');
      else if (kind === 'free') expect(lost).toHaveLength(1);
      else expect([kind, leftNothing, lost.length]).toEqual(['release', true, 1]);
    });
  });

  test('then the tickets to be visited are the last that were given, in their order', () => {
    eachMoment(({ state, given }) => {
      for (const orderId of orders) {
        const tickets = ticketsToVisit(state, orderId);
        const all = given[orderId] ?? [];
        expect(tickets).toEqual(all.slice(all.length - tickets.length));
      }
    });
  });

  test('then no word about one order touches another', () => {
    eachMoment((after, before, { orderId }) => {
      for (const other of orders.filter((each) => each !== orderId)) {
        expect(after.state.seats[other]).toBe(before.state.seats[other]);
        expect(after.state.unsettled[other]).toBe(before.state.unsettled[other]);
      }
    });
  });

  test('then a seat that nobody settled is on the list of visits', () => {
    eachMoment(({ state, given }, before, { orderId }) => {
      if (given !== before.given)
        expect(state.unsettled[orderId]?.tickets.at(-1)).toBe(given[orderId]?.at(-1));
      expect(isQuiet(state)).toBe(dueVisits(state, new Date(laterVisitAt), orders.length).length === 0);
    });
  });
});

describe('When the unsettled are due for a visit', () => {
  const at = (seconds: number) => new Date(Date.parse(visitAt) + seconds * 1_000);
  const state = [3, 1, 2].reduce(
    (slot, seconds) => held(slot, `due in ${seconds}`, { at: at(seconds).toISOString() }).state,
    emptySlot,
  );
  const visited = (seconds: number, max = 10) =>
    dueVisits(state, at(seconds), max).map(({ orderId }) => orderId);

  test('then those whose time has come are visited, the longest due first', () => {
    expect(visited(0)).toEqual([]);
    expect(visited(1)).toEqual(['due in 1']);
    expect(visited(3)).toEqual(['due in 1', 'due in 2', 'due in 3']);
  });

  test('then no more are visited at once than asked for', () => {
    expect(visited(3, 2)).toEqual(['due in 1', 'due in 2']);
  });

  test('and one says wait, then it is visited when it said, and the visit is counted', () => {
    const { state: before, tickets } = slotWith('a');
    const waiting = settle(before, [verdict('wait', 'a', tickets.get('a') ?? '')]);
    expect(dueVisits(waiting, new Date(Date.parse(laterVisitAt) - 1), 1)).toEqual([]);
    expect(dueVisits(waiting, new Date(laterVisitAt), 1)).toMatchObject([{ orderId: 'a', visits: 1 }]);
  });
});

test('When a sweep is armed again, then it has a new name, and nothing else of the slot changes', () => {
  const { state } = slotWith('a');
  const first = armSweep(state, new Date(visitAt));
  const second = armSweep(disarmSweep(first), new Date(laterVisitAt));
  expect(second.sweep.name).not.toBe(first.sweep.name);
  expect(second.sweep.armedAt).toBe(laterVisitAt);
  expect(disarmSweep(first).sweep).toBeUndefined();
  expect(second).toMatchObject({ seats: state.seats, unsettled: state.unsettled });
});

interface Wish {
  ticket?: string;
  offered?: readonly Opening[];
  at?: string;
  customerKey?: string;
}

function take(state: SlotState, orderId: string, { offered = openings, at = visitAt, ...wish }: Wish = {}) {
  const earlier = state.unsettled[orderId]?.tickets.length ?? 0;
  return hold(state, {
    ticket: `${orderId}.${earlier}`,
    orderType: 'basic',
    ...wish,
    orderId,
    openings: offered,
    visitAt: at,
  });
}

function left(state: SlotState, offered: readonly Opening[]) {
  return freeFor(offered, Object.values(state.seats)).map(({ time, free: seats }) => ({ time, seats }));
}

function ticketsToVisit(state: SlotState, orderId: string): readonly string[] {
  return state.unsettled[orderId]?.tickets ?? [];
}

function held(...asked: Parameters<typeof take>): { state: SlotState; held: HeldSeat } {
  const taken = take(...asked);
  if (isRefusal(taken)) throw new Error(`refused: ${taken.refused}`);
  return taken;
}

function slotWith(...orderIds: string[]): { state: SlotState; tickets: Map<string, string> } {
  const tickets = new Map<string, string>();
  let state = emptySlot;
  for (const orderId of orderIds) {
    const taken = held(state, orderId);
    tickets.set(orderId, taken.held.ticket);
    state = taken.state;
  }
  return { state, tickets };
}

function standing(reach: (state: SlotState, ticket: string) => SlotState) {
  const { state, held: seat } = held(emptySlot, 'a');
  const reached = reach(state, seat.ticket);
  return { state: reached, ticket: ticketsToVisit(reached, 'a').at(-1) ?? seat.ticket };
}

function heldTwice(reach: (state: SlotState, ticket: string) => SlotState) {
  const { state, held: seat } = held(held(emptySlot, 'a').state, 'a');
  return { state: reach(state, seat.ticket), ticket: seat.ticket };
}

function standingOf(state: SlotState): Standing {
  const isTwice = ticketsToVisit(state, 'a').length > 1;
  if (isQuiet(state)) return 'a' in state.seats ? 'settled' : 'absent';
  if ('a' in state.seats) return isTwice ? 'held twice' : 'held';
  return isTwice ? 'held twice and given back, to be visited' : 'given back, to be visited';
}

function verdict(answer: Verdict['verdict'], holdId: string, ticket: string): Verdict {
  return answer === 'wait'
    ? { holdId, ticket, verdict: answer, visitAt: laterVisitAt }
    : { holdId, ticket, verdict: answer };
}
