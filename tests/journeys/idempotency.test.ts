import { writeFileSync } from 'node:fs';
import { createClient } from 'redis';
import type { MessageRow } from '../../services/notification/domain/messages';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard, type Reply } from '../support/api';
import { readBooks } from '../support/books';
import { dayFromToday, openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(180_000);

const seats = 2_000;
const seoul = openEveryDay(seats);
const day = (days: number) => dayFromToday(days, seoul.zone);

interface Command {
  method: string;
  path: string;
  body: unknown;
  headers?: Record<string, string>;
  /** Another command on the same thing, to be sent under the same key. */
  other: { method?: string; path?: string; body: unknown };
}

describe('An Idempotency-Key', () => {
  let system: TestSystem;
  let api: Api;
  let count = 0;

  beforeAll(async () => {
    const env = { CALENDARS: JSON.stringify({ seoul }), MAX_RESERVATION_PER_PERSON: '1000' };
    system = await startTestSystem({ env });
    api = system.api;
  });
  afterAll(() => system.end());

  const freshKey = () => `key-${++count}`;
  const send = ({ method, path, body, headers }: Omit<Command, 'other'>, more: Record<string, string>) =>
    api.send(method, path, JSON.stringify(body), { ...headers, ...more });
  const keyed = (command: Omit<Command, 'other'>, key: string, more = {}) =>
    send(command, { 'idempotency-key': key, ...more });
  const otherOf = ({ other, ...command }: Command) => ({ ...command, ...other });

  async function placed(status: 'Payment Requested' | 'Reservation Complete' | 'confirmed', days = 5) {
    const card = status === 'Payment Requested' ? {} : { cardNo: goodCard };
    const { orderId } = (await api.order({ ...card, date: day(days), time: '20:00', phone: '010-5555-0021' }))
      .body;
    const reaches = (wanted: string) =>
      eventually(`${orderId} is ${wanted}`, async () => (await api.myPageStatus(orderId)) === wanted);
    await reaches(status === 'confirmed' ? 'Reservation Complete' : status);
    if (status !== 'confirmed') return orderId as string;
    await api.confirm(orderId);
    await reaches('confirmed');
    return orderId as string;
  }

  /** As if the provider had refused the first message of an order. */
  async function failedMessage(): Promise<string> {
    const orderId = await placed('Reservation Complete');
    const messageId = `${orderId}.1`;
    const redis = createClient({ url: system.infra.redisUrl });
    await redis.connect();
    const [key = ''] = await redis.keys(`*:sms:${orderId}`);
    const row = await eventually('its first message is out', async () => {
      const stored = JSON.parse((await redis.hGet(key, messageId)) ?? '{}') as MessageRow;
      return stored.delivery.state === 'sent' && stored;
    });
    const failedAt = new Date().toISOString();
    const failed: MessageRow = {
      ...row,
      delivery: { state: 'failed', reason: 'refused', tries: 1, failedAt },
    };
    await redis.hSet(key, messageId, JSON.stringify(failed));
    redis.destroy();
    return messageId;
  }

  // By command: what it needs, what is sent, which service decides it, and where that is killed.
  const commands: [name: string, appId: string, crashPoint: string, prepare: () => Promise<Command>][] = [
    [
      'POST /orders',
      'order',
      'Order.after-save',
      async () => {
        const body = {
          orderType: 'basic',
          phone: '010-5555-0022',
          cardNo: goodCard,
          date: day(5),
          time: '20:00',
        };
        return { method: 'POST', path: '/orders', body, other: { body: { ...body, date: day(6) } } };
      },
    ],
    [
      'POST /paymentHistories',
      'payment',
      'Payment.after-save',
      async () => {
        const orderId = await placed('Payment Requested');
        const body = { orderId, price: 50_000, payMethod: 'card', cardNo: goodCard };
        const other = { body: { orderId, price: 50_000, payMethod: 'cash' } };
        return { method: 'POST', path: '/paymentHistories', body, other };
      },
    ],
    [
      'DELETE /orders/{id}',
      'order',
      'order.after-cancel',
      async () => {
        const path = `/orders/${await placed('Reservation Complete')}`;
        return { method: 'DELETE', path, body: {}, other: { method: 'PATCH', body: { time: '21:00' } } };
      },
    ],
    [
      'PATCH /orders/{id}',
      'order',
      'order.after-move-hold',
      async () => {
        const path = `/orders/${await placed('Reservation Complete')}`;
        return { method: 'PATCH', path, body: { time: '21:00' }, other: { body: { date: day(7) } } };
      },
    ],
    [
      'POST /reservations, confirmed',
      'reservation',
      'Reservation.after-intent',
      async () => {
        const orderId = await placed('Reservation Complete');
        const other = { body: { orderId, status: 'rejected' } };
        return { method: 'POST', path: '/reservations', body: { orderId, status: 'confirmed' }, other };
      },
    ],
    [
      'POST /reservations, rejected',
      'reservation',
      'Reservation.after-save',
      async () => {
        const orderId = await placed('Reservation Complete');
        const body = { orderId, status: 'rejected', reason: 'no doctor' };
        return {
          method: 'POST',
          path: '/reservations',
          body,
          other: { body: { ...body, reason: 'no nurse' } },
        };
      },
    ],
    [
      'PATCH /reservations/{id}',
      'reservation',
      'Reservation.after-save',
      async () => {
        const path = `/reservations/${await placed('confirmed', 0)}`;
        const other = { body: { status: 'no show' } };
        return { method: 'PATCH', path, body: { status: 'checked in' }, other };
      },
    ],
    [
      'POST /cancellations',
      'reservation',
      'Reservation.before-save',
      async () => {
        const orderId = await placed('confirmed');
        const body = { orderId, reason: 'no doctor' };
        return {
          method: 'POST',
          path: '/cancellations',
          body,
          other: { body: { orderId, reason: 'no nurse' } },
        };
      },
    ],
    [
      'PUT /calendars/{id}',
      'reservation',
      'Calendar.after-save',
      async () => ({
        method: 'PUT',
        path: `/calendars/center-${++count}`,
        body: seoul,
        headers: { 'if-none-match': '*' },
        other: { body: openEveryDay(3) },
      }),
    ],
    [
      'POST /messages/{id}/resend',
      'notification',
      '',
      async () => {
        const path = `/messages/${await failedMessage()}/resend`;
        return { method: 'POST', path, body: {}, other: { body: { again: true } } };
      },
    ],
  ];

  const isDone = ({ status }: Reply) => status >= 200 && status < 300;
  const isToRepeat = ({ status, body }: Reply) => status === 503 || body.code === 'request_in_flight';
  const told = ({ status, body }: Reply) => [status, body.status, body.orderId, body.history?.length];
  const lawful = () => lawsHold(system.infra.redisUrl, { seatsPerTime: () => seats });

  describe.each(commands)('of %s', (_name, appId, crashPoint, prepare) => {
    test('When it is malformed or too long, then the command is refused and nothing is done', async () => {
      const command = await prepare();
      for (const key of ['', ' ', 'two words', 'k'.repeat(256), 'k'.repeat(2_000), 'caf\u00e9']) {
        const { status, body } = await keyed(command, key);
        expect([key, status, body.code]).toEqual([key, 422, 'idempotency_key_invalid']);
      }
      // Nothing was: the longest key that may be does it for the first time.
      expect(isDone(await keyed(command, `k${++count}`.padEnd(255, '-')))).toBe(true);
    });

    test('When it comes again, then the answer is the same; with another command it is refused', async () => {
      const command = await prepare();
      const key = freshKey();
      const first = await keyed(command, key);
      expect([isDone(first), first.status, first.body.code]).toEqual([true, first.status, undefined]);
      expect(told(await keyed(command, key))).toEqual(told(first));
      const reused = await keyed(otherOf(command), key);
      expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
      const stranger = await keyed(otherOf(command), key, { 'x-forwarded-for': '203.0.113.9' });
      if (command.path !== '/orders') expect(stranger.body.code).not.toBe('idempotency_key_reused');
    });

    test('When it comes fifty times at once, then it is done once, and nobody hears a failure', async () => {
      const command = await prepare();
      const key = freshKey();
      const before = await readBooks(system.infra.redisUrl);
      const first = await Promise.all(Array.from({ length: 50 }, () => keyed(command, key)));
      const answers = await Promise.all(
        first.map((each) =>
          // Told to try again shortly, they ask again.
          isToRepeat(each)
            ? eventually('it is done', async () => {
                const again = await keyed(command, key);
                return !isToRepeat(again) && again;
              })
            : each,
        ),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(told(answer)))).size).toBe(1);
      expect(answers.filter((each) => !isDone(each)).map(({ body }) => body)).toEqual([]);
      const after = await readBooks(system.infra.redisUrl);
      const more = command.path === '/orders' ? 1 : 0;
      expect(after.orders.size - before.orders.size).toBe(more);
      expect(after.charges.size - before.charges.size).toBe(command.path === '/paymentHistories' ? 1 : more);
    });

    test('When the service dies in the middle of it, then the same key brings it to its end, once', async () => {
      const command = await prepare();
      const key = freshKey();
      const { service } = appOf(system.apps, appId);
      if (crashPoint) writeFileSync(system.crashFile, crashPoint);
      else await service.kill();
      const [answer] = await Promise.all([keyed(command, key).catch(() => undefined), service.exited()]);
      expect(answer?.status ?? 503).toBe(503);
      service.start();
      await system.ready();
      const again = await eventually(
        'it is answered',
        async () => {
          const reply = await keyed(command, key);
          return reply.status !== 503 && reply.status !== 409 && reply;
        },
        { withinMs: 60_000, everyMs: 500 },
      );
      expect(isDone(again)).toBe(true);
      expect((await keyed(otherOf(command), key)).body.code).toBe('idempotency_key_reused');
      await lawful();
    });
  });

  test('When none is sent, then two orders are two, and a repeat of any other command changes nothing', async () => {
    for (const [name, , , prepare] of commands) {
      const command = await prepare();
      const first = await send(command, {});
      expect([name, isDone(first)]).toEqual([name, true]);
      if (name === 'POST /orders') {
        expect((await send(command, {})).body.orderId).not.toBe(first.body.orderId);
      } else if (!/calendars|resend/.test(name)) {
        expect([name, ...told(await send(command, {}))]).toEqual([name, ...told(first)]);
      }
    }
    await lawful();
  });

  test('When a card was declined, then a repeat hears that again and is not charged; a new key pays', async () => {
    const orderId = await placed('Payment Requested');
    const key = freshKey();
    const pay = (cardNo: string, under: string) =>
      keyed(
        {
          method: 'POST',
          path: '/paymentHistories',
          body: { orderId, price: 50_000, payMethod: 'card', cardNo },
        },
        under,
      );
    for (let i = 0; i < 3; i++) {
      const declined = await pay('4000000000000002', key);
      expect([declined.status, declined.body.code]).toEqual([402, 'payment_declined']);
    }
    const { charges } = await readBooks(system.infra.redisUrl);
    expect([...charges.keys()].filter((each) => each.startsWith(orderId))).toHaveLength(1);
    expect((await pay(goodCard, key)).body.code).toBe('idempotency_key_reused');
    expect((await pay(goodCard, freshKey())).status).toBe(201);
    await lawful();
  });

  test('When a command was refused without any effect, then its key is free for when it can be done', async () => {
    const unpaid = await placed('Payment Requested');
    const key = freshKey();
    const confirm = { method: 'POST', path: '/reservations', body: { orderId: unpaid, status: 'confirmed' } };
    expect((await keyed(confirm, key)).status).toBe(404);
    await api.pay(unpaid);
    await eventually(
      'it is received',
      async () => (await api.myPageStatus(unpaid)) === 'Reservation Complete',
    );
    expect((await keyed(confirm, key)).body).toMatchObject({ status: 'confirmed' });
  });

  test('When an order was moved twice and the first move comes again, then it stays', async () => {
    const orderId = await placed('Reservation Complete');
    const move = (time: string, key: string) =>
      keyed({ method: 'PATCH', path: `/orders/${orderId}`, body: { time } }, key);
    const [first, second] = [freshKey(), freshKey()];
    await move('21:00', first);
    await move('20:00', second);
    expect((await move('21:00', first)).body.time).toBe('20:00');
    await lawful();
  });
});
