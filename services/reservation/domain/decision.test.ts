import fc from 'fast-check';
import { type CenterDecision, centerDecision } from '../../shared/contracts/decisions';
import { isRefusal, type RefusalCode } from '../../shared/contracts/refusals';
import { consider, decisionsOpen, grant, pendingIn, withdraw } from './decision';
import type { OrderNews } from './orderNews';
import { follow, isOpen, noReservation, type Reservation, type ReservationState } from './reservation';

const firstOfTheDay = '2026-07-24T15:00:00.000Z';
const lastOfTheDayBefore = '2026-07-24T14:59:59.999Z';
const onTheDay = new Date(firstOfTheDay);
const theDayBefore = new Date(lastOfTheDayBefore);

const received = follow(noReservation, 'order', request(), new Date('2026-07-20T01:00:00.000Z'));
const confirmed = decided(received, 'confirmed');
const checkedIn = decided(confirmed, 'checked in');
const canceledByCustomer = follow(
  confirmed,
  'order',
  { kind: 'end', version: 3, end: { status: 'canceled', canceledAt: firstOfTheDay, by: 'customer' } },
  new Date(firstOfTheDay),
);
const states = {
  none: noReservation,
  received,
  confirmed,
  'checked in': checkedIn,
  completed: decided(checkedIn, 'completed'),
  'no show': decided(confirmed, 'no show'),
  rejected: decided(received, 'rejected'),
  'canceled by the centre': decided(confirmed, 'canceled'),
  'canceled by the customer': canceledByCustomer,
};
type Name = keyof typeof states;
type Outcome = CenterDecision | RefusalCode | '-';

// On the day of the visit. '-': it stands, and nothing changes.
// biome-ignore format: a table
const matrix: Record<CenterDecision, Record<Name, Outcome>> = {
  confirmed: {
    none: 'reservation_not_found', received: 'confirmed', confirmed: '-', 'checked in': '-', completed: '-', 'no show': '-',
    rejected: 'reservation_ended', 'canceled by the centre': 'reservation_ended', 'canceled by the customer': 'reservation_ended',
  },
  rejected: {
    none: 'reservation_not_found', received: 'rejected', confirmed: 'reservation_already_confirmed',
    'checked in': 'reservation_already_confirmed', completed: 'reservation_already_confirmed', 'no show': 'reservation_already_confirmed',
    rejected: '-', 'canceled by the centre': 'reservation_ended', 'canceled by the customer': 'reservation_ended',
  },
  canceled: {
    none: 'reservation_not_found', received: 'canceled', confirmed: 'canceled', 'checked in': 'visit_begun', completed: 'visit_begun',
    'no show': 'visit_begun', rejected: 'reservation_ended', 'canceled by the centre': '-', 'canceled by the customer': 'reservation_ended',
  },
  'checked in': {
    none: 'reservation_not_found', received: 'reservation_not_confirmed', confirmed: 'checked in', 'checked in': '-', completed: '-',
    'no show': 'reservation_ended', rejected: 'reservation_ended', 'canceled by the centre': 'reservation_ended',
    'canceled by the customer': 'reservation_ended',
  },
  completed: {
    none: 'reservation_not_found', received: 'reservation_not_checked_in', confirmed: 'reservation_not_checked_in',
    'checked in': 'completed', completed: '-', 'no show': 'reservation_ended', rejected: 'reservation_ended',
    'canceled by the centre': 'reservation_ended', 'canceled by the customer': 'reservation_ended',
  },
  'no show': {
    none: 'reservation_not_found', received: 'reservation_not_confirmed', confirmed: 'no show', 'checked in': 'visit_begun',
    completed: 'visit_begun', 'no show': '-', rejected: 'reservation_ended', 'canceled by the centre': 'reservation_ended',
    'canceled by the customer': 'reservation_ended',
  },
};

describe.each(Object.entries(matrix))('When the centre decides "%s"', (decision, row) => {
  test.each(Object.entries(row))('of one that is %s, then the outcome is "%s"', (name, outcome) => {
    const state = states[name as Name];
    const considered = consider(state, { decision: decision as CenterDecision }, onTheDay);
    if (isRefusal(considered)) expect(considered.refused).toBe(outcome);
    else if (considered === state) expect('-').toBe(outcome);
    else expect(granted(considered).status).toBe(outcome);
  });
});

test('When the centre looks at one, then it is offered just what would change it', () => {
  for (const state of Object.values(states)) {
    if (state.status === 'none') continue;
    const offered = decisionsOpen(state, onTheDay);
    for (const decision of centerDecision.options) {
      const considered = consider(state, { decision }, onTheDay);
      expect(offered.includes(decision)).toBe(!isRefusal(considered) && considered !== state);
    }
  }
  expect(decisionsOpen(confirmed as Reservation, theDayBefore)).toEqual(['canceled']);
  expect(decisionsOpen(confirmed as Reservation, onTheDay)).toEqual(['canceled', 'checked in', 'no show']);
});

describe('When the day of the visit comes at midnight', () => {
  test.each<[CenterDecision, ReservationState]>([
    ['checked in', confirmed],
    ['no show', confirmed],
    ['completed', checkedIn],
  ])('in Seoul, then "%s" is refused until then, and not after', (decision, state) => {
    expect(consider(state, { decision }, theDayBefore)).toEqual({
      refused: 'visit_not_due',
      facts: { date: '2026-07-25' },
    });
    expect(consider(state, { decision }, onTheDay)).toHaveProperty('deciding.decision', decision);
    expect(consider(state, { decision }, new Date('2027-01-01T00:00:00.000Z'))).toHaveProperty('deciding');
  });

  test('in another zone, then that zone counts', () => {
    const there = decided(
      follow(noReservation, 'order', request('Pacific/Honolulu'), new Date(firstOfTheDay)),
      'confirmed',
    );
    const decision = 'checked in';
    expect(consider(there, { decision }, onTheDay)).toMatchObject({ refused: 'visit_not_due' });
    const itsDay = new Date('2026-07-25T10:00:00.000Z');
    expect(consider(there, { decision }, itsDay)).toHaveProperty('deciding');
  });
});

describe('When the order answers', () => {
  const reason = 'closed for repairs';
  const asking = consider(confirmed, { decision: 'canceled', reason }, onTheDay) as ReservationState;

  test('with leave, then its instant counts, and the reason and the steps before it are kept', () => {
    const at = '2026-07-25T00:00:01.000Z';
    expect(granted(asking, at)).toEqual({
      ...confirmed,
      status: 'canceled',
      by: 'center',
      reason,
      canceledAt: at,
    });
  });

  test('with a refusal, then all is as before', () => {
    expect(pendingIn(asking)).toEqual({ decision: 'canceled', reason, at: firstOfTheDay });
    expect(withdraw(openOne(asking))).toEqual(confirmed);
  });
});

test('When a whole visit went well, then each step has its instant', () => {
  expect(states.completed).toMatchObject({
    receivedAt: '2026-07-20T01:00:00.000Z',
    confirmedAt: firstOfTheDay,
    checkedInAt: firstOfTheDay,
    completedAt: firstOfTheDay,
  });
});

test('When decisions come in any order, then a repeat of the last changes nothing, and no end is left', () => {
  const command = fc.constantFrom(...centerDecision.options);
  const ends = ['rejected', 'canceled', 'completed', 'no show'];
  fc.assert(
    fc.property(fc.array(command, { maxLength: 8 }), command, (earlier, last) => {
      const before = earlier.reduce(decidedIfAllowed, received);
      const once = decidedIfAllowed(before, last);
      expect(decidedIfAllowed(once, last)).toBe(once);
      if (ends.includes(before.status)) expect(once).toBe(before);
    }),
  );
});

test('When something is granted that was never asked, then that is a fault, not a state', () => {
  expect(() => grant(openOne(received), firstOfTheDay)).toThrow(
    'undefined cannot have been asked of a reservation that is received',
  );
});

describe.each([received, confirmed, checkedIn].map(openOne))(
  'When a reservation is $status and something is granted that the centre’s own rules do not let it ask',
  (state) => {
    const wrong = centerDecision.options.filter((decision) => {
      const considered = consider(withdraw(state), { decision }, onTheDay);
      return isRefusal(considered) || pendingIn(considered) === undefined;
    });

    test.each(wrong)('as "%s", then that is a fault, not a state', (decision) => {
      expect(() => grant({ ...state, deciding: { decision, at: firstOfTheDay } }, firstOfTheDay)).toThrow(
        `${decision} cannot have been asked of a reservation that is ${state.status}`,
      );
    });
  },
);

function request(zone?: string): OrderNews {
  return {
    kind: 'request',
    version: 1,
    booking: {
      seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
      ...(zone ? { zone } : {}),
      orderType: 'basic',
    },
    payment: { paymentId: 'order', amountKrw: 50_000, payMethod: 'cash', approvedAt: firstOfTheDay },
  };
}

function openOne(state: ReservationState) {
  if (!isOpen(state)) throw new Error(`${state.status} is not open`);
  return state;
}

function granted(asking: ReservationState, at = firstOfTheDay): ReservationState {
  return grant(openOne(asking), at);
}

function decided(state: ReservationState, decision: CenterDecision): ReservationState {
  return granted(consider(state, { decision }, onTheDay) as ReservationState);
}

function decidedIfAllowed(state: ReservationState, decision: CenterDecision): ReservationState {
  const considered = consider(state, { decision }, onTheDay);
  return isRefusal(considered) || considered === state ? state : granted(considered);
}
