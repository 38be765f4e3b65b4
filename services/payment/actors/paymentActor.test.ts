import fc from 'fast-check';
import request from 'supertest';
import type { BookingSummary, CardReference } from '../../shared/contracts/booking';
import { paymentEvent } from '../../shared/contracts/events';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import { ActorHost } from '../../shared/platform/actorHost/host';
import { createHttpApp } from '../../shared/platform/httpApp';
import { createLogger } from '../../shared/platform/logger';
import type { PublishedEvent, Sidecar } from '../../shared/platform/sidecar';
import type { PaymentState } from '../domain/payment';
import {
  type ChargeRecord,
  type ChargeRequest,
  type PaymentProvider,
  ProviderUnavailable,
  type RefundOutcome,
  type SettledRecord,
} from '../provider/provider';
import { paymentActor } from './paymentActor';
import { type PaymentContract, paymentType } from './paymentContract';

const log = createLogger('test', 'fatal');
const noon = new Date('2026-11-24T03:00:00.000Z');
const orderId = id(0);
const card: CardReference = { token: 'good', brand: 'visa', last4: '4242' };
const booking: BookingSummary = {
  seat: { centerId: 'seoul', date: '2026-11-30', time: '08:00' },
  orderType: 'basic',
};
const placement = { orderId, attempt: id(1), amountKrw: 50_000, dueAt: noon.toISOString(), booking };
const move = { orderId, attempt: id(1), ticket: id(2), dueKrw: 80_000, differenceKrw: 30_000, booking };
const cancel = { orderId, attempt: id(1), cancelId: id(7), refundKrw: 20_000 };

describe('A cancel by the customer', () => {
  test('When it was paid, then the refund goes out once, is told, and a repeat answers the same with the first amount', async () => {
    const world = await paid();

    const first = await world.call('cancel', cancel);
    const again = await world.call('cancel', { ...cancel, cancelId: id(8), refundKrw: 50_000 });

    const payment = { paymentId: orderId, amountKrw: 50_000, payMethod: 'card' };
    expect(first).toMatchObject({ outcome: 'canceled', refundKrw: 20_000, payment });
    expect(again).toEqual(first);
    expect(world.provider.wentBackKrw()).toBe(20_000);
    expect(world.told('PaymentRefunded')).toEqual([
      { refundId: cancel.cancelId, refundKrw: 20_000, refundedKrw: 20_000 },
    ]);
    expect(await world.call('read', {})).toMatchObject({ payment: { status: 'canceled', refunding: [] } });
    expect(world.guards()).toEqual([]);
  });

  test('When nothing of it goes back, then it ends all the same', async () => {
    const world = await paid();
    expect(await world.call('cancel', { ...cancel, refundKrw: 0 })).toMatchObject({ refundKrw: 0 });
    expect(world.state().status).toBe('canceled');
    expect(world.told('PaymentRefunded')).toEqual([]);
  });

  test('When it awaited its money, then no payment is told of, and none can come any more', async () => {
    const world = await opened();
    expect(await world.call('cancel', cancel)).toEqual({ outcome: 'canceled', refundKrw: 0 });
    expect(await world.pay()).toEqual({ refused: 'payment_closed' });
    expect(await world.call('supplement', move)).toEqual({ outcome: 'closed' });
    expect(await world.call('charge', { ...placement, attempt: id(3), card })).toEqual({ outcome: 'closed' });
    await world.lateAtProvider(`${orderId}.${id(1)}.1`);
    expect(world.provider.standingKrw()).toBe(0);
  });

  test('When the turn that charged it had died, then it counts as paid, and what is asked goes back', async () => {
    const world = await opened();
    world.dieAfter('authorise');
    await expect(world.pay()).rejects.toThrow();

    expect(await world.call('cancel', cancel)).toMatchObject({
      outcome: 'canceled',
      refundKrw: 20_000,
      payment: { amountKrw: 50_000, card: { last4: '4242' } },
    });
    expect(world.provider.wentBackKrw()).toBe(20_000);
  });

  test('When it was paid in cash, then the refund is recorded and told, and the provider is not asked', async () => {
    const world = await opened();
    await world.pay('cash');
    world.provider.calls.length = 0;

    expect(await world.call('cancel', cancel)).toMatchObject({ outcome: 'canceled', refundKrw: 20_000 });
    expect(world.provider.calls).toEqual([]);
    expect(world.told('PaymentRefunded')).toHaveLength(1);
  });

  test.each(['set finish', 'write', 'refund'])(
    'When the process dies before %s, then it is finished or off, by the word of whoever asks next',
    async (what) => {
      const world = await paid();
      world.dieBefore(what);
      await expect(world.call('cancel', cancel)).rejects.toThrow();

      const { cancelId, attempt } = cancel;
      const outcome = await world.call('withdrawCancel', { orderId, attempt, cancelId });

      const isBegun = what === 'refund';
      expect(outcome).toMatchObject({ outcome: isBegun ? 'canceled' : 'withdrawn' });
      expect(world.provider.wentBackKrw()).toBe(isBegun ? 20_000 : 0);
      expect(world.state().status).toBe(isBegun ? 'canceled' : 'captured');
      expect(await world.call('cancel', cancel)).toEqual(outcome);
      await world.comeBack();
      expect(await world.call('cancel', cancel)).toEqual(outcome);
      expect(world.provider.wentBackKrw()).toBe(isBegun ? 20_000 : 0);
    },
  );

  test.each(['refund', 'write 2', 'publish'])(
    'When the process dies after %s, then the guard finishes it, and nothing goes back twice',
    async (what) => {
      const world = await paid();
      world.dieAfter(what);
      await expect(world.call('cancel', cancel)).rejects.toThrow();
      expect(world.guards()).toHaveLength(1);

      await world.comeBack();

      expect(world.state()).toMatchObject({
        status: 'canceled',
        refunding: [],
        refunds: [{ refundKrw: 20_000 }],
      });
      expect(world.provider.wentBackKrw()).toBe(20_000);
      expect(new Set(world.told('PaymentRefunded').map((data) => JSON.stringify(data))).size).toBe(1);
      expect(world.guards()).toEqual([]);
    },
  );

  test('When the provider is away, then it is begun, fails, and is finished when the provider is back', async () => {
    const world = await paid();
    world.provider.isAway = true;
    await expect(world.call('cancel', cancel)).rejects.toThrow();
    await world.comeBack();
    expect(world.guards()).toHaveLength(1);
    expect(await world.pay()).toEqual({ refused: 'payment_closed' });
    world.provider.isAway = false;

    await world.comeBack();

    expect(world.provider.wentBackKrw()).toBe(20_000);
    expect(world.guards()).toEqual([]);
  });

  test('When it was withdrawn before it came, then it and every earlier one are off, and a later one holds', async () => {
    const world = await paid();
    const { attempt } = cancel;
    for (let i = 0; i < 2; i++)
      expect(await world.call('withdrawCancel', { orderId, attempt, cancelId: id(7) })).toEqual({
        outcome: 'withdrawn',
      });

    for (const cancelId of [id(6), id(7)])
      expect(await world.call('cancel', { ...cancel, cancelId })).toEqual({ outcome: 'withdrawn' });
    expect(world.provider.wentBackKrw()).toBe(0);
    expect(await world.call('cancel', { ...cancel, cancelId: id(8) })).toMatchObject({ outcome: 'canceled' });
  });

  test('When it was withdrawn while another host was about to begin it, then that one cannot any more', async () => {
    const world = await paid();
    const stale = world.anotherHost();
    await stale.call('read', {});
    const { cancelId, attempt } = cancel;

    expect(await world.call('withdrawCancel', { orderId, attempt, cancelId })).toEqual({
      outcome: 'withdrawn',
    });

    await expect(stale.call('cancel', cancel)).rejects.toThrow();
    expect(world.provider.wentBackKrw()).toBe(0);
    expect(world.state().status).toBe('captured');
  });
});

describe('A refund that an order tells of', () => {
  const due = { refundId: 'order.7', refundKrw: 20_000, ends: false };

  test('When the order was moved, then it goes out once, and the payment stands', async () => {
    const world = await paid();
    for (let i = 0; i < 3; i++) await world.call('refund', due);
    expect(world.state()).toMatchObject({ status: 'captured', amountKrw: 50_000 });
    expect(world.provider.wentBackKrw()).toBe(20_000);
    expect(world.told('PaymentRefunded')).toHaveLength(1);
  });

  test('When the order ended, then all goes back, and later words change nothing', async () => {
    const world = await paid();
    await world.call('refund', { refundId: 'order.9', refundKrw: 50_000, ends: true });
    await world.call('refund', { refundId: 'order.10', refundKrw: 50_000, ends: true });
    expect(await world.call('cancel', cancel)).toMatchObject({ outcome: 'canceled', refundKrw: 50_000 });
    expect(world.provider.wentBackKrw()).toBe(50_000);
  });

  test('When the provider is away, then the event is taken in, and all that waits is paid out once it is back', async () => {
    const world = await paid();
    world.provider.isAway = true;
    await world.call('refund', due);
    await world.call('refund', { refundId: 'order.8', refundKrw: 10_000, ends: true });
    expect(world.state()).toMatchObject({ refunding: [{ refundId: 'order.7' }, { refundId: 'order.8' }] });
    await world.comeBack();
    world.provider.isAway = false;

    await world.comeBack();

    expect(world.state()).toMatchObject({ status: 'canceled', refunding: [] });
    expect(world.told('PaymentRefunded')).toEqual([
      { refundId: 'order.7', refundKrw: 20_000, refundedKrw: 20_000 },
      { refundId: 'order.8', refundKrw: 10_000, refundedKrw: 30_000 },
    ]);
    expect(world.guards()).toEqual([]);
  });

  test('When the provider refuses it, then the event is not taken for done', async () => {
    const world = await paid();
    world.provider.records.set(`${orderId}.${id(1)}.1`, { status: 'voided' });
    await expect(world.call('refund', due)).rejects.toThrow();
    expect(world.guards()).toHaveLength(1);
  });

  test.each(['open', 'none'])(
    'When the payment is %s, then there is nothing to give back',
    async (status) => {
      const world = status === 'open' ? await opened() : new World();
      await world.call('refund', { ...due, ends: true });
      expect(world.guards()).toEqual([]);
      expect(world.provider.calls).toEqual([]);
      if (status === 'open') expect(await world.pay()).toMatchObject({ payment: { status: 'captured' } });
    },
  );
});

describe('A supplement', () => {
  test('When it was paid, then the difference is charged to the same card, once, and undone by its ticket', async () => {
    const world = await paid();
    const before = world.state();
    const approved = { outcome: 'approved', payment: { amountKrw: 80_000 } };
    expect(await world.call('supplement', move)).toMatchObject(approved);
    expect(await world.call('supplement', move)).toMatchObject(approved);
    expect(world.provider.standingKrw()).toBe(80_000);

    await world.closeMove();

    expect(world.provider.standingKrw()).toBe(50_000);
    expect(world.state()).toEqual({ ...before, closedTicket: move.ticket });
    expect(await world.call('supplement', move)).toEqual({ outcome: 'closed' });
  });

  test('When it is declined, then nothing changes, and it may be tried with another ticket and card', async () => {
    const world = await paid();
    const bad = { ...card, token: 'bad' };
    expect(await world.call('supplement', { ...move, card: bad })).toEqual({
      outcome: 'declined',
      reason: 'card_declined',
    });
    expect(world.state()).toMatchObject({ amountKrw: 50_000 });
    await world.closeMove();
    expect(await world.call('supplement', { ...move, ticket: id(3) })).toMatchObject({ outcome: 'approved' });
  });

  test('When it was paid in cash, then a card is needed, and with one it is charged', async () => {
    const world = await opened();
    await world.pay('cash');
    expect(await world.call('supplement', move)).toEqual({ outcome: 'card needed', differenceKrw: 30_000 });
    expect(await world.call('supplement', { ...move, card })).toMatchObject({
      payment: { amountKrw: 80_000 },
    });
    expect(await world.call('cancel', { ...cancel, refundKrw: 80_000 })).toMatchObject({ refundKrw: 80_000 });
    expect(world.provider.wentBackKrw()).toBe(30_000);
  });

  test('When the process dies after the charge, then the close of its ticket voids it', async () => {
    const world = await paid();
    world.dieAfter('authorise');
    await expect(world.call('supplement', move)).rejects.toThrow();
    await world.closeMove();
    expect(world.provider.standingKrw()).toBe(50_000);
    expect(await world.call('supplement', move)).toEqual({ outcome: 'closed' });
  });

  test('When its ticket was closed before it came, then it takes nothing, paid or not', async () => {
    for (const world of [await paid(), await opened()]) {
      await world.closeMove();
      expect(await world.call('supplement', move)).toEqual({ outcome: 'closed' });
      expect(world.state()).toMatchObject({ amountKrw: 50_000 });
    }
  });

  test('When nothing was paid yet, then the new amount is due, and no old one can be paid any more', async () => {
    const world = await opened();
    expect(await world.call('supplement', move)).toEqual({ outcome: 'opened' });
    expect(await world.call('supplement', move)).toEqual({ outcome: 'opened' });
    expect(await world.pay()).toMatchObject({ refused: 'price_mismatch', facts: { dueKrw: 80_000 } });
    await world.lateAtProvider(`${orderId}.${id(1)}.1`);
    expect(await world.pay('card', 80_000)).toMatchObject({ payment: { amountKrw: 80_000 } });
    expect(world.provider.standingKrw()).toBe(80_000);
  });

  test('When a payment of the old amount had died at the provider, then it counts, is told, and the difference waits for a card', async () => {
    const world = await opened();
    world.dieAfter('authorise');
    await expect(world.pay()).rejects.toThrow();

    expect(await world.call('supplement', move)).toEqual({ outcome: 'card needed', differenceKrw: 30_000 });
    expect(world.told('PaymentApproved')).toMatchObject([{ payment: { amountKrw: 50_000 } }]);
    expect(await world.call('supplement', { ...move, card })).toMatchObject({
      payment: { amountKrw: 80_000 },
    });
  });

  test('When the order did not take it in and its amount was paid meanwhile, then what is too much goes back', async () => {
    const world = await opened();
    await world.call('supplement', move);
    await world.pay('card', 80_000);

    await world.closeMove();
    await world.comeBack();

    expect(world.provider.wentBackKrw()).toBe(30_000);
    expect(world.told('PaymentRefunded')).toEqual([
      { refundId: move.ticket, refundKrw: 30_000, refundedKrw: 30_000 },
    ]);
  });

  test('When the order was canceled without having heard of it, then its charge goes back with its close', async () => {
    const world = await paid();
    await world.call('supplement', move);
    await world.call('cancel', cancel);
    await world.closeMove();
    expect(world.provider.standingKrw()).toBe(30_000);
    expect(world.provider.wentBackKrw()).toBe(20_000);
  });
});

test('When whatever happens is told, then it is told as the contract says, and no token is in it', async () => {
  const world = await paid();
  await world.call('supplement', move);
  await world.call('refund', { refundId: 'order.7', refundKrw: 20_000, ends: false });
  await world.call('cancel', cancel);
  expect(world.events.map(({ type }) => type)).toEqual([
    'PaymentApproved',
    'PaymentRefunded',
    'PaymentRefunded',
  ]);
  for (const event of world.events) expect(paymentEvent.safeParse(event).success).toBe(true);
  expect(JSON.stringify(world.events)).not.toContain(card.token);
});

describe('When any words come in any order, twice, and the process dies anywhere', () => {
  const ticket = fc.integer({ min: 2, max: 5 }).map(id);
  const refundKrw = fc.constantFrom(0, 10_000, 20_000, 50_000, 200_000);
  const dueKrw = fc.constantFrom(30_000, 50_000, 80_000, 120_000);
  const word: fc.Arbitrary<Word> = fc.oneof(
    fc.record({
      method: fc.constant('pay' as const),
      payMethod: fc.constantFrom('card' as const, 'cash' as const),
    }),
    fc.record({ method: fc.constant('supplement' as const), ticket, dueKrw, withCard: fc.boolean() }),
    fc.record({ method: fc.constant('close' as const), ticket }),
    fc.record({
      method: fc.constant('refund' as const),
      refundKrw,
      n: fc.nat({ max: 3 }),
      ends: fc.boolean(),
    }),
    fc.record({
      method: fc.constant('cancel' as const),
      refundKrw,
      cancelId: fc.integer({ min: 6, max: 8 }).map(id),
    }),
    fc.record({
      method: fc.constant('withdrawCancel' as const),
      cancelId: fc.integer({ min: 6, max: 8 }).map(id),
    }),
    fc.record({ method: fc.constant('recover' as const) }),
  );
  const step = fc.record({
    word,
    /** After how many effects the process dies; often it does not. */
    diesAfter: fc.oneof(fc.constant(undefined), fc.nat({ max: 6 })),
  });

  test('then never does more go back than was taken, and in the end payment and provider agree to the won', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 10 }), async (isPaid, steps) => {
        const world = isPaid ? await paid() : await opened();
        for (const { word, diesAfter } of steps) {
          world.dieAfterEffects(diesAfter);
          await world.say(word).catch(() => undefined);
          world.dieAfterEffects(undefined);
          booksHold(world.state());
        }
        await world.comeBack();
        expect(world.guards()).toEqual([]);
        expect(world.provider.refused).toEqual([]);
        booksAgree(world);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  test('then a word that comes again changes nothing and is answered the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(word, { maxLength: 8 }), async (isPaid, words) => {
        const world = isPaid ? await paid() : await opened();
        for (const each of words) {
          const answer = await world.say(each);
          await world.comeBack();
          const state = world.state();
          const standingKrw = world.provider.standingKrw();
          const again = await world.say(each);
          expect(again).toEqual(answer);
          expect(world.state()).toEqual(state);
          expect(world.provider.standingKrw()).toBe(standingKrw);
        }
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  test('then a payment that was canceled stays so and takes no money any more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 8 }),
        fc.array(word, { maxLength: 8 }),
        async (before, after) => {
          const world = await opened();
          for (const { word, diesAfter } of before) {
            world.dieAfterEffects(diesAfter);
            await world.say(word).catch(() => undefined);
            world.dieAfterEffects(undefined);
          }
          await world.call('cancel', { ...cancel, cancelId: id(9) });
          const takenKrw = world.provider.takenKrw();
          for (const each of after) await world.say(each);
          expect(world.state().status).toBe('canceled');
          expect(world.provider.takenKrw()).toBeLessThanOrEqual(takenKrw);
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  function booksHold(state: PaymentState): void {
    if (state.status !== 'captured' && state.status !== 'canceled') return;
    const krw = (of: readonly { amountKrw: number }[]) =>
      of.reduce((sum, { amountKrw }) => sum + amountKrw, 0);
    const takenKrw = krw(state.charges);
    const parts = [...state.refunds, ...state.refunding].flatMap((refund) => refund.parts);
    expect(krw(parts)).toBeGreaterThanOrEqual(0);
    expect(krw(parts)).toBeLessThanOrEqual(takenKrw);
    if (state.payment) expect([state.amountKrw, state.payment.amountKrw]).toEqual([takenKrw, takenKrw]);
  }

  // A supplement that died is known to the provider alone until its ticket is closed, as the seat's keeper will have it.
  function booksAgree(world: World): void {
    const state = world.state();
    booksHold(state);
    const isPaid = state.status === 'captured' || state.status === 'canceled';
    const known = new Map(
      (isPaid ? state.charges : []).flatMap((charge) =>
        charge.payMethod === 'card' ? [[charge.key, charge]] : [],
      ),
    );
    for (const [key, record] of world.provider.records) {
      if (record.status !== 'captured') continue;
      const isLeftToItsClose = key.split('.').length === 2 && key.split('.')[1] !== id(1);
      if (!known.has(key) && isLeftToItsClose) continue;
      expect(known.get(key)).toMatchObject({ amountKrw: record.amountKrw });
      const parts = isPaid ? state.refunds.flatMap((refund) => refund.parts) : [];
      const backKrw = parts.reduce((sum, part) => (part.key === key ? sum + part.amountKrw : sum), 0);
      expect(Object.values(record.refunds).reduce((sum, krw) => sum + krw, 0)).toBe(backKrw);
    }
    for (const key of known.keys()) expect(world.provider.records.get(key)?.status).toBe('captured');
  }
});

type Word =
  | { method: 'pay'; payMethod: 'card' | 'cash' }
  | { method: 'supplement'; ticket: string; dueKrw: number; withCard: boolean }
  | { method: 'close'; ticket: string }
  | { method: 'refund'; refundKrw: number; n: number; ends: boolean }
  | { method: 'cancel'; refundKrw: number; cancelId: string }
  | { method: 'withdrawCancel'; cancelId: string }
  | { method: 'recover' };

class Died extends Error {}

/** A provider in memory: what the contract asks for, and what it was asked. */
class MemoryProvider implements Pick<PaymentProvider, 'authorise' | 'find' | 'void' | 'refund'> {
  readonly records = new Map<string, SettledRecord>();
  readonly calls: string[] = [];
  readonly refused: string[] = [];
  isAway = false;

  constructor(private readonly effect: <T>(name: string, effect: () => T) => Promise<T>) {}

  authorise(request: ChargeRequest & { capture: true }): Promise<SettledRecord>;
  authorise(request: ChargeRequest & { capture: boolean }): Promise<ChargeRecord>;
  authorise(request: ChargeRequest): Promise<SettledRecord> {
    return this.#ask('authorise', () => this.charge(request));
  }

  charge({ key, amountKrw, card: { token, brand, last4 } }: ChargeRequest): SettledRecord {
    const fresh: SettledRecord =
      token === 'bad'
        ? { status: 'declined', reason: 'card_declined' }
        : {
            status: 'captured',
            providerId: `p-${key}`,
            amountKrw,
            card: { brand, last4 },
            capturedAt: noon.toISOString(),
            refunds: {},
          };
    const record = this.records.get(key) ?? fresh;
    this.records.set(key, record);
    return record;
  }

  find(key: string): Promise<SettledRecord | undefined> {
    return this.#ask('find', () => this.records.get(key));
  }

  void(key: string): Promise<void> {
    return this.#ask('void', () => {
      if (this.records.get(key)?.status !== 'declined') this.records.set(key, { status: 'voided' });
    });
  }

  refund({
    key,
    refundKey,
    amountKrw,
  }: {
    key: string;
    refundKey: string;
    amountKrw: number;
  }): Promise<RefundOutcome> {
    return this.#ask('refund', (): RefundOutcome => {
      const record = this.records.get(key);
      const refunds = record?.status === 'captured' ? record.refunds : {};
      const sumKrw = Object.values(refunds).reduce((sum, krw) => sum + krw, 0);
      const earlier = refunds[refundKey];
      if (earlier !== undefined) return { outcome: 'refunded', amountKrw: earlier };
      if (record?.status !== 'captured' || sumKrw + amountKrw > record.amountKrw) {
        this.refused.push(refundKey);
        return { outcome: 'refused', reason: 'exceeds_captured' };
      }
      this.records.set(key, { ...record, refunds: { ...refunds, [refundKey]: amountKrw } });
      return { outcome: 'refunded', amountKrw };
    });
  }

  takenKrw(): number {
    return this.#sum((record) => record.amountKrw);
  }

  wentBackKrw(): number {
    return this.#sum(({ refunds }) => Object.values(refunds).reduce((sum, krw) => sum + krw, 0));
  }

  standingKrw(): number {
    return this.takenKrw() - this.wentBackKrw();
  }

  #sum(of: (record: Extract<SettledRecord, { status: 'captured' }>) => number): number {
    return [...this.records.values()].reduce(
      (sum, record) => (record.status === 'captured' ? sum + of(record) : sum),
      0,
    );
  }

  #ask<T>(name: string, question: () => T): Promise<T> {
    this.calls.push(name);
    if (this.isAway) return Promise.reject(new ProviderUnavailable('away'));
    return this.effect(name, question);
  }
}

interface Stored {
  version: number;
  value: { state: PaymentState };
}

/** One payment on a host of its own, with all that outlives a process: store, reminders, broker and provider. */
class World {
  readonly events: StampedEvent[] = [];
  readonly #reminders = new Set<string>();
  readonly #counts = new Map<string, number>();
  #stored: Stored | undefined;
  #effectsLeft: number | undefined;
  #isDead = false;
  #dies: { when: 'before' | 'after'; name: string } | undefined;
  readonly provider = new MemoryProvider((name, effect) => this.#effect(name, effect));
  #call = this.anotherHost().call;

  call<Method extends keyof PaymentContract>(
    method: Method,
    input: PaymentContract[Method]['input'],
  ): Promise<unknown> {
    return this.#call(method, input);
  }

  anotherHost() {
    const host = new ActorHost({
      sidecar: this.#sidecar() as unknown as Sidecar,
      log,
      clock: () => noon,
      fence: 'redis',
      actors: [paymentActor({ provider: this.provider as unknown as PaymentProvider })],
    });
    const app = createHttpApp({ log, routers: [], fromSidecar: [host] });
    const put = async (path: string, input: unknown): Promise<unknown> => {
      const { status, body } = await request(app)
        .put(`/actors/${paymentType}/${orderId}/method/${path}`)
        .send(input as object);
      await host.drain();
      this.#isDead = false;
      if (status !== 200) throw new Error(`${path}: ${status}`);
      return body;
    };
    return { call: put };
  }

  pay(payMethod: 'card' | 'cash' = 'card', price = 50_000): Promise<unknown> {
    return this.call('pay', { price, payMethod, ...(payMethod === 'card' ? { card } : {}) });
  }

  closeMove(): Promise<unknown> {
    return this.call('close', { orderId, attempt: move.ticket, intent: 'abandon' });
  }

  say(word: Word): Promise<unknown> {
    const { attempt } = placement;
    switch (word.method) {
      case 'pay': {
        const state = this.state();
        return this.pay(word.payMethod, state.status === 'open' ? state.amountKrw : 0);
      }
      case 'supplement': {
        const { ticket, dueKrw, withCard } = word;
        const state = this.state();
        const differenceKrw = dueKrw - (state.status === 'none' ? 0 : state.amountKrw);
        return this.call('supplement', {
          ...{ orderId, attempt, ticket, dueKrw, differenceKrw, booking },
          ...(withCard ? { card } : {}),
        });
      }
      case 'close':
        return this.call('close', { orderId, attempt: word.ticket, intent: 'abandon' });
      case 'refund': {
        const { refundKrw, n, ends } = word;
        return this.call('refund', { refundId: `${n}${ends}`, refundKrw, ends });
      }
      case 'cancel':
        return this.call('cancel', { ...cancel, refundKrw: word.refundKrw, cancelId: word.cancelId });
      case 'withdrawCancel':
        return this.call('withdrawCancel', { orderId, attempt, cancelId: word.cancelId });
      case 'recover':
        return this.comeBack();
    }
  }

  /** All guards fire. A host that failed has forgotten what it had in memory, as a new process has. */
  async comeBack(): Promise<void> {
    for (const name of [...this.#reminders]) await this.#call(`remind/${name}`, {});
  }

  /** What was on its way to the provider when its turn died gets there. */
  async lateAtProvider(key: string): Promise<void> {
    this.provider.charge({ key, amountKrw: 50_000, card });
  }

  state(): PaymentState {
    return this.#stored?.value.state ?? { status: 'none' };
  }

  guards(): string[] {
    return [...this.#reminders];
  }

  told(type: string): unknown[] {
    return this.events.filter((event) => event.type === type).map(({ data }) => data);
  }

  /** `write 2` is the second write from now. */
  dieBefore(name: string): void {
    this.#counts.clear();
    this.#dies = { when: 'before', name };
  }

  dieAfter(name: string): void {
    this.#counts.clear();
    this.#dies = { when: 'after', name };
  }

  dieAfterEffects(count: number | undefined): void {
    this.#effectsLeft = count;
  }

  async #effect<T>(name: string, effect: () => T): Promise<T> {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const dies =
      this.#dies?.name === name || this.#dies?.name === `${name} ${count}` ? this.#dies.when : undefined;
    if (dies) this.#dies = undefined;
    if (dies === 'before' || this.#effectsLeft === 0) this.#isDead = true;
    if (this.#isDead) throw new Died();
    const result = effect();
    this.#isDead = dies === 'after';
    if (this.#isDead) throw new Died();
    if (this.#effectsLeft !== undefined) this.#effectsLeft -= 1;
    return result;
  }

  #sidecar(): Pick<
    Sidecar,
    'readActorState' | 'writeActorState' | 'publish' | 'setReminder' | 'deleteReminder'
  > {
    return {
      readActorState: () =>
        this.#effect('read', () => this.#stored && JSON.parse(JSON.stringify(this.#stored.value))),
      writeActorState: (_type, _id, _key, value, etag) =>
        this.#effect('write', () => {
          const version = this.#stored?.version ?? 0;
          if (this.#stored && String(version) !== etag) throw new Error('stale');
          this.#stored = { version: version + 1, value: JSON.parse(JSON.stringify(value)) };
        }),
      publish: (_topic: string, events: readonly PublishedEvent[]) =>
        this.#effect('publish', () => {
          const known = new Set(this.events.map(({ eventId }) => eventId));
          this.events.push(...(events as StampedEvent[]).filter(({ eventId }) => !known.has(eventId)));
        }),
      setReminder: (_type, _id, name) =>
        this.#effect('set finish', () => {
          this.#reminders.add(name);
        }),
      deleteReminder: async (_type, _id, name) => {
        this.#reminders.delete(name);
      },
    };
  }
}

async function opened(): Promise<World> {
  const world = new World();
  expect(await world.call('charge', placement)).toEqual({ outcome: 'opened' });
  return world;
}

async function paid(): Promise<World> {
  const world = await opened();
  await world.pay();
  return world;
}

/** UUIDv7 in the order of their numbers. */
function id(n: number): string {
  return `01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a0${n}`;
}
