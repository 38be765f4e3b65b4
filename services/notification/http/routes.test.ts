import request from 'supertest';
import { isRefusal, refuse } from '../../shared/contracts/refusals';
import { createHttpApp } from '../../shared/platform/httpApp';
import { createLogger } from '../../shared/platform/logger';
import { type Delivery, type MessageRow, newMessage, resent } from '../domain/messages';
import type { ShownPage } from '../domain/myPage';
import {
  canceled,
  folded,
  type Happening,
  orderId,
  payment,
  placed,
  progressed,
  told,
} from '../domain/order.sample';
import { publicPage } from '../domain/publicPage';
import type { PageQuery } from '../store/pageList';
import { notificationRoutes } from './routes';

const unknownId = '01980000-0000-7000-8000-00000000ffff';
const base = 'http://booking.example';
const beforeDue = new Date('2026-07-24T01:10:00.000Z');

describe('GET /mypages/{orderId}', () => {
  test('When money is awaited, then the page shows what is booked, until when to pay, and what can be done', async () => {
    const { status, body, headers } = await get(`/mypages/${orderId}`, { page: shown([placed()]) });
    expect([status, headers['content-type']]).toEqual([200, 'application/hal+json; charset=utf-8']);
    expect(body).toEqual({
      name: 'Kim Minji',
      orderId,
      reservationId: null,
      status: 'Payment Requested',
      orderType: 'basic',
      centerId: 'seoul',
      date: '2026-07-25',
      time: '08:00',
      language: 'ko',
      priceKrw: 250_000,
      dueKrw: 50_000,
      placedAt: '2026-07-24T01:00:10.000Z',
      updatedAt: '2026-07-24T01:00:10.000Z',
      paymentDueAt: '2026-07-24T01:30:00.000Z',
      timeline: [{ status: 'Payment Requested', at: '2026-07-24T01:00:10.000Z' }],
      _links: {
        self: { href: `${base}/mypages/${orderId}` },
        order: { href: `${base}/orders/${orderId}` },
        messages: { href: `${base}/messages?orderId=${orderId}` },
        pay: { href: `${base}/paymentHistories` },
        cancel: { href: `${base}/orders/${orderId}` },
        move: { href: `${base}/orders/${orderId}` },
      },
    });
  });

  test('When it is confirmed, then the page links the reservation, and there is nothing to pay', async () => {
    const page = shown([placed({ payment }), progressed('Reservation Complete'), progressed('confirmed')]);
    const { body } = await get(`/mypages/${orderId}`, { page });
    expect(Object.keys(body._links)).toEqual(['self', 'order', 'reservation', 'messages', 'cancel', 'move']);
    expect(body._links.reservation.href).toBe(`${base}/reservations/${orderId}`);
    expect(body).toMatchObject({ reservationId: orderId, payment: { amountKrw: 50_000, refundKrw: 0 } });
    expect(body).not.toHaveProperty('paymentDueAt');
  });

  test('When it is canceled, then the page says by whom and what goes back, and nothing can be done', async () => {
    const page = shown([placed({ payment }), canceled({ by: 'center', reason: '휴진', refundKrw: 50_000 })]);
    const { body } = await get(`/mypages/${orderId}`, { page });
    expect(Object.keys(body._links)).toEqual(['self', 'order', 'messages']);
    expect(body.timeline[1]).toEqual({
      status: 'canceled',
      at: '2026-07-24T01:00:20.000Z',
      by: 'center',
      reason: '휴진',
      refundKrw: 50_000,
    });
    expect(body.payment.refundKrw).toBe(50_000);
  });

  test('When the time to pay is over and nobody told of it yet, then there is no pay link', async () => {
    const now = new Date('2026-07-24T01:30:00.000Z');
    const { body } = await get(`/mypages/${orderId}`, { page: shown([placed()]), now });
    expect(body._links.pay).toBeUndefined();
  });

  test.each([orderId, unknownId, 'nonsense'])(
    'When nothing is known of %s but events that wait, then it is 404',
    async (id) => {
      const { status, body } = await get(`/mypages/${id}`, { page: folded(told([placed()], orderId, 2)) });
      expect([status, body.code]).toEqual([404, 'mypage_not_found']);
    },
  );
});

describe('GET /mypages', () => {
  test('When it is asked without anything, then it is the newest twenty', async () => {
    const { status, body, asked } = await list('/mypages');
    expect(status).toBe(200);
    expect(asked).toEqual([{ page: 0, size: 20, sort: 'placedAt', descending: true, status: undefined }]);
    expect(body.page).toEqual({ size: 20, totalElements: 41, totalPages: 3, number: 0 });
    expect(body._links.self).toEqual({ href: `${base}/mypages{?page,size,sort,status}`, templated: true });
  });

  test.each([
    ['page=1&size=7&sort=visitAt,asc', { page: 1, size: 7, sort: 'visitAt', descending: false }],
    ['sort=updatedAt', { sort: 'updatedAt', descending: true }],
    ['status=no%20show', { status: 'no show' }],
  ])('When it is asked for %s, then that is what it looks for', async (query, expected) => {
    expect((await list(`/mypages?${query}`)).asked).toEqual([expect.objectContaining(expected)]);
  });

  test('When it is filtered, then the links to other pages are too', async () => {
    const { body } = await list('/mypages?status=confirmed&size=20');
    expect(body._links.next.href).toBe(
      `${base}/mypages?status=confirmed&page=1&size=20&sort=placedAt%2Cdesc`,
    );
  });

  test('When pages are listed, then each is as it is alone, without a phone', async () => {
    const page = shown([placed()]);
    const alone = await get(`/mypages/${orderId}`, { page });
    const { body, text } = await list('/mypages', page);
    expect(body._embedded.mypages).toEqual([alone.body]);
    expect(text + alone.text).not.toContain('1012345678');
  });

  test.each([
    ['status=gone', 'status'],
    ['status=confirmed&status=canceled', 'status'],
    ['size=101', 'size'],
    ['sort=name', 'sort'],
  ])('When it is asked for %s, then it is 422 and names the parameter', async (query, parameter) => {
    const { status, body } = await list(`/mypages?${query}`);
    expect([status, body.code]).toEqual([422, 'value_invalid']);
    expect(body.errors).toEqual([{ parameter, detail: expect.stringMatching(/^must be /) }]);
  });
});

describe('messages', () => {
  const row = newMessage(shown([placed()]));
  const failure = { reason: 'number_unreachable', tries: 2, failedAt: '2026-07-24T02:00:00.000Z' };
  const rows = {
    pending: { ...row, delivery: { state: 'pending', tries: 1, lastFailure: 'timeout' } },
    sent: { ...row, delivery: { state: 'sent', tries: 1, providerId: 'sns-1', sentAt: failure.failedAt } },
    failed: { ...row, delivery: { state: 'failed', ...failure } },
    'no recipient': { ...row, delivery: { state: 'no recipient' } },
  } satisfies Record<Delivery['state'], MessageRow>;
  const path = `/messages/${row.messageId}`;

  test.each(Object.values(rows))(
    'When a message is $delivery.state, then it shows its text and its fate, never its phone',
    async (each) => {
      const { status, body, text } = await get(path, { rows: [each] });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        messageId: row.messageId,
        orderId,
        status: 'Payment Requested',
        text: row.text,
        kind: 'SMS',
        delivery: each.delivery,
      });
      expect(text).not.toContain('1012345678');
      expect(body._links).toEqual({
        self: { href: `${base}${path}` },
        mypage: { href: `${base}/mypages/${orderId}` },
        ...(each.delivery.state === 'failed' ? { resend: { href: `${base}${path}/resend` } } : {}),
      });
    },
  );

  test('When the messages of an order are listed, then they come in order, each as it is alone', async () => {
    const two = [rows.sent, newMessage(shown([placed(), progressed('Pay Approved')]))];
    const { status, body } = await get(`/messages?orderId=${orderId}`, { rows: two });
    expect(status).toBe(200);
    expect(body._embedded.messages.map(({ messageId }: MessageRow) => messageId)).toEqual([
      `${orderId}.1`,
      `${orderId}.2`,
    ]);
    expect(body._links.self.href).toBe(`${base}/messages?orderId=${orderId}`);
    expect(body._embedded.messages[0]).toEqual((await get(path, { rows: two })).body);
  });

  test('When an order is not known, then the list is empty', async () => {
    const { status, body } = await get(`/messages?orderId=${unknownId}`);
    expect([status, body._embedded]).toEqual([200, { messages: [] }]);
  });

  test.each(['', '?orderId=', '?orderId=nonsense', `?orderId=${orderId}&orderId=${orderId}`])(
    'When the list is asked for "%s", then it is 422 and names the parameter',
    async (query) => {
      const { status, body } = await get(`/messages${query}`);
      expect([status, body.code]).toEqual([422, 'value_invalid']);
      expect(body.errors).toEqual([{ parameter: 'orderId', detail: expect.any(String) }]);
    },
  );

  test.each([`${orderId}.2`, `${orderId}.0`, `${orderId}.1x`, orderId, 'nonsense.1', `x.${orderId}.1`])(
    'When there is no message %s, then it is 404, shown or sent again',
    async (messageId) => {
      const parts = { rows: [rows.failed] };
      const answers = [await get(`/messages/${messageId}`, parts), await resend(messageId, parts)];
      for (const { status, body } of answers) expect([status, body.code]).toEqual([404, 'message_not_found']);
    },
  );

  test('When a failed message is to be sent again, then it is pending, how it failed is kept, and its sender wakes', async () => {
    const parts = { rows: [rows.failed], wake: jest.fn() };
    const { status, body } = await resend(row.messageId, parts);
    expect(status).toBe(202);
    expect(body).toMatchObject({ delivery: { state: 'pending', tries: 0 }, earlierFailures: [failure] });
    expect(body._links).not.toHaveProperty('resend');
    expect(parts.wake.mock.calls).toEqual([[orderId]]);
    const again = await resend(row.messageId, parts);
    expect([again.status, again.body.code]).toEqual([409, 'message_not_failed']);
  });

  test.each([rows.pending, rows.sent, rows['no recipient']])(
    'When a message that is $delivery.state is to be sent again, then it is 409 and nothing wakes',
    async (each) => {
      const parts = { rows: [each], wake: jest.fn() };
      const { status, body } = await resend(row.messageId, parts);
      expect([status, body.code]).toEqual([409, 'message_not_failed']);
      expect(parts.wake).not.toHaveBeenCalled();
    },
  );
});

interface Parts {
  page?: ReturnType<typeof folded>;
  rows?: MessageRow[];
  wake?: (orderId: string) => void;
  now?: Date;
  find?: (query: PageQuery) => { pages: ReturnType<typeof publicPage>[]; total: number };
}

function appOf({ page, rows = [], wake = () => {}, now = beforeDue, find }: Parts) {
  const at = (messageId: string) => rows.findIndex((row) => row.messageId === messageId);
  return createHttpApp({
    log: createLogger('test', 'fatal'),
    routers: [
      notificationRoutes({
        pages: { read: async (id) => (page?.orderId === id ? page : undefined) },
        list: { page: async (query) => find?.(query) ?? { pages: [], total: 0 } },
        ledger: {
          messages: async (id) => rows.filter((row) => row.orderId === id),
          message: async (messageId) => rows[at(messageId)],
          resend: async ({ messageId }, asked) => {
            const stored = rows[at(messageId)];
            const again = stored ? resent(stored, asked) : refuse('message_not_found');
            if (isRefusal(again)) return again;
            rows[at(messageId)] = again;
            return { row: again };
          },
        },
        wake,
        clock: () => now,
      }),
    ],
  });
}

function get(path: string, parts: Parts = {}) {
  return request(appOf(parts)).get(path).set('host', 'booking.example').buffer(true).parse(asJson);
}

function resend(messageId: string, parts: Parts) {
  return request(appOf(parts))
    .post(`/messages/${messageId}/resend`)
    .set('host', 'booking.example')
    .buffer(true)
    .parse(asJson);
}

async function list(path: string, ...pages: ShownPage[]) {
  const asked: PageQuery[] = [];
  const find = (query: PageQuery) => {
    asked.push(query);
    return { pages: pages.map(publicPage), total: 41 };
  };
  const { status, body, text } = await get(path, { find });
  return { status, body, text, asked };
}

function asJson(res: request.Response, done: (error: Error | null, body: unknown) => void): void {
  let text = '';
  res.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  res.on('end', () => {
    res.text = text;
    done(null, JSON.parse(text));
  });
}

function shown(happenings: readonly Happening[]): ShownPage {
  return folded(told(happenings)) as ShownPage;
}
