import fc from 'fast-check';
import type { BookingSummary, CardReference } from '../../shared/contracts/booking';
import { isRefusal, type Refusal } from '../../shared/contracts/refusals';
import {
  type CapturedPayment,
  type ChargeCommand,
  type CloseIntent,
  chargeKey,
  noPayment,
  openChargeKey,
  type PaymentState,
  planCharge,
  planClose,
  planPay,
} from './payment';

const dueKrw = 50_000;
const card: CardReference = { token: 'token', brand: 'visa', last4: '4242' };
const dueAt = '2026-07-24T01:30:00.000Z';
const booking: BookingSummary = {
  seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
  orderType: 'basic',
};

/** A payment in every standing that it can have; where it has an attempt, it is the one between the others. */
const attempts = { anEarlier: '1', its: '2', theNext: '3' };
const saved = { attempt: attempts.its, amountKrw: dueKrw };
const payments = {
  none: noPayment,
  open: { ...saved, status: 'open', dueAt, booking, declines: 0 },
  'open after a decline': { ...saved, status: 'open', dueAt, booking, declines: 1 },
  declined: { ...saved, status: 'declined', reason: 'card_declined' },
  'captured from a card': captured('card', 'order.2'),
  'captured from a card later': captured('card', 'order.2.1'),
  'captured in cash': captured('cash'),
  closed: { ...saved, status: 'closed', intent: 'expire', closedAt: dueAt },
} as const satisfies Record<string, PaymentState>;
type Standing = keyof typeof payments;
type Attempts = Record<keyof typeof attempts, string>;

// biome-ignore format: a table
const charges: Record<Standing, Attempts> = {
  none:                         { its: 'charge order.2', theNext: 'charge order.3', anEarlier: 'charge order.1' },
  open:                         { its: 'answer opened', theNext: 'answer occupied', anEarlier: 'answer closed' },
  'open after a decline':       { its: 'answer opened', theNext: 'answer occupied', anEarlier: 'answer closed' },
  declined:                     { its: 'answer declined', theNext: 'charge order.3', anEarlier: 'answer closed' },
  'captured from a card':       { its: 'answer captured', theNext: 'answer occupied', anEarlier: 'answer closed' },
  'captured from a card later': { its: 'answer captured', theNext: 'answer occupied', anEarlier: 'answer closed' },
  'captured in cash':           { its: 'answer captured', theNext: 'answer occupied', anEarlier: 'answer closed' },
  closed:                       { its: 'answer closed', theNext: 'charge order.3', anEarlier: 'answer closed' },
};

describe.each(Object.entries(charges))('When a payment that is %s is to be charged', (standing, row) => {
  const state = payments[standing as Standing];

  test.each(Object.entries(row))('for %s attempt, then the plan is: %s', (which, plan) => {
    const attempt = attempts[which as keyof Attempts];
    expect(inWords(planCharge(state, charge(attempt, card)))).toBe(plan);
  });

  test.each(Object.entries(row))(
    'for %s attempt without a card, then it is opened where it would be charged: %s',
    (which, plan) => {
      const attempt = attempts[which as keyof Attempts];
      expect(inWords(planCharge(state, charge(attempt)))).toBe(plan.replace(/charge .*/, 'open'));
    },
  );
});

test('When an attempt was declined, then the answer says why', () => {
  expect(planCharge(payments.declined, charge('2', card))).toMatchObject({ reason: 'card_declined' });
});

// biome-ignore format: a table
const pays: Record<Standing, { card: string; cash: string; wrongPrice: string; cardWithoutNumber: string }> = {
  none: every('payment_not_found'),
  open: { card: 'charge order.2.1', cash: 'take cash order.2.1', wrongPrice: 'price_mismatch', cardWithoutNumber: 'value_invalid' },
  'open after a decline':
        { card: 'charge order.2.2', cash: 'take cash order.2.2', wrongPrice: 'price_mismatch', cardWithoutNumber: 'value_invalid' },
  declined: every('payment_not_found'),
  'captured from a card': { ...every('answer'), cash: 'payment_already_made' },
  'captured from a card later': { ...every('answer'), cash: 'payment_already_made' },
  'captured in cash': { ...every('payment_already_made'), cash: 'answer' },
  closed: every('payment_closed'),
};

function every(plan: string) {
  return { card: plan, cash: plan, wrongPrice: plan, cardWithoutNumber: plan };
}

describe.each(Object.entries(pays))('When a customer pays and the payment is %s', (standing, row) => {
  const commands = {
    card: { price: dueKrw, payMethod: 'card', card },
    cash: { price: dueKrw, payMethod: 'cash' },
    wrongPrice: { price: dueKrw - 1, payMethod: 'card', card },
    cardWithoutNumber: { price: dueKrw, payMethod: 'card' },
  } as const;

  test.each(Object.entries(row))('by %s, then the plan is: %s', (how, plan) => {
    const command = commands[how as keyof typeof commands];
    expect(inWords(planPay('order', payments[standing as Standing], command))).toBe(plan);
  });
});

test('When the price is wrong, then the refusal names both amounts', () => {
  const plan = planPay('order', payments.open, { price: 1, payMethod: 'cash' });
  expect(plan).toMatchObject({ facts: { price: 1, dueKrw } });
});

// biome-ignore format: a table
const closes: Record<Standing, Record<CloseIntent, Attempts>> = {
  none: {
    abandon: { its: 'void order.2, save', theNext: 'void order.3, save', anEarlier: 'void order.1, save' },
    expire:  { its: 'void order.2, save', theNext: 'void order.3, save', anEarlier: 'void order.1, save' },
  },
  open: {
    abandon: { its: 'void order.2.1, save', theNext: 'void order.3', anEarlier: 'void order.1' },
    expire:  { its: 'look, then void order.2.1, save', theNext: 'void order.3', anEarlier: 'void order.1' },
  },
  'open after a decline': {
    abandon: { its: 'void order.2.2, save', theNext: 'void order.3', anEarlier: 'void order.1' },
    expire:  { its: 'look, then void order.2.2, save', theNext: 'void order.3', anEarlier: 'void order.1' },
  },
  declined: {
    abandon: { its: 'close', theNext: 'void order.3, save', anEarlier: 'void order.1' },
    expire:  { its: 'close', theNext: 'void order.3, save', anEarlier: 'void order.1' },
  },
  'captured from a card': {
    abandon: { its: 'void order.2, save', theNext: 'void order.3', anEarlier: 'void order.1' },
    expire:  { its: 'answer paid', theNext: 'void order.3', anEarlier: 'void order.1' },
  },
  'captured from a card later': {
    abandon: { its: 'void order.2.1, save', theNext: 'void order.3', anEarlier: 'void order.1' },
    expire:  { its: 'answer paid', theNext: 'void order.3', anEarlier: 'void order.1' },
  },
  'captured in cash': {
    abandon: { its: 'close', theNext: 'void order.3', anEarlier: 'void order.1' },
    expire:  { its: 'answer paid', theNext: 'void order.3', anEarlier: 'void order.1' },
  },
  closed: {
    abandon: { its: 'answer closed', theNext: 'void order.3, save', anEarlier: 'void order.1' },
    expire:  { its: 'answer closed', theNext: 'void order.3, save', anEarlier: 'void order.1' },
  },
};

describe.each(
  Object.entries(closes).flatMap(([standing, { abandon, expire }]) => [
    [standing, 'abandon', abandon] as const,
    [standing, 'expire', expire] as const,
  ]),
)('When a payment that is %s is closed to %s', (standing, intent, row) => {
  test.each(Object.entries(row))('for %s attempt, then the plan is: %s', (which, plan) => {
    const attempt = attempts[which as keyof Attempts];
    expect(inWords(planClose('order', payments[standing as Standing], { attempt, intent }))).toBe(plan);
  });
});

test('When keys are asked for, then every try of every attempt has its own, and a repeat has the same', () => {
  const keys = Object.values(attempts).flatMap((attempt) => [
    chargeKey('order', attempt),
    ...[0, 1, 2].map((declines) => openChargeKey('order', { ...payments.open, attempt, declines })),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
  expect(openChargeKey('order', payments.open)).toBe(openChargeKey('order', { ...payments.open }));
});

describe('When an order is placed, paid, visited and closed in any order, and processes die on the way', () => {
  const step = fc.record({
    kind: fc.constantFrom(
      'place' as const,
      'place' as const,
      'place, but its charge comes late' as const,
      'late charge' as const,
      'late charge at the provider' as const,
      'pay' as const,
      'pay' as const,
      'visit' as const,
      'late close' as const,
      'hear' as const,
      'recover' as const,
    ),
    /** How many effects (saves, calls to the provider) come to pass before the processes at work die. */
    effects: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat({ max: 5 })),
    /** Whether what was on its way to the provider when they died gets there later. */
    arrivesLate: fc.boolean(),
    byCard: fc.boolean(),
    cardIsGood: fc.boolean(),
    amountKrw: fc.constantFrom<number[]>(dueKrw, 80_000),
    slot: fc.constantFrom('a day' as const, 'another day' as const),
    isDue: fc.boolean(),
    which: fc.nat({ max: 7 }),
  });
  type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

  /** How things stood before a step. */
  type Moment = Pick<World, 'state' | 'accepted' | 'standing'>;

  function eachMoment(check: (world: World, before: Moment, step: Step) => void): void {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 24, size: 'max' }), (steps) => {
        const world = new World();
        for (const each of steps) {
          const { state, accepted, standing } = world;
          world.take(each);
          check(world, { state, accepted, standing }, each);
        }
      }),
      { numRuns: 2_000 },
    );
  }

  class Died extends Error {}
  type Outcome = 'opened' | 'approved' | 'declined' | 'closed' | 'occupied';
  type LedgerRecord = { status: 'captured' | 'declined' | 'voided'; amountKrw: number };

  /**
   * The shells of payment and order, the slots and the provider, as far as money is concerned. A person who knows of an
   * order may pay it in any way at any time; who was told that it failed may ask for anything under its id.
   */
  class World {
    state: PaymentState = noPayment;
    order: 'none' | 'awaits payment' | 'paid' | 'expired' = 'none';
    accepted: string | undefined;
    /** The tickets that each slot is still to visit. */
    readonly toVisit = { 'a day': [] as string[], 'another day': [] as string[] };
    readonly provider = new Map<string, LedgerRecord>();
    readonly approvals: string[] = [];
    readonly #given: string[] = [];
    readonly #lateCharges: { command: ChargeCommand; cardIsGood: boolean }[] = [];
    readonly #lateAtProvider: (() => void)[] = [];
    #dueKrw = 0;
    #cash: { attempt: string; amountKrw: number }[] = [];
    #effectsLeft = 0;
    #arrivesLate = false;

    /** The charges that stand. */
    get standing(): { attempt: string; amountKrw: number }[] {
      const fromCards = [...this.provider].flatMap(([key, { status, amountKrw }]) =>
        status === 'captured' ? [{ attempt: key.split('.')[1] ?? '', amountKrw }] : [],
      );
      return [...fromCards, ...this.#cash];
    }

    /** The charges that stand, without those of failed placements that a visit is still to undo. */
    get standingForGood() {
      const failed = Object.values(this.toVisit).flat();
      return this.standing.filter(({ attempt }) => attempt === this.accepted || !failed.includes(attempt));
    }

    take(step: Step): void {
      this.#effectsLeft = step.effects;
      this.#arrivesLate = step.arrivesLate;
      try {
        this.#take(step);
      } catch (error) {
        if (!(error instanceof Died)) throw error;
      }
    }

    /** Nobody dies any more, and all that comes back has come. */
    comeToRest(isDue: boolean): void {
      const calm = {
        effects: Number.POSITIVE_INFINITY,
        arrivesLate: false,
        cardIsGood: true,
        isDue,
        which: 0,
      };
      const rest = { ...calm, byCard: true, amountKrw: dueKrw };
      for (const slot of ['a day', 'another day'] as const) this.take({ ...rest, kind: 'visit', slot });
      while (this.#lateCharges.length > 0) this.take({ ...rest, kind: 'late charge', slot: 'a day' });
      for (const arrive of this.#lateAtProvider.splice(0)) arrive();
      this.take({ ...rest, kind: 'recover', slot: 'a day' });
      while (this.approvals.length > 0) this.take({ ...rest, kind: 'hear', slot: 'a day' });
    }

    #take({ kind, byCard, cardIsGood, amountKrw, slot, isDue, which }: Step): void {
      const pick = <Item>(items: Item[]) => items.splice(which % items.length, 1)[0];
      switch (kind) {
        case 'place':
        case 'place, but its charge comes late':
          this.#place({ slot, byCard, cardIsGood, amountKrw, isLate: kind !== 'place' });
          break;
        case 'late charge': {
          const late = pick(this.#lateCharges);
          if (late) this.#charge(late.command, late.cardIsGood);
          break;
        }
        case 'late charge at the provider':
          pick(this.#lateAtProvider)?.();
          break;
        case 'pay':
          this.#pay(byCard, cardIsGood);
          break;
        case 'visit':
          this.#visit(slot, isDue);
          break;
        case 'late close': {
          const attempt = this.#given[which % this.#given.length];
          if (attempt) this.#close(attempt, attempt === this.accepted ? 'expire' : 'abandon');
          break;
        }
        case 'hear':
          if (pick(this.approvals) === this.accepted && this.order === 'awaits payment') this.order = 'paid';
          break;
        case 'recover':
          this.#recordFound();
      }
    }

    #place(wish: Pick<Step, 'slot' | 'byCard' | 'cardIsGood' | 'amountKrw'> & { isLate: boolean }): void {
      if (this.order !== 'none') return;
      const { slot, byCard, cardIsGood, amountKrw, isLate } = wish;
      const attempt = String(this.#given.length + 1).padStart(2, '0');
      this.#given.push(attempt);
      this.toVisit[slot].push(attempt);
      const command = { ...charge(attempt, byCard ? card : undefined), amountKrw };
      if (isLate) {
        this.#lateCharges.push({ command, cardIsGood });
        return;
      }
      const outcome = this.#charge(command, cardIsGood);
      this.#effect(() => {
        if (outcome === 'opened' || outcome === 'approved') {
          this.accepted = attempt;
          this.order = outcome === 'opened' ? 'awaits payment' : 'paid';
          this.#dueKrw = amountKrw;
        } else if (this.toVisit[slot].length === 1) this.toVisit[slot] = [];
      });
    }

    // As the order's `resolve`, and the slot's `settle` after it.
    #visit(slot: Step['slot'], isDue: boolean): void {
      const tickets = this.toVisit[slot];
      if (tickets.length === 0) return;
      if (this.order === 'none') this.#effect(() => {});
      for (const ticket of tickets.filter((each) => each !== this.accepted)) this.#close(ticket, 'abandon');
      if (this.accepted && tickets.includes(this.accepted) && this.order === 'awaits payment') {
        if (!isDue) return;
        const ended = this.#close(this.accepted, 'expire') === 'paid' ? 'paid' : 'expired';
        this.#effect(() => {
          this.order = ended;
        });
      }
      this.#effect(() => {
        this.toVisit[slot] = [];
      });
    }

    #charge(command: ChargeCommand, cardIsGood: boolean): Outcome {
      const plan = planCharge(this.state, command);
      const { attempt, amountKrw } = command;
      if (plan.step === 'answer') return plan.answer === 'captured' ? 'approved' : plan.answer;
      if (plan.step === 'open') {
        this.#save({ ...payments.open, attempt, amountKrw });
        return 'opened';
      }
      const record = this.#ask(plan.key, amountKrw, cardIsGood);
      switch (record.status) {
        case 'captured':
          this.#save({ ...captured('card', plan.key, record.amountKrw), attempt });
          return 'approved';
        case 'declined':
          this.#save({ ...payments.declined, attempt, amountKrw });
          return 'declined';
        case 'voided':
          this.#save({ ...payments.closed, attempt, amountKrw });
          return 'closed';
      }
    }

    #pay(byCard: boolean, cardIsGood: boolean): void {
      if (this.order === 'none') return;
      const how = byCard ? { payMethod: 'card' as const, card } : { payMethod: 'cash' as const };
      const plan = planPay('order', this.state, { price: this.#dueKrw, ...how });
      if (isRefusal(plan) || plan.step === 'answer' || this.state.status !== 'open') return;
      const { attempt, amountKrw, declines } = this.state;
      if (plan.step === 'take cash') {
        if (this.#recordFound()) return;
        this.#void(plan.key);
        this.#save({ ...captured('cash', undefined, amountKrw), attempt }, () => {
          this.#cash = [...this.#cash, { attempt, amountKrw }];
          this.approvals.push(attempt);
        });
        return;
      }
      const record = this.#ask(plan.key, amountKrw, cardIsGood);
      if (record.status === 'declined') this.#save({ ...this.state, declines: declines + 1 });
      if (record.status === 'captured') this.#capture(attempt, plan.key, record);
    }

    #close(attempt: string, intent: CloseIntent): 'closed' | 'paid' {
      const plan = planClose('order', this.state, { attempt, intent });
      if (plan.step === 'answer') return plan.answer;
      if (plan.step === 'look, then void' && this.#recordFound()) return 'paid';
      if (plan.step !== 'close') {
        this.#void(plan.key);
        if (!plan.save) return 'closed';
      }
      this.#save({ ...payments.closed, attempt, intent });
      return 'closed';
    }

    #recordFound(): boolean {
      if (this.state.status !== 'open') return false;
      const key = openChargeKey('order', this.state);
      const record = this.provider.get(key);
      if (record?.status !== 'captured') return false;
      this.#capture(this.state.attempt, key, record);
      return true;
    }

    #capture(attempt: string, key: string, { amountKrw }: LedgerRecord): void {
      this.#save({ ...captured('card', key, amountKrw), attempt }, () => this.approvals.push(attempt));
    }

    #save(state: PaymentState, withIt: () => void = () => {}): void {
      this.#effect(() => {
        this.state = state;
        withIt();
      });
    }

    #void(key: string): void {
      this.#effect(() => {
        if (this.provider.get(key)?.status !== 'declined')
          this.provider.set(key, { status: 'voided', amountKrw: 0 });
      });
    }

    #ask(key: string, amountKrw: number, cardIsGood: boolean): LedgerRecord {
      const arrive = () => {
        const fresh = { status: cardIsGood ? 'captured' : 'declined', amountKrw } as const;
        const record = this.provider.get(key) ?? fresh;
        this.provider.set(key, record);
        return record;
      };
      if (this.#effectsLeft === 0 && this.#arrivesLate) this.#lateAtProvider.push(arrive);
      return this.#effect(arrive);
    }

    #effect<Result>(effect: () => Result): Result {
      if (this.#effectsLeft === 0) throw new Died();
      this.#effectsLeft -= 1;
      return effect();
    }
  }

  test('then at most one charge stands, but for failed placements that are still to be visited', () => {
    eachMoment(({ standingForGood, accepted }) => {
      expect(standingForGood.length).toBeLessThanOrEqual(1);
      for (const { attempt } of standingForGood) expect(attempt).toBe(accepted);
    });
  });

  test('and all come back in the end, then an order that is paid has its one charge, and any other has none', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 24, size: 'max' }), fc.boolean(), (steps, isDue) => {
        const world = new World();
        for (const each of steps) world.take(each);
        world.comeToRest(isDue);
        const { order, accepted, standing } = world;
        expect(standing.map(({ attempt }) => attempt)).toEqual(order === 'paid' ? [accepted] : []);
        if (isDue) expect(order).not.toBe('awaits payment');
      }),
      { numRuns: 2_000 },
    );
  });

  test('then what was accepted was charged as this placement asked, not as an earlier one did', () => {
    eachMoment(({ order, accepted, standingForGood, state }, before, { byCard, amountKrw }) => {
      if (!accepted || before.accepted) return;
      expect(order).toBe(byCard ? 'paid' : 'awaits payment');
      expect(standingForGood).toEqual(byCard ? [{ attempt: accepted, amountKrw }] : []);
      expect(state).toMatchObject({ attempt: accepted, amountKrw });
    });
  });

  test('then money that was taken for an accepted order stays, whatever comes', () => {
    eachMoment(({ state, accepted, order, standingForGood }, before) => {
      if (!accepted) return;
      if (before.state.status === 'captured' && before.accepted) expect(state).toBe(before.state);
      if (state.status === 'captured' || order === 'paid') {
        expect(state).toMatchObject({ status: 'captured', attempt: accepted });
        expect(standingForGood).toHaveLength(1);
        expect(order).not.toBe('expired');
      }
    });
  });

  test('then money that reached the provider for an accepted order stays, even if the process died that asked', () => {
    eachMoment(({ standing }, before) => {
      for (const charge of before.standing)
        if (charge.attempt === before.accepted) expect(standing).toContainEqual(charge);
    });
  });

  test('then a later placement takes nothing away from an earlier one that stands', () => {
    eachMoment(({ state }, before, { kind }) => {
      const stood = before.state.status === 'captured' || before.state.status === 'open';
      if (stood && kind === 'late charge') expect(state).toBe(before.state);
    });
  });

  test('then an accepted order whose payment is closed takes no money ever again', () => {
    eachMoment(({ state, accepted, standingForGood }, before) => {
      if (!accepted || !before.accepted || before.state.status !== 'closed') return;
      expect(state).toBe(before.state);
      expect(standingForGood).toEqual([]);
    });
  });

  test('then a word that is late for its attempt changes nothing of an accepted one', () => {
    eachMoment(({ state }, before, { kind }) => {
      if (before.accepted && kind === 'late charge') expect(state).toBe(before.state);
      if (before.accepted && kind === 'late close' && state !== before.state)
        expect(state).toMatchObject({ attempt: before.accepted });
    });
  });

  test('then the attempt that is saved never goes back', () => {
    eachMoment(({ state }, before) => {
      if (before.state.status === 'none') return;
      expect(state).toHaveProperty('attempt');
      if (state.status !== 'none') expect(state.attempt >= before.state.attempt).toBe(true);
    });
  });
});

function captured(payMethod: 'card' | 'cash', key?: string, amountKrw = dueKrw): CapturedPayment {
  return {
    status: 'captured',
    attempt: '2',
    amountKrw,
    booking,
    payment: { paymentId: 'order', amountKrw, payMethod, approvedAt: '2026-07-24T01:00:00.000Z' },
    ...(key ? { chargeKey: key } : {}),
  };
}

function charge(attempt: string, withCard?: CardReference): ChargeCommand {
  return {
    orderId: 'order',
    attempt,
    amountKrw: dueKrw,
    dueAt,
    booking,
    ...(withCard ? { card: withCard } : {}),
  };
}

interface AnyPlan {
  step: string;
  answer?: string;
  key?: string;
  save?: boolean;
}

function inWords(plan: AnyPlan | Refusal): string {
  if (isRefusal(plan)) return plan.refused;
  const { step, answer, key, save } = plan;
  const itself = [step, answer ?? key ?? []].flat().join(' ');
  return [itself, save ? 'save' : []].flat().join(', ');
}
