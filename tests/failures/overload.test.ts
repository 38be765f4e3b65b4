import { readFileSync } from 'node:fs';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { breakerChangesIn } from '../overload/logs';
import { goodCard, type Reply } from '../support/api';
import type { Books } from '../support/books';
import { openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { delayPayment } from '../support/paymentDelay';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(180_000);

const seats = 200;
const atOnce = 40;

describe('Payment cannot keep up', () => {
  let system: TestSystem;
  let people = 0;
  beforeAll(async () => {
    const seoul = openEveryDay(seats);
    system = await startTestSystem({
      asShipped: true,
      sidecarLogLevelOf: { order: 'info' },
      env: { CALENDARS: JSON.stringify({ seoul }), BOOKINGS_IN_FLIGHT_MAX: String(atOnce) },
    });
  });
  afterAll(() => system.end());

  function orderOfSomebody(body: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    people += 1;
    return system.api.order({ phone: `010-2000-${1_000 + people}`, cardNo: goodCard, ...body }, headers);
  }

  const orderSays = (text: string) =>
    readFileSync(appOf(system.apps, 'order').service.logFile, 'utf8').split(text).length - 1;
  const openings = () => orderSays('the breaker to payment is open');
  const closings = () => orderSays('payment answers again');

  async function untilOpen(): Promise<Reply[]> {
    const before = openings();
    const replies: Reply[] = [];
    await eventually('the breaker opens', async () => {
      replies.push(...(await Promise.all(Array.from({ length: atOnce }, () => orderOfSomebody()))));
      return openings() > before;
    });
    return replies;
  }

  async function untilWell(): Promise<void> {
    await delayPayment(system, '0');
    await eventually('bookings go on', async () => (await orderOfSomebody()).status === 201);
    await eventually('the breaker is closed', async () => {
      await orderOfSomebody();
      return closings() === openings();
    });
  }

  function chargedTwice({ charges }: Books): string[] {
    const captured = [...charges].filter(([, { status }]) => status === 'captured');
    const orders = captured.map(([key]) => key.split('.')[0] ?? '');
    return orders.filter((id, i) => orders.indexOf(id) !== i);
  }

  test('When it is too slow for a booking, then all are told to come again, in their language, and nothing stays behind; when it is well, they are taken', async () => {
    await delayPayment(system, '600');
    const replies = await untilOpen();
    replies.push(await orderOfSomebody({}, { 'accept-language': 'ko' }));
    for (const { status, headers, body } of replies) {
      expect([status, headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(body.detail).toContain(headers.get('retry-after'));
    }
    const titles = replies.map(({ body }) => body.title).join('\n');
    expect(titles).toMatch(/예약도 청구도 되지 않았습니다/);
    expect(titles).toMatch(/Nothing was reserved and nothing charged/);

    await untilWell();
    const books = await lawsHold(system.infra.redisUrl, { seatsPerTime: () => seats });
    expect(chargedTwice(books)).toEqual([]);
    // The sidecar's own word of it, as the scenario reads it.
    const changes = breakerChangesIn(appOf(system.apps, 'order').sidecar.logFile).map(({ to }) => to);
    expect([changes[0], changes.at(-1)]).toEqual(['open', 'closed']);
    // Each that timed out reached payment, and was called off there.
    expect([...books.charges.values()].map(({ status }) => status)).toContain('voided');
  });

  test('When it is slow at random, then each answer is one that a caller can use, nobody pays twice, and what was booked is told', async () => {
    await delayPayment(system, '0-600');
    const replies = await untilOpen();
    const declined = await orderOfSomebody({ cardNo: '4000000000000002' });
    for (const { status, headers } of [...replies, declined]) {
      expect([201, 402, 409, 503]).toContain(status);
      if (status === 503) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    await untilWell();
    const books = await lawsHold(system.infra.redisUrl, { seatsPerTime: () => seats });
    expect(chargedTwice(books)).toEqual([]);
    const booked = replies.filter(({ status }) => status === 201).map(({ body }) => body.orderId);
    for (const orderId of booked) expect(books.pages.get(orderId)?.status).toBe('Reservation Complete');
  });

  test('When a booking that was taken is sent again while the breaker is open, then it hears of its booking', async () => {
    const key = { 'idempotency-key': 'taken-before' };
    const body = { phone: '010-3000-0001', cardNo: goodCard };
    const placed = await eventually('it is taken', async () => {
      const reply = await system.api.order(body, key);
      return reply.status === 201 && reply;
    });
    await delayPayment(system, '600');
    await untilOpen();
    const again = await system.api.order(body, key);
    expect([again.status, again.body.orderId]).toEqual([201, placed.body.orderId]);
    const other = await system.api.order({ phone: '010-3000-0002' }, { 'idempotency-key': 'never-seen' });
    expect(other.status).toBe(503);
    await untilWell();
    await lawsHold(system.infra.redisUrl, { seatsPerTime: () => seats });
  });

  test('When the fault switch is turned from elsewhere, then there is nothing there', async () => {
    const body = JSON.stringify({ paymentDelayMs: '600' });
    const put = (url: string, headers: Record<string, string> = {}) =>
      fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json', ...headers }, body });
    const bySidecar = `http://127.0.0.1:${appOf(system.apps, 'order').plan.daprHttpPort}/v1.0/invoke/payment/method/faults`;
    expect((await put(bySidecar)).status).toBe(404);
    expect((await put(`${system.url('gateway')}/faults`)).status).toBe(404);
    expect((await put(`${system.url('payment')}/faults`, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(
      404,
    );
    const now = await fetch(`${system.url('payment')}/faults`);
    expect(await now.json()).toEqual({ paymentDelayMs: '0' });
  });
});
