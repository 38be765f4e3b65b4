import request from 'supertest';
import { refuse } from '../../shared/contracts/refusals';
import { createLogger } from '../../shared/platform/logger';
import { RefusedError } from '../../shared/platform/problem';
import { SidecarError } from '../../shared/platform/sidecar';
import { type BreakerWatch, createBreakerWatch } from '../actors/breakerWatch';
import { listedOrder } from '../actors/orderList';
import { PaymentUnreachable } from '../actors/paymentClient';
import { accepted, given, now, place, states } from '../domain/order.sample';
import { orderApp } from './order.sample';

const id = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
const order = accepted(given(place));
const card = { token: 'token', brand: 'visa', last4: '4242' };
const tokenize = async () => card;

/** As where a process of the same service comes or goes. */
function cutOnce(answer: object): () => object {
  let isCut = false;
  return () => {
    if (isCut) return answer;
    isCut = true;
    throw new SidecarError('refused', 'actor Order', 'cut', 500);
  };
}

describe('When an order is placed', () => {
  const post = (app: Parameters<typeof request>[0], body: object, headers: Record<string, string> = {}) =>
    request(app).post('/orders').set(headers).send(body);
  const basic = { orderType: 'basic' };

  test('then the answer is 201 and says where it is, at the address that the caller used', async () => {
    const { app } = orderApp({ answer: { order, current: order } });
    const { status, headers, body } = await post(app, basic, { host: 'center.example' });
    expect([status, headers.location]).toEqual([
      201,
      `http://center.example/orders/${order.placement.orderId}`,
    ]);
    expect(headers['content-type']).toContain('application/hal+json');
    expect(body).toMatchObject({ status: 'Payment Requested' });
  });

  test.each([
    ['a phone', { phone: '010-1234-5678' }, 'person'],
    ['name and card', { name: 'Kim', cardNo: '4242424242424242' }, 'person'],
    ['a name alone', { name: 'Kim' }, 'address'],
    ['a card alone', { cardNo: '4242424242424242' }, 'address'],
    ['nothing', {}, 'address'],
  ])('with %s, through the gateway, then it is counted', async (_with, person, customerKind) => {
    const { app, calls } = orderApp({ answer: { order }, payments: { tokenize } });
    await post(app, { ...basic, ...person }, { 'x-forwarded-for': '203.0.113.7' });
    expect(calls[0]?.input.quota).toMatchObject({ customerKind });
    expect(JSON.stringify(calls)).not.toContain('4242424242424242');
  });

  test('with neither and past the gateway, then it is not counted', async () => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    await post(app, basic);
    expect(calls[0]?.input).not.toHaveProperty('quota');
  });

  test('with neither from two addresses, then each counts for itself, under a digest', async () => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    for (const address of ['203.0.113.7', '203.0.113.7', '203.0.113.8']) {
      await post(app, basic, { 'x-forwarded-for': address });
    }
    const keys = calls.map(({ input }) => (input.quota as { customerKey: string }).customerKey);
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toBe(keys[1]);
    expect(keys.join()).not.toContain('203');
  });

  test('with fields that nobody knows, then they are not looked at', async () => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    expect((await post(app, { ...basic, color: 'blue', priceKrw: 1 })).status).toBe(201);
    expect(calls[0]?.input).not.toHaveProperty('color');
    expect(calls[0]?.input).not.toHaveProperty('priceKrw');
  });

  test.each([
    [{}, '/orderType'],
    [{ orderType: 'basic', phone: '1' }, '/phone'],
    [{ orderType: 'basic', date: '2026-02-30' }, '/date'],
    [{ orderType: 'basic', time: '24:00' }, '/time'],
    [{ orderType: 'basic', centerId: 'Seoul!' }, '/centerId'],
    [{ orderType: 'basic', name: ' ' }, '/name'],
  ])('with %j, then the field at fault is named, and nobody is asked', async (body, pointer) => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    const { status, body: problem } = await post(app, body);
    expect([status, problem.code]).toEqual([422, 'value_invalid']);
    expect(problem.errors).toEqual([expect.objectContaining({ pointer })]);
    expect(calls).toEqual([]);
  });

  test.each([
    ['is no card’s', '4242424242424241', tokenize, 422, 'card_number_invalid'],
    ['payment knows not', '4242424242424242', async () => undefined, 422, 'card_number_invalid'],
    [
      'cannot be checked',
      '4242424242424242',
      () => Promise.reject(new PaymentUnreachable('away')),
      503,
      'payment_unavailable',
    ],
  ])(
    'by name and a number that %s, then it is refused before anything is reserved',
    async (_what, cardNo, check, status, code) => {
      const { app, calls } = orderApp({ answer: { order }, payments: { tokenize: check } });
      const answer = await post(app, { ...basic, name: 'Kim', cardNo });
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(calls).toEqual([]);
    },
  );

  test('with a phone and a number that cannot be a card’s, then it is refused before anything is reserved', async () => {
    const { app, calls } = orderApp({ answer: { order } });
    const { status, body } = await post(app, {
      ...basic,
      phone: '010-1234-5678',
      cardNo: '4242424242424241',
    });
    expect([status, body.code, body.errors]).toEqual([
      422,
      'card_number_invalid',
      [expect.objectContaining({ pointer: '/cardNo' })],
    ]);
    expect(calls).toEqual([]);
  });

  test.each([
    ['a phone', { name: 'Kim', phone: '010-1234-5678' }],
    ['nothing else', {}],
  ])(
    'with a card and %s, then its number goes on sealed for this order alone, and payment is not asked',
    async (_with, person) => {
      const { app, calls, cardSeal } = orderApp({ answer: { order, current: order } });
      await post(app, { ...basic, ...person, cardNo: '4242 4242 4242 4242' });
      const [call] = calls;
      expect(call?.input).not.toHaveProperty('card');
      expect(cardSeal.open(String(call?.input.sealedCard), call?.id ?? '')).toBe('4242424242424242');
      expect(cardSeal.open(String(call?.input.sealedCard), 'another')).toBeUndefined();
      expect(JSON.stringify(calls).replace(/[ -]/g, '')).not.toContain('42424242');
    },
  );

  test('with another card under the same key, then it is another request', async () => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    for (const cardNo of ['4242424242424242', '4242-4242-4242-4242', '4000000000000002'])
      await post(app, { ...basic, phone: '010-1234-5678', cardNo }, { 'idempotency-key': 'k' });
    const [first, same, other] = calls.map(({ input }) => input.fingerprint);
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });

  test('with a card that payment is not reached for, then the log says why, without the number', async () => {
    const lines: string[] = [];
    const log = createLogger('order', 'info', { write: (line) => void lines.push(line) });
    const check = () => Promise.reject(new PaymentUnreachable('circuit breaker is open'));
    await post(orderApp({ payments: { tokenize: check }, log }).app, {
      ...basic,
      name: 'Kim',
      cardNo: '4242424242424242',
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', err: { message: 'circuit breaker is open' } },
    ]);
    expect(lines.join()).not.toContain('4242424242');
  });

  describe('while the breaker to payment is open', () => {
    const payments = { tokenize: jest.fn(tokenize) };
    const body = { ...basic, cardNo: '4242424242424242' };
    let breaker: BreakerWatch;
    beforeEach(() => {
      payments.tokenize.mockClear();
      breaker = createBreakerWatch({ log: createLogger('test', 'silent') });
      breaker.noteFailure('another', now, { isBreakerOpen: true });
    });

    test('then it is refused at once, and nobody is asked', async () => {
      const { app, calls } = orderApp({ answer: { order, current: order }, payments, breaker });
      const answer = await post(app, body, { 'accept-language': 'ko' });
      expect([answer.status, answer.body.code]).toEqual([503, 'payment_unavailable']);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.body.detail).toBe('1초 뒤에 다시 시도해 주세요.');
      expect(calls).toEqual([]);
      expect(payments.tokenize).not.toHaveBeenCalled();
    });

    test('with an idempotency key, then its order is asked, which may have been placed before', async () => {
      const { app, calls } = orderApp({ answer: { order, current: order }, payments, breaker });
      expect((await post(app, body, { 'idempotency-key': 'again' })).status).toBe(201);
      expect(calls).toHaveLength(1);
    });

    test('since it began to wait in line, then it is refused when its turn comes', async () => {
      const late = createBreakerWatch({ log: createLogger('test', 'silent') });
      const admit = async <T>(work: () => Promise<T>) => {
        late.noteFailure('another', now, { isBreakerOpen: true });
        return work();
      };
      const { app, calls } = orderApp({ answer: { order, current: order }, breaker: late, admit });
      expect((await post(app, basic)).status).toBe(503);
      expect(calls).toEqual([]);
    });
  });

  test('and too many are in flight, then it is told in its language when to come again', async () => {
    const admit = () => Promise.reject(new RefusedError(refuse('booking_overloaded', {}, 3)));
    const { app, calls } = orderApp({ answer: { order, current: order }, admit });
    const { status, headers, body } = await post(app, basic, { 'accept-language': 'ko' });
    expect([status, headers['retry-after'], body.code]).toEqual([503, '3', 'booking_overloaded']);
    expect([body.title, body.detail].join(' ')).toMatch(/예약이 몰려.*3초 뒤에 다시 시도해 주세요/);
    expect(calls).toEqual([]);
  });

  test('without an idempotency key, then its order knows that its name is new; with one, it may be old', async () => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    await post(app, basic);
    await post(app, basic, { 'idempotency-key': 'key' });
    expect(calls.map(({ input }) => input.isFresh)).toEqual([true, undefined]);
  });

  test('and its turn is cut, then the same order is asked again, and read this time', async () => {
    const { app, calls } = orderApp({ answer: cutOnce({ order, current: order }) });
    expect((await post(app, basic)).status).toBe(201);
    expect(calls.map(({ input }) => input.isFresh)).toEqual([true, undefined]);
    expect(calls[1]?.id).toBe(calls[0]?.id);
  });

  test('with an idempotency key whose order is a day old, then it meets the next one under it', async () => {
    const met: string[] = [];
    const { app } = orderApp({
      answer: (_method, id) => {
        if (!met.includes(id)) met.push(id);
        return met.indexOf(id) < 2 ? { isOver: true } : { order, current: order };
      },
    });
    for (let repeat = 0; repeat < 2; repeat++) {
      expect((await post(app, basic, { 'Idempotency-Key': 'key' })).status).toBe(201);
    }
    expect(met).toHaveLength(3);
  });

  test('with an idempotency key, then it meets the same order; another person’s key leads elsewhere', async () => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    for (const phone of ['010-1234-5678', '+82 10 1234 5678', '010-9999-9999']) {
      await post(app, { ...basic, phone }, { 'Idempotency-Key': 'key' });
    }
    expect(calls[0]?.id).toBe(calls[1]?.id);
    expect(calls[0]?.input.fingerprint).toBe(calls[1]?.input.fingerprint);
    expect(calls[2]?.id).not.toBe(calls[0]?.id);
  });

  test.each(['', 'a key', 'é', 'x'.repeat(256)])(
    'with the idempotency key "%s", then it is refused',
    async (key) => {
      const { app, calls } = orderApp({ answer: { order, current: order } });
      const { status, body } = await post(app, basic, {
        'Idempotency-Key': Buffer.from(key).toString('latin1'),
      });
      expect([status, body.code]).toEqual([422, 'idempotency_key_invalid']);
      expect(calls).toEqual([]);
    },
  );

  test.each([
    ['ko', 'ko'],
    ['en-US,en;q=0.9', 'en'],
    ['fr', 'en'],
  ])('in %s, then the booking speaks %s', async (accepted, language) => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    await post(app, basic, { 'accept-language': accepted });
    expect(calls[0]?.input.language).toBe(language);
  });

  test('and refused, then the refusal is told as a problem', async () => {
    const { app } = orderApp({ answer: refuse('slot_full', { nearest: [] }) });
    const { status, body, headers } = await post(app, basic);
    expect([status, body.code, body.nearest]).toEqual([409, 'slot_full', []]);
    expect(headers['content-type']).toContain('application/problem+json');
  });
});

describe('When an order is canceled', () => {
  test('then the answer is the order as it is now, with what went back and what was kept', async () => {
    const { app, calls } = orderApp({ answer: { order: states['canceled by customer'] } });
    const { status, body } = await request(app).delete(`/orders/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'canceled', by: 'customer', refundKrw: 25_000, feeKrw: 25_000 });
    expect(calls).toEqual([{ id, method: 'cancel', input: {} }]);
  });

  test.each([
    ['visit_begun', 409],
    ['order_ended', 409],
    ['order_not_found', 404],
    ['cancel_unavailable', 503],
  ] as const)('and refused as %s, then the status is %d', async (code, status) => {
    const answer = await request(orderApp({ answer: refuse(code) }).app).delete(`/orders/${id}`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 503);
  });
});

test.each([
  // Each try of a move holds a seat of its own.
  ['moved', 'patch', 503, 1],
  ['canceled', 'delete', 200, 2],
  ['read', 'get', 200, 2],
] as const)(
  'When an order is %s and its turn is cut, then %s is answered %d after %d tries',
  async (_how, method, status, tries) => {
    const { app, calls } = orderApp({ answer: cutOnce({ order, current: order }) });
    const sent = request(app)
      [method](`/orders/${id}`)
      .send(method === 'patch' ? { time: '09:00' } : undefined);
    expect((await sent).status).toBe(status);
    expect(calls).toHaveLength(tries);
  },
);

describe('When an order is moved', () => {
  const patch = (app: Parameters<typeof request>[0], body: object) =>
    request(app).patch(`/orders/${id}`).send(body);

  test.each([[{}], [{ cardNo: '4242424242424242' }], [{ color: 'blue' }]])(
    'with %j, which says not where, then it is refused, and nobody is asked',
    async (body) => {
      const { app, calls } = orderApp({ answer: { order }, payments: { tokenize } });
      const { status, body: problem } = await patch(app, body);
      expect([status, problem.code]).toEqual([422, 'value_invalid']);
      expect(calls).toEqual([]);
    },
  );

  test.each([
    [{ date: '2026-07-27' }],
    [{ time: '09:00' }],
    [{ centerId: 'busan' }],
    [{ orderType: 'prime' }],
  ])('with %j, then that is what it asks for', async (body) => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    expect((await patch(app, body)).status).toBe(200);
    expect(calls).toEqual([{ id, method: 'move', input: body }]);
  });

  test('with a card, then only its reference goes on', async () => {
    const { app, calls } = orderApp({ answer: { order }, payments: { tokenize } });
    await patch(app, { orderType: 'prime', cardNo: '4242424242424242' });
    expect(calls[0]?.input).toEqual({ orderType: 'prime', card });
  });
});

test.each(['get', 'delete', 'patch'] as const)(
  'When %s names no order id, then there is no such order',
  async (method) => {
    const { app, calls } = orderApp({ answer: { order, current: order } });
    const answer = await request(app)
      [method]('/orders/one')
      .send(method === 'patch' ? { time: '09:00' } : undefined);
    expect([answer.status, answer.body.code]).toEqual([404, 'order_not_found']);
    expect(calls).toEqual([]);
  },
);

describe('When orders are listed', () => {
  test('then each is shown as by itself, and the page says where the next one is', async () => {
    const doc = listedOrder('order', order)?.doc ?? {};
    const { app, queries } = orderApp({
      answer: { order },
      page: { items: [{ id: 'order', doc }], total: 3 },
    });
    const { body } = await request(app).get('/orders?size=1&sort=visitAt,asc&status=Payment Requested');
    const { body: alone } = await request(app).get(`/orders/${id}`);
    expect(body._embedded.orders.map(withoutHost)).toEqual([withoutHost(alone)]);
    expect(body.page).toEqual({ size: 1, totalElements: 3, totalPages: 3, number: 0 });
    expect(body._links.next.href).toContain('status=Payment+Requested&page=1&size=1&sort=visitAt%2Casc');
    expect(queries).toEqual([
      { page: 0, size: 1, sort: 'visitAt', descending: false, facet: 'status:Payment Requested' },
    ]);
  });

  test('without a word, then the newest come first, twenty a page', async () => {
    const { app, queries } = orderApp({});
    expect((await request(app).get('/orders')).body._embedded.orders).toEqual([]);
    expect(queries).toEqual([{ page: 0, size: 20, sort: 'placedAt', descending: true }]);
  });

  test.each(['status=unknown', 'status=Confirmed', 'size=101', 'page=-1', 'sort=name', 'sort=placedAt,up'])(
    'with %s, then the parameter at fault is named',
    async (query) => {
      const { app, queries } = orderApp({});
      const { status, body } = await request(app).get(`/orders?${query}`);
      expect([status, body.code]).toEqual([422, 'value_invalid']);
      expect(body.errors).toMatchObject([{ parameter: query.split('=')[0] }]);
      expect(queries).toEqual([]);
    },
  );
});

test('When somebody asks what can be booked, then it is every package with what is due', async () => {
  const { body } = await request(orderApp({}).app).get('/packages');
  expect(body._embedded.packages).toMatchObject([
    { orderType: 'basic', dueKrw: 50_000 },
    { orderType: 'prime', dueKrw: 50_000 },
  ]);
});

function withoutHost(view: object): unknown {
  return JSON.parse(JSON.stringify(view).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, ''));
}
