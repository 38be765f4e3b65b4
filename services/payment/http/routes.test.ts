import request from 'supertest';
import type { OrderEvent } from '../../shared/contracts/events';
import { createCardSeal } from '../../shared/platform/cardSeal';
import { createHttpApp } from '../../shared/platform/httpApp';
import type { ListQuery } from '../../shared/platform/listIndex';
import { createLogger } from '../../shared/platform/logger';
import { SidecarError } from '../../shared/platform/sidecar';
import { capturedState, noPayment, openState, type PaymentState } from '../domain/payment';
import { cancelPaid, settleRefunds } from '../domain/refund';
import { listed } from '../domain/summary';
import type { PaymentProvider } from '../provider/provider';
import { chargeRoutes } from './charges';
import { paymentRoutes } from './routes';
import { paymentSubscriptions } from './subscriptions';

const orderId = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
const attempt = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c';
const now = new Date('2026-07-24T01:00:00.000Z');
const dueAt = '2026-07-24T01:30:00.000Z';
const booking = { seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' }, orderType: 'basic' };
const open = openState(noPayment, { attempt, amountKrw: 50_000, dueAt, booking }, now);
const captured = capturedState(
  orderId,
  open,
  {
    attempt,
    dues: open.dues,
    charge: { payMethod: 'card', key: 'the-key', providerId: 'the-provider-id', amountKrw: 50_000 },
    card: { token: 'the-token', brand: 'visa', last4: '4242' },
  },
  { card: { brand: 'visa', last4: '4242' }, approvedAt: now.toISOString() },
);
const canceling = cancelPaid(captured, { refundId: 'the-cancel', refundKrw: 20_000 }, now);

const delay = { wait: async () => {} };
const cardSeal = createCardSeal('the secret of this test');

function appOf({ state = open as PaymentState, at = now, answer = {} as unknown, cuts = 0 } = {}) {
  const calls: { id: string; method: string; input: unknown }[] = [];
  const queries: ListQuery[] = [];
  const callPayment = async (id: string, method: string, input: unknown) => {
    calls.push({ id, method, input });
    if (calls.length <= cuts) throw new SidecarError('refused', 'actor Payment', 'cut', 500);
    return method === 'read' || method === 'pay' ? { payment: state } : answer;
  };
  const list = {
    async page(query: ListQuery) {
      queries.push(query);
      const doc = listed(orderId, state)?.doc;
      return { items: doc ? [{ id: orderId, doc: JSON.parse(JSON.stringify(doc)) }] : [], total: 41 };
    },
  };
  const provider = {
    tokenize: async (cardNo: string) =>
      cardNo === '4242424242424242' ? { token: 'the-token', brand: 'visa', last4: '4242' } : undefined,
  } as PaymentProvider;
  const app = createHttpApp({
    log: createLogger('test', 'fatal'),
    routers: [
      chargeRoutes({ callPayment: callPayment as never, provider, cardSeal, delay }),
      paymentRoutes({ callPayment: callPayment as never, provider, list, delay, clock: () => at }),
    ],
  });
  const [subscription] = paymentSubscriptions(callPayment as never);
  return {
    app,
    calls,
    queries,
    hear: async (event: unknown) =>
      subscription && 'handle' in subscription ? subscription.handle(event as never) : undefined,
    look: async (path = `/paymentHistories/${orderId}`) =>
      (await request(app).get(path).set('host', 'api.test')).body,
  };
}

describe('When a payment is looked at', () => {
  test('that awaits its money, then it says how it can be paid, until its time is over', async () => {
    const { _links, ...payment } = await appOf().look();
    expect(payment).toEqual({
      paymentId: orderId,
      orderId,
      status: 'open',
      price: 50_000,
      createdAt: now.toISOString(),
      paymentDueAt: dueAt,
    });
    expect(_links.pay).toEqual({ href: 'http://api.test/paymentHistories' });
    expect((await appOf({ at: new Date(dueAt) }).look())._links).not.toHaveProperty('pay');
  });

  test('that was made, then it cannot be paid again, and neither token nor key is shown', async () => {
    const payment = await appOf({ state: captured }).look();
    expect(payment).toMatchObject({ status: 'captured', amountKrw: 50_000, refundedKrw: 0, refunds: [] });
    expect(payment._links).not.toHaveProperty('pay');
    expect(JSON.stringify(payment)).not.toMatch(/the-(token|key|provider-id)/);
  });

  test('that was canceled, then it tells what went back and what was kept', async () => {
    const payment = await appOf({ state: settleRefunds(canceling, now) }).look();
    expect(payment).toMatchObject({
      status: 'canceled',
      amountKrw: 50_000,
      refundedKrw: 20_000,
      refunds: [{ refundKrw: 20_000, refundedAt: now.toISOString() }],
      feeKrw: 30_000,
      canceledAt: now.toISOString(),
    });
    expect(payment._links).not.toHaveProperty('pay');
  });

  test('whose refund is still on its way, then it has not gone back, and is no fee either', async () => {
    expect(await appOf({ state: canceling }).look()).toMatchObject({ refundedKrw: 0, feeKrw: 30_000 });
  });
});

describe('When payments are listed', () => {
  test('then each looks as it does alone', async () => {
    for (const state of [open, captured, canceling] as PaymentState[]) {
      const world = appOf({ state });
      const page = await world.look('/paymentHistories');
      expect(page._embedded.paymentHistories).toEqual([await world.look()]);
      expect(page.page).toEqual({ size: 20, totalElements: 41, totalPages: 3, number: 0 });
    }
  });

  test('then the newest come first, or they come as they were asked for', async () => {
    const { look, queries } = appOf();
    await look('/paymentHistories');
    await look('/paymentHistories?status=captured&sort=amountKrw,asc&page=2&size=5');
    expect(queries).toEqual([
      { sort: 'createdAt', descending: true, page: 0, size: 20 },
      { facet: 'status:captured', sort: 'amountKrw', descending: false, page: 2, size: 5 },
    ]);
  });

  test.each(['paid', 'none', 'CAPTURED'])('by status %s, then there is no such status', async (status) => {
    const answer = await request(appOf().app).get(`/paymentHistories?status=${status}`);
    expect([answer.status, answer.body.code]).toEqual([422, 'value_invalid']);
    expect(answer.body.errors).toEqual([
      { parameter: 'status', detail: expect.stringContaining('captured') },
    ]);
  });
});

describe('When order asks', () => {
  const cancelId = attempt;
  test.each([
    ['/charges/cancel', 'cancel', { orderId, attempt, cancelId, refundKrw: 20_000 }],
    ['/charges/cancel/withdraw', 'withdrawCancel', { orderId, attempt, cancelId }],
    [
      '/charges/supplement',
      'supplement',
      { orderId, attempt, ticket: attempt, dueKrw: 80_000, differenceKrw: 30_000, booking },
    ],
    ['/charges/close', 'close', { orderId, attempt, intent: 'abandon' }],
  ])(
    'by %s, then the payment of that order is asked, and its outcome is a 200',
    async (path, method, body) => {
      const { app, calls } = appOf({ answer: { outcome: 'told' } });
      const { status, body: outcome } = await request(app).post(path).send(body);
      expect([status, outcome]).toEqual([200, { outcome: 'told' }]);
      expect(calls).toEqual([{ id: orderId, method, input: body }]);
    },
  );
});

describe('When order asks for a charge with a sealed card', () => {
  const body = { orderId, attempt, amountKrw: 50_000, dueAt, booking };
  const charge = async (sealedCard: string) => {
    const { app, calls } = appOf({ answer: { outcome: 'told' } });
    const { status, body: outcome } = await request(app)
      .post('/charges')
      .send({ ...body, sealedCard });
    return { status, outcome, inputs: calls.map(({ input }) => input) };
  };

  test('then the payment is asked with its reference, and sees no number', async () => {
    const { status, outcome, inputs } = await charge(cardSeal.seal('4242424242424242', orderId));
    expect([status, outcome]).toEqual([200, { outcome: 'told' }]);
    expect(inputs).toEqual([{ ...body, card: { token: 'the-token', brand: 'visa', last4: '4242' } }]);
  });

  test('whose number the provider knows for no card’s, then that is the outcome, and no payment is asked', async () => {
    const { status, outcome, inputs } = await charge(cardSeal.seal('4000000000000002', orderId));
    expect([status, outcome, inputs]).toEqual([200, { outcome: 'card invalid' }, []]);
  });

  test('that was sealed for another order, then it is charged to nobody', async () => {
    const { status, inputs } = await charge(cardSeal.seal('4242424242424242', attempt));
    expect([status, inputs]).toEqual([500, []]);
  });
});

test('When the turn of a charge is cut, then it is asked for again, and its payment read this time', async () => {
  const { app, calls } = appOf({ cuts: 1, answer: { outcome: 'opened' } });
  const booking = { seat: { centerId: 'seoul', date: '2026-11-30', time: '08:00' }, orderType: 'basic' };
  const body = { orderId, attempt, amountKrw: 50_000, dueAt: now.toISOString(), booking, isFresh: true };
  const reply = await request(app).post('/charges').send(body);
  expect([reply.status, reply.body]).toEqual([200, { outcome: 'opened' }]);
  expect(calls.map(({ input }) => input)).toMatchObject([{ isFresh: true }, { isFresh: false }]);
});

describe('When an order tells', () => {
  const refund = { refundId: 'order.7', refundKrw: 20_000 };
  const event = (type: OrderEvent['type'], data: object) => ({
    eventId: 'order.x.7',
    orderId,
    version: 7,
    occurredAt: now.toISOString(),
    type,
    data,
  });
  const ending = { by: 'center', booking, refundKrw: 20_000 };
  const moved = { from: booking.seat, booking, priceKrw: 1, dueKrw: 1 };

  test.each<[OrderEvent['type'], object, boolean]>([
    ['OrderMoved', moved, false],
    ['OrderCanceled', ending, true],
    ['OrderRejected', ending, true],
  ])('%s with a refund, then that is asked for; without, nothing is', async (type, data, ends) => {
    const { hear, calls } = appOf();
    await hear(event(type, data));
    expect(calls).toEqual([]);
    await hear(event(type, { ...data, refund }));
    expect(calls).toEqual([{ id: orderId, method: 'refund', input: { ...refund, ends } }]);
  });

  test.each(['OrderExpired', 'OrderFrozen'])('%s, then nothing is asked', async (type) => {
    const { hear, calls } = appOf();
    await hear(event(type as OrderEvent['type'], { seat: booking.seat, refund }));
    expect(calls).toEqual([]);
  });

  test('and payment refuses, then the event has not been taken in', async () => {
    const { hear } = appOf({ answer: { refused: 'value_invalid' } });
    await expect(hear(event('OrderCanceled', { ...ending, refund }))).rejects.toThrow();
  });
});
