import fc from 'fast-check';
import { type Disturbance, type FaultKind, faultKinds } from './schedule';
import { type cards, otherCalendars, packages } from './settings';
import { type ServiceName, services } from './world';

/** What somebody wants, or what happens to the system. */
export type Deed =
  | { do: 'place'; order: number; orderType: string; card: keyof typeof cards | 'none'; day: number }
  | { do: 'pay'; order: number; payMethod: 'card' | 'cash'; card: keyof typeof cards }
  | { do: 'cancel'; order: number }
  | { do: 'move'; order: number; orderType?: string; day?: number; time?: string; card?: keyof typeof cards }
  | { do: 'decide'; order: number; decision: string }
  | { do: 'calendar'; calendar: number }
  | { do: 'pass'; seconds: number }
  | { do: 'kill' | 'two hosts'; service: ServiceName }
  | { do: 'heal' };

/** A deed, how much of what it begins is done before the next one, and what goes wrong meanwhile. */
export type Command = Deed & Disturbance & { ops: number };

export const ordersMax = 5;
/** More ops than any command begins. */
export const tillRest = 3_000;

// Mostly the same few, so that commands meet.
const order = fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4);
const orderType = fc.constantFrom(...Object.keys(packages));
const card = fc.constantFrom<(keyof typeof cards)[]>('good', 'good', 'good', 'declined');
const day = fc.nat({ max: 2 });
const service = fc.constantFrom(...services);
const decision = fc.constantFrom(
  'confirmed',
  'confirmed',
  'rejected',
  'canceled',
  'checked in',
  'completed',
  'no show',
);

const placement = fc.record({
  do: fc.constant('place' as const),
  order,
  orderType,
  card: fc.constantFrom<('none' | keyof typeof cards)[]>('good', 'good', 'good', 'none', 'none', 'declined'),
  day,
});

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: placement },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      order,
      payMethod: fc.constantFrom('card' as const, 'card' as const, 'cash' as const),
      card,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), order }) },
  {
    weight: 5,
    arbitrary: fc.record(
      {
        do: fc.constant('move' as const),
        order,
        orderType,
        day,
        time: fc.constantFrom('08:00', '09:00'),
        card,
      },
      { requiredKeys: ['do', 'order'] },
    ),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('decide' as const), order, decision }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('calendar' as const),
      calendar: fc.nat({ max: otherCalendars.length - 1 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      seconds: fc.constantFrom(1, 6, 6, 31, 120, 1_900, 10_800, 86_400),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'two hosts' as const), service }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal' as const) }) },
);

const faults = fc.oneof(
  { weight: 3, arbitrary: fc.constant<{ at: number; how: FaultKind }[]>([]) },
  {
    weight: 2,
    arbitrary: fc.array(
      fc.record({ at: fc.integer({ min: 1, max: 50 }), how: fc.constantFrom(...faultKinds) }),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
  },
);

function disturbed(what: fc.Arbitrary<Deed>): fc.Arbitrary<Command> {
  return fc
    .tuple(
      what,
      fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
      fc.oneof(fc.constant(tillRest), fc.nat({ max: 60 })),
      faults,
    )
    .map(([done, mix, ops, broken]) => ({ ...done, mix, ops, faults: broken }));
}

/** Some placements, and whatever follows. */
export const commandLists: fc.Arbitrary<Command[]> = fc
  .tuple(
    fc.array(disturbed(placement), { minLength: 1, maxLength: 3, size: 'max' }),
    fc.array(disturbed(deed), { maxLength: 9, size: 'max' }),
  )
  .map(([first, more]) => [...first, ...more]);
