import { readFileSync } from 'node:fs';
import { eventually } from '../../tools/system/waiting';
import { type Api, apiOf, goodCard } from '../support/api';
import { readBooks } from '../support/books';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(90_000);

const unknownId = '01890000-0000-7000-8000-000000000000';
/** 30 seats in all, on one day. */
const oneFullDay = {
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  opensOnHolidays: true,
  openings: [{ time: '09:00', seats: 30 }],
  opensAfterDays: 1,
  openDays: 1,
};
const roomy = {
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  opensOnHolidays: true,
  openings: [{ time: '08:00', seats: 20 }],
  opensAfterDays: 1,
  openDays: 60,
};

describe('A booking', () => {
  let system: TestSystem;
  let api: Api;

  beforeAll(async () => {
    system = await startTestSystem({
      envOf: { order: { CALENDARS: JSON.stringify({ seoul: roomy, 'one-day': oneFullDay }) } },
    });
    api = system.api;
  });
  afterAll(() => system.end());

  const seatsPerTime = (slotId: string) => (slotId.startsWith('one-day') ? 30 : 20);
  const reaches = (orderId: string, status: string, withinMs = 10_000) =>
    eventually(`my page says ${status}`, async () => (await api.myPageStatus(orderId)) === status, {
      withinMs,
    });

  test('When it is placed, paid and confirmed through the gateway, then my page follows', async () => {
    const placed = await api.order();
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({ status: 'Payment Requested', name: 'woo', dueKrw: 50_000 });
    const { orderId } = placed.body;
    expect(placed.headers.get('location')).toBe(`${system.url('gateway')}/orders/${orderId}`);
    expect(placed.headers.get('content-type')).toContain('application/hal+json');
    expect(placed.body._links.self.href).toBe(`${system.url('gateway')}/orders/${orderId}`);

    const paid = await api.pay(orderId);
    expect(paid.status).toBe(201);
    expect(paid.body).toMatchObject({
      status: 'captured',
      amountKrw: 50_000,
      card: { brand: 'visa', last4: '4242' },
    });
    expect(paid.headers.get('location')).toBe(`${system.url('gateway')}/paymentHistories/${orderId}`);
    await reaches(orderId, 'Reservation Complete', 2_000);

    const confirmed = await api.confirm(orderId);
    expect(confirmed.status).toBe(201);
    expect(confirmed.body).toMatchObject({ status: 'confirmed', orderId });
    await reaches(orderId, 'confirmed', 2_000);

    const page = (await api.get(`/mypages/${orderId}`)).body;
    expect(page).toMatchObject({
      name: 'woo',
      orderId,
      reservationId: confirmed.body.reservationId,
      status: 'confirmed',
    });
    expect(page.timeline.map(({ status }: { status: string }) => status)).toEqual([
      'Payment Requested',
      'Pay Approved',
      'Reservation Complete',
      'confirmed',
    ]);
    expect((await api.get(`/orders/${orderId}`)).body).toMatchObject({ status: 'confirmed' });
    expect((await api.get(`/reservations/${confirmed.body.reservationId}`)).body).toMatchObject({
      status: 'confirmed',
    });
    expect((await api.get(`/paymentHistories/${orderId}`)).body).toMatchObject({ status: 'captured' });
  });

  test("When it goes through the services' own ports, then all is the same", async () => {
    const at = (appId: string) => apiOf(system.url(appId));
    const placed = await at('order').order();
    expect([placed.status, placed.body.status]).toEqual([201, 'Payment Requested']);
    const { orderId } = placed.body;
    expect((await at('payment').pay(orderId)).status).toBe(201);
    await eventually(
      'received',
      async () => (await at('notification').myPageStatus(orderId)) === 'Reservation Complete',
      {
        withinMs: 10_000,
      },
    );
    expect((await at('reservation').confirm(orderId)).status).toBe(201);
    await eventually(
      'confirmed',
      async () => (await at('notification').myPageStatus(orderId)) === 'confirmed',
      {
        withinMs: 10_000,
      },
    );
  });

  test('When the order brings a card, then it is paid at once', async () => {
    const placed = await api.order({ cardNo: goodCard });
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({
      status: 'Pay Approved',
      payment: { amountKrw: 50_000, card: { last4: '4242' } },
    });
    await reaches(placed.body.orderId, 'Reservation Complete');
  });

  test('When it is paid in cash, then no card is needed', async () => {
    const { orderId } = (await api.order()).body;
    const paid = await api.post('/paymentHistories', { orderId, price: 50_000, payMethod: 'cash' });
    expect([paid.status, paid.body.payMethod]).toEqual([201, 'cash']);
    await reaches(orderId, 'Reservation Complete');
  });

  test('When a phone is given, then one message goes out for each change, in order, and once', async () => {
    const placed = await api.order({ phone: '010-1234-5678' }, { 'accept-language': 'ko' });
    const { orderId } = placed.body;
    await api.pay(orderId);
    await reaches(orderId, 'Reservation Complete');
    await api.confirm(orderId);
    const sent = await eventually('four messages', async () => {
      const lines = readFileSync(system.infra.smsLogFile, 'utf8').trim().split('\n');
      const own = lines
        .map((line) => JSON.parse(line))
        .filter(({ messageId }) => messageId.startsWith(orderId));
      return own.length >= 4 ? own : undefined;
    });
    expect(sent.map(({ messageId }) => messageId)).toEqual([1, 2, 3, 4].map((n) => `${orderId}.${n}`));
    expect(sent.map(({ to }) => to)).toEqual(Array(4).fill('+821012345678'));
    expect(sent[0].text).toContain('결제해 주세요');
    expect(sent[3].text).toContain('확정');
  });

  test('When a repeat comes, then nothing changes and the answer is the same', async () => {
    const key = { 'idempotency-key': 'repeat-1' };
    const first = await api.order({ phone: '010-2222-3333', cardNo: goodCard }, key);
    const repeats = await Promise.all(
      Array.from({ length: 5 }, () => api.order({ phone: '010-2222-3333', cardNo: goodCard }, key)),
    );
    for (const repeat of repeats) expect([repeat.status, repeat.body]).toEqual([201, first.body]);
    const other = await api.order({ phone: '010-2222-3333', orderType: 'prime', cardNo: goodCard }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);

    const { orderId } = (await api.order()).body;
    const paid = await api.pay(orderId);
    const again = await api.pay(orderId);
    expect([again.status, again.body]).toEqual([201, paid.body]);
    const otherway = await api.post('/paymentHistories', { orderId, price: 50_000, payMethod: 'cash' });
    expect([otherway.status, otherway.body.code]).toEqual([409, 'payment_already_made']);
    await reaches(orderId, 'Reservation Complete');
    const confirmed = await api.confirm(orderId);
    expect((await api.confirm(orderId)).body).toEqual(confirmed.body);
  });

  test('When the same key comes 50 times at once, then there is one order and one charge', async () => {
    const key = { 'idempotency-key': 'at-once' };
    const body = { phone: '010-2222-5050', cardNo: goodCard };
    const replies = await Promise.all(Array.from({ length: 50 }, () => api.order(body, key)));
    const taken = replies.filter(({ status }) => status === 201);
    expect(taken.length).toBeGreaterThan(0);
    for (const reply of taken) expect(reply.body).toEqual(taken[0]?.body);
    // Some may hear that the first is still being handled; asked again, they hear the same as the first.
    for (const reply of replies) expect([201, 409]).toContain(reply.status);
    for (const { body: refused } of replies.filter(({ status }) => status === 409)) {
      expect(refused.code).toBe('request_in_flight');
    }
    expect((await api.order(body, key)).body).toEqual(taken[0]?.body);
    const { orders, charges } = await readBooks(system.infra.redisUrl);
    const own = [...orders.values()].filter(
      (order) => order.status !== 'none' && order.placement.phone === '+821022225050',
    );
    expect(own).toHaveLength(1);
    const orderId: string = taken[0]?.body.orderId;
    expect([...charges.keys()].filter((chargeKey) => chargeKey.startsWith(orderId))).toHaveLength(1);
  });

  test('When 100 want 30 seats at once, then exactly 30 get one', async () => {
    const replies = await Promise.all(Array.from({ length: 100 }, () => api.order({ centerId: 'one-day' })));
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(30);
    expect(replies.filter(({ body }) => body.code === 'slot_full')).toHaveLength(70);
    expect(statuses.filter((status) => status === 409)).toHaveLength(70);
  });

  test('When one phone orders 20 times at once, then exactly 10 are accepted', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => api.order({ phone: '010-9999-0000' })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(10);
    const refused = replies.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(10);
    for (const { body } of refused) expect(body).toMatchObject({ code: 'person_limit_reached', limit: 10 });
  });

  const visa = 'application/problem+json';
  test.each([
    ['a body that is not JSON', () => api.send('POST', '/orders', '{"orderType":'), 400, 'body_malformed'],
    ['a body that is no object', () => api.post('/orders', [1]), 422, 'value_invalid'],
    [
      'another media type',
      () => api.send('POST', '/orders', 'a=b', { 'content-type': 'text/plain' }),
      415,
      'media_type_unsupported',
    ],
    ['a missing field', () => api.post('/orders', {}), 422, 'value_invalid'],
    ['a phone that is none', () => api.order({ phone: '12' }), 422, 'value_invalid'],
    ['a package that is none', () => api.order({ orderType: 'gold' }), 422, 'order_type_unknown'],
    ['a centre that is none', () => api.order({ centerId: 'mars' }), 422, 'center_unknown'],
    ['a date in the past', () => api.order({ date: '2020-01-01' }), 409, 'date_closed'],
    [
      'a card number that is none',
      () => api.order({ cardNo: '4242424242424241' }),
      422,
      'card_number_invalid',
    ],
    ['a card that is declined', () => api.order({ cardNo: '4000000000000002' }), 402, 'payment_declined'],
    ['a key with a space', () => api.order({}, { 'idempotency-key': 'a b' }), 422, 'idempotency_key_invalid'],
    ['an order that is none', () => api.get(`/orders/${unknownId}`), 404, 'order_not_found'],
    ['an id that is none', () => api.get('/orders/1'), 404, 'order_not_found'],
    ['a page that is none', () => api.get(`/mypages/${unknownId}`), 404, 'mypage_not_found'],
    ['a payment that is none', () => api.pay(unknownId), 404, 'payment_not_found'],
    ['a reservation that is none', () => api.confirm(unknownId), 404, 'reservation_not_found'],
    ['a path that is none', () => api.get('/nothing'), 404, 'not_found'],
    ['the internal route for charges', () => api.post('/charges', {}), 404, 'not_found'],
    ['the internal route for closing', () => api.post('/charges/close', {}), 404, 'not_found'],
    ['the internal route for cards', () => api.post('/cards', {}), 404, 'not_found'],
    ["an actor's method", () => api.send('PUT', '/actors/Slot/x/method/hold', '{}'), 404, 'not_found'],
    ['a method that is not allowed', () => api.send('PUT', '/orders', '{}'), 405, 'method_not_allowed'],
  ])('When the caller sends %s, then it is told so in both languages', async (_what, send, status, code) => {
    const reply = await (
      send as () => Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>
    )();
    expect([reply.status, reply.body.code, reply.body.status]).toEqual([status, code, status]);
    expect(reply.headers.get('content-type')).toContain(visa);
    expect(reply.body.title).toEqual(expect.any(String));
    const explained = await api.get(String(reply.body.type));
    expect([explained.status, explained.body.code, explained.body.status]).toEqual([200, code, status]);
  });

  test('When one asks what can be booked, then packages are listed with their price and deposit', async () => {
    const { status, body } = await api.get('/packages');
    expect(status).toBe(200);
    expect(body._embedded.packages).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ orderType: 'basic', priceKrw: 250_000, dueKrw: 50_000 }),
      ]),
    );
    const entry = (await api.get('/')).body._links;
    expect((await api.get(new URL(entry.packages.href).pathname)).status).toBe(200);
    const { problems } = (await api.get(new URL(entry.problems.href).pathname)).body._embedded;
    expect(problems.map(({ code }: { code: string }) => code)).toContain('slot_full');
  });

  test('When the caller speaks Korean, then the problem does too', async () => {
    const korean = await api.get('/mypages/1', { 'accept-language': 'ko-KR,ko;q=0.9' });
    const english = await api.get('/mypages/1', { 'accept-language': 'en' });
    expect(korean.body.title).toMatch(/[가-힣]/);
    expect(english.body.title).toMatch(/^[\x20-\x7e]+$/);
    expect(korean.body.code).toBe(english.body.code);
  });

  test('When the price is wrong, then both prices are named and nothing is charged', async () => {
    const { orderId } = (await api.order()).body;
    const reply = await api.post('/paymentHistories', {
      orderId,
      price: 1,
      payMethod: 'card',
      cardNo: goodCard,
    });
    expect(reply.status).toBe(422);
    expect(reply.body).toMatchObject({ code: 'price_mismatch', price: 1, dueKrw: 50_000 });
    expect((await api.get(`/paymentHistories/${orderId}`)).body.status).toBe('open');
  });

  test('When a card is declined on a held order, then another card may pay it', async () => {
    const { orderId } = (await api.order()).body;
    const declined = await api.pay(orderId, '4000000000009995');
    expect([declined.status, declined.body]).toMatchObject([
      402,
      { code: 'payment_declined', reason: 'insufficient_funds' },
    ]);
    expect((await api.pay(orderId)).status).toBe(201);
    await reaches(orderId, 'Reservation Complete');
  });

  test('When all is quiet, then seats, money, quotas, views and messages agree', async () => {
    await lawsHold(system.infra.redisUrl, { seatsPerTime });
  });
});
