import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { standardPackages } from '../../services/shared/contracts/packages';
import { type RefusalCode, refusalTable } from '../../services/shared/contracts/refusals';
import { projectRoot } from '../../tools/system/plan';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard, type Reply } from '../support/api';
import { dayFromToday, openEveryDay } from '../support/days';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

const unknownId = '01890000-0000-7000-8000-000000000000';
const seoul = openEveryDay(50);
const tiny = openEveryDay(1, { openings: [{ time: '20:00', seats: 1 }] });
const { basic, prime } = standardPackages as Required<typeof standardPackages>;
const day = (days: number) => dayFromToday(days, seoul.zone);

/** What no customer of this system meets, for it is no cluster and has time; and where it is tested. */
const elsewhere: Partial<Record<RefusalCode, string>> = {
  app_token_invalid: 'services/shared/platform/appToken.test.ts',
  booking_overloaded: 'services/order/http/routes.test.ts',
};

type Headers = Record<string, string>;
type Ask = (headers: Headers) => Promise<Reply>;

describe('Every problem type', () => {
  let system: TestSystem;
  let api: Api;
  /** Orders that stand where a refusal needs them. */
  const ids: Record<
    'held' | 'paid' | 'canceled' | 'received' | 'confirmed' | 'today' | 'checkedIn' | 'failing',
    string
  > = {
    held: '',
    paid: '',
    canceled: '',
    received: '',
    confirmed: '',
    today: '',
    checkedIn: '',
    failing: '',
  };
  const produced = new Set<string>();

  beforeAll(async () => {
    system = await startTestSystem({
      env: {
        CALENDARS: JSON.stringify({ seoul, tiny }),
        PACKAGES: JSON.stringify({ basic, prime: { ...prime, dueKrw: 80_000 } }),
        MAX_RESERVATION_PER_ADDRESS: '2',
      },
    });
    api = system.api;
    for (const name of Object.keys(ids) as (keyof typeof ids)[]) {
      const phone = `010-3000-000${Object.keys(ids).indexOf(name)}`;
      const date = name === 'today' || name === 'checkedIn' ? day(0) : day(3);
      const card = name === 'held' ? {} : { cardNo: goodCard };
      ids[name] = (await api.order({ phone, date, ...card })).body.orderId;
    }
    for (const name of ['received', 'confirmed', 'today', 'checkedIn', 'canceled', 'paid'] as const) {
      await eventually('received', async () => (await api.get(`/reservations/${ids[name]}`)).status === 200);
    }
    await api.cancel(ids.canceled);
    for (const name of ['confirmed', 'today', 'checkedIn'] as const) await api.confirm(ids[name]);
    await api.patch(`/reservations/${ids.checkedIn}`, { status: 'checked in' });
    await api.order({ centerId: 'tiny', date: day(3), phone: '010-3000-0020', cardNo: goodCard });
    for (let i = 0; i < 10; i++) await api.order({ phone: '010-3000-0030', cardNo: goodCard });
    for (let i = 0; i < 2; i++) await api.order({ date: day(9) });
    await api.order({ phone: '010-3000-0040' }, { 'idempotency-key': 'problems-1' });
  });
  afterAll(() => system.end());

  const post =
    (path: string, body: unknown): Ask =>
    (headers) =>
      api.post(path, body, headers);
  const get =
    (path: string): Ask =>
    (headers) =>
      api.get(path, headers);
  const send =
    (method: string, path: string, body: string, own: Headers = {}): Ask =>
    (headers) =>
      api.send(method, path, body, { ...headers, ...own });
  const order =
    (body: object, own: Headers = {}): Ask =>
    (headers) =>
      api.order(body, { ...headers, ...own });
  const pay =
    (more: object): Ask =>
    (headers) =>
      api.post(
        '/paymentHistories',
        { orderId: ids.held, price: 50_000, payMethod: 'card', cardNo: goodCard, ...more },
        headers,
      );
  const visit =
    (id: string, status: string): Ask =>
    (headers) =>
      api.patch(`/reservations/${id}`, { status }, headers);
  const decide =
    (id: string, status: string): Ask =>
    (headers) =>
      api.post('/reservations', { orderId: id, status }, headers);
  const calendar = async () => (await api.get('/calendars/seoul')).headers.get('etag') ?? '';

  // What needs no part to fail. Each is asked in both languages; a refusal changes nothing, so it can be.
  const whileAllIsUp: () => [RefusalCode, Ask][] = () => [
    ['body_malformed', send('POST', '/orders', '{"orderType":')],
    ['value_invalid', post('/orders', {})],
    ['not_found', get('/nothing')],
    ['method_not_allowed', send('PUT', '/orders', '{}')],
    ['not_acceptable', (headers) => api.get('/orders', { ...headers, accept: 'text/csv' })],
    ['body_too_large', post('/orders', { orderType: 'x'.repeat(300_000) })],
    ['url_too_long', get(`/orders?status=${'x'.repeat(3_000)}`)],
    ['media_type_unsupported', send('POST', '/orders', 'a=b', { 'content-type': 'text/plain' })],
    ['order_not_found', get(`/orders/${unknownId}`)],
    ['payment_not_found', get(`/paymentHistories/${unknownId}`)],
    ['reservation_not_found', get(`/reservations/${unknownId}`)],
    ['cancellation_not_found', get(`/cancellations/${unknownId}`)],
    ['message_not_found', get(`/messages/${unknownId}.1`)],
    ['calendar_not_found', get('/calendars/mars')],
    ['mypage_not_found', get(`/mypages/${unknownId}`)],
    ['guide_not_found', get('/guides/fasting')],
    ['center_profile_not_found', get('/center')],
    ['order_type_unknown', order({ orderType: 'gold', phone: '010-3000-0050' })],
    ['center_unknown', order({ centerId: 'mars', phone: '010-3000-0050' })],
    ['date_closed', order({ date: '2020-01-01', phone: '010-3000-0050' })],
    ['slot_full', order({ centerId: 'tiny', date: day(3), phone: '010-3000-0050' })],
    ['person_limit_reached', order({ phone: '010-3000-0030' })],
    ['address_limit_reached', order({ date: day(9) })],
    [
      'idempotency_key_reused',
      order({ phone: '010-3000-0040', orderType: 'prime' }, { 'idempotency-key': 'problems-1' }),
    ],
    ['idempotency_key_invalid', order({ phone: '010-3000-0050' }, { 'idempotency-key': 'a b' })],
    ['card_number_invalid', order({ phone: '010-3000-0050', cardNo: '4242424242424241' })],
    ['payment_declined', order({ phone: '010-3000-0050', cardNo: '4000000000000002' })],
    ['price_mismatch', pay({ price: 1 })],
    ['payment_closed', pay({ orderId: ids.canceled })],
    ['payment_already_made', pay({ orderId: ids.paid, payMethod: 'cash' })],
    ['order_ended', (headers) => api.patch(`/orders/${ids.canceled}`, { date: day(8) }, headers)],
    ['visit_begun', send('DELETE', `/orders/${ids.checkedIn}`, '{}')],
    ['visit_not_due', visit(ids.confirmed, 'checked in')],
    ['reservation_not_confirmed', visit(ids.received, 'checked in')],
    ['reservation_not_checked_in', visit(ids.today, 'completed')],
    ['reservation_already_confirmed', decide(ids.confirmed, 'rejected')],
    ['reservation_ended', decide(ids.canceled, 'confirmed')],
    ['message_not_failed', send('POST', `/messages/${ids.paid}.1/resend`, '{}')],
    ['precondition_required', send('PUT', '/calendars/seoul', JSON.stringify(seoul))],
    ['precondition_failed', send('PUT', '/calendars/seoul', JSON.stringify(seoul), { 'if-match': '"999"' })],
    [
      'calendar_conflicts',
      async (headers) =>
        api.put(
          '/calendars/seoul',
          { ...seoul, blackouts: [{ date: day(3) }] },
          { ...headers, 'if-match': await calendar() },
        ),
    ],
  ];

  async function expectInBothLanguages(code: RefusalCode, ask: Ask): Promise<void> {
    const [korean, english] = [
      await ask({ 'accept-language': 'ko' }),
      await ask({ 'accept-language': 'en' }),
    ];
    for (const [language, reply] of [
      ['ko', korean],
      ['en', english],
    ] as const) {
      const { status } = refusalTable[code];
      expect([code, reply.status, reply.body?.code]).toEqual([code, status, code]);
      expect(reply.headers.get('content-type')).toContain('application/problem+json');
      expect(reply.headers.get('content-language')).toBe(language);
      expect(reply.body).toMatchObject({
        type: `/problems/${code}`,
        title: refusalTable[code][language],
        status,
      });
      if (status === 503) expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      if (status === 405) expect(reply.headers.get('allow')).toContain('GET');
    }
    const explained = await api.get(`/problems/${code}`);
    expect([explained.status, explained.body.code]).toEqual([200, code]);
    produced.add(code);
  }

  test('When all is up, then each refusal of a request is told in both languages', async () => {
    for (const [code, ask] of whileAllIsUp()) await expectInBothLanguages(code, ask);
  });

  test('When a request with the same key is still being handled, then a repeat is told so', async () => {
    // This card takes longer than order waits for payment.
    const slow = { phone: '010-3000-0060', cardNo: '4000000000000341' };
    const key = { 'idempotency-key': 'problems-2' };
    const first = api.order(slow, key);
    await sleep(200);
    await expectInBothLanguages('request_in_flight', order(slow, key));
    expect((await first).body.code).toBe('payment_unavailable');
  });

  test('When payment is stopped, then each of its refusals is told in both languages', async () => {
    await appOf(system.apps, 'payment').service.kill();
    await expectInBothLanguages('payment_unavailable', order({ phone: '010-3000-0050' }));
    await expectInBothLanguages('cancel_unavailable', send('DELETE', `/orders/${ids.received}`, '{}'));
    // Dearer in this system: what costs the same needs no payment.
    await expectInBothLanguages('move_unavailable', (headers) =>
      api.patch(`/orders/${ids.confirmed}`, { orderType: 'prime' }, headers),
    );
    await expectInBothLanguages('service_unavailable', get('/paymentHistories'));
  });

  test('When something is broken that should not be, then it is told without its details', async () => {
    const redis = createClient({ url: system.infra.redisUrl });
    await redis.connect();
    const key = (await redis.keys(`*:page:${ids.failing}`))[0] as string;
    await redis.set(key, 'garbage');
    redis.destroy();
    await expectInBothLanguages('internal_error', get(`/mypages/${ids.failing}`));
  });

  test('When all of these are done, then no problem type is left that nothing produced', () => {
    for (const [code, file] of Object.entries(elsewhere))
      expect(readFileSync(join(projectRoot, file), 'utf8')).toContain(code);
    expect([...produced, ...Object.keys(elsewhere)].sort()).toEqual(Object.keys(refusalTable).sort());
  });
});
