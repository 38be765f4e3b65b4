import request from 'supertest';
import { type Refusal, refuse } from '../../shared/contracts/refusals';
import { createHttpApp } from '../../shared/platform/httpApp';
import type { ListedEntry, ListedPage, ListQuery } from '../../shared/platform/listIndex';
import { createLogger } from '../../shared/platform/logger';
import { listedReservation } from '../actors/listedReservation';
import type { Reservation } from '../domain/reservation';
import { reservationRoutes } from './routes';

const id = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
const base = 'http://center.example';
const received = oneThatIs({ status: 'received' });
const canceled = oneThatIs({
  status: 'canceled',
  canceledAt: '2026-07-22T01:00:00.000Z',
  by: 'center',
  reason: 'closed for repairs',
});

type Answer = { reservation: Reservation } | { isDue: true } | Refusal;

/** The routes, in front of an actor that gives these answers in turn and of a list in memory. */
function routesWith({
  answers = [] as Answer[],
  listed = [] as Reservation[],
  now = '2026-07-25T01:00:00Z',
}) {
  const calls: unknown[][] = [];
  const list = listOf(listed);
  const app = createHttpApp({
    log: createLogger('test', 'fatal'),
    routers: [
      reservationRoutes({
        callReservation: async (...call) => {
          calls.push(call.slice(0, 3));
          return answers[calls.length - 1] as never;
        },
        list,
        clock: () => new Date(now),
      }),
    ],
  });
  const on = (method: 'get' | 'post' | 'patch', path: string) =>
    request(app)[method](path).set('host', 'center.example');
  return {
    calls,
    list,
    get: (path: string) => on('get', path),
    post: (path: string, body: object) => on('post', path).send(body),
    patch: (path: string, body: object) => on('patch', path).send(body),
  };
}

/** A list that finds an entry only under the parts that it was put there with. */
function listOf(reservations: readonly Reservation[]) {
  const entries = reservations.map((each) => ({
    id: each.reservationId,
    ...(listedReservation(each) as ListedEntry),
  }));
  return {
    async page({ facet, sort, descending, page, size }: ListQuery): Promise<ListedPage> {
      const found = entries
        .filter(({ facets, sorts }) => (!facet || facets.includes(facet)) && sorts[sort] !== undefined)
        .sort((a, b) => `${a.sorts[sort]}${a.id}`.localeCompare(`${b.sorts[sort]}${b.id}`));
      if (descending) found.reverse();
      return { items: found.slice(page * size, (page + 1) * size), total: found.length };
    },
  };
}

describe('POST /reservations', () => {
  test.each([
    [{ status: 'confirmed' }, { decision: 'confirmed' }],
    [{ status: 'confirmed', reason: 'of no use here' }, { decision: 'confirmed' }],
    [{ status: 'rejected' }, { decision: 'rejected' }],
    [
      { status: 'rejected', reason: ' full ' },
      { decision: 'rejected', reason: 'full' },
    ],
  ])(
    'When %j is sent, then that is decided, and the answer is 201 with where it lies',
    async (body, command) => {
      const { post, calls } = routesWith({ answers: [{ reservation: received }] });
      const { status, headers, body: view } = await post('/reservations', { orderId: id, ...body });

      expect(status).toBe(201);
      expect(headers.location).toBe(`${base}/reservations/${id}`);
      expect(headers['content-type']).toContain('application/hal+json');
      expect(view).toMatchObject({ reservationId: id, orderId: id });
      expect(calls).toEqual([[id, 'decide', command]]);
    },
  );

  test.each([
    ['/status', { orderId: id, status: 'completed' }],
    ['/status', { orderId: id }],
    ['/orderId', { orderId: '1', status: 'confirmed' }],
    ['/reason', { orderId: id, status: 'rejected', reason: 'x'.repeat(201) }],
  ])('When its %s is wrong, then 422 names it and nothing is decided', async (pointer, body) => {
    const { post, calls } = routesWith({});
    const answer = await post('/reservations', body);

    expect([answer.status, answer.body.code]).toEqual([422, 'value_invalid']);
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer })]);
    expect(calls).toEqual([]);
  });

  test('When an earlier decision had to be settled first, then the new one takes its own turn', async () => {
    const { post, calls } = routesWith({ answers: [{ isDue: true }, { reservation: received }] });

    expect((await post('/reservations', { orderId: id, status: 'confirmed' })).status).toBe(201);
    expect(calls).toHaveLength(2);
  });

  test.each<[number, Refusal]>([
    [404, refuse('reservation_not_found')],
    [409, refuse('reservation_ended')],
    [409, refuse('order_ended', { by: 'customer' })],
    [503, refuse('service_unavailable')],
  ])('When a rule says no, then the answer is %d with the code and the facts', async (status, refusal) => {
    const { post } = routesWith({ answers: [refusal] });
    const answer = await post('/reservations', { orderId: id, status: 'confirmed' });

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code: refusal.refused, ...refusal.facts });
  });
});

describe('PATCH /reservations/{id}', () => {
  test.each(['checked in', 'completed', 'no show'])(
    'When it is "%s", then that is decided',
    async (status) => {
      const { patch, calls } = routesWith({ answers: [{ reservation: received }] });

      expect((await patch(`/reservations/${id}`, { status })).status).toBe(200);
      expect(calls).toEqual([[id, 'decide', { decision: status }]]);
    },
  );

  test('When another status is sent, then 422; of no known id, 404', async () => {
    const { patch } = routesWith({});

    expect((await patch(`/reservations/${id}`, { status: 'confirmed' })).status).toBe(422);
    expect((await patch('/reservations/1', { status: 'completed' })).body.code).toBe('reservation_not_found');
  });

  test('When its day has not come, then 409 tells the day', async () => {
    const answers = [refuse('visit_not_due', { date: '2026-07-25' })];
    const { status, body } = await routesWith({ answers }).patch(`/reservations/${id}`, {
      status: 'checked in',
    });

    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'visit_not_due', date: '2026-07-25' });
  });
});

describe('GET /reservations/{id}', () => {
  const before = '2026-07-24T14:59:59Z';
  const onTheDay = '2026-07-24T15:00:00Z';
  const confirmed = oneThatIs({ status: 'confirmed', confirmedAt: '2026-07-21T01:00:00.000Z' });
  const checkedIn = { ...confirmed, status: 'checked in', checkedInAt: onTheDay } as Reservation;

  // biome-ignore format: a table
  test.each<[string, Reservation, string, Record<string, string>]>([
    ['received', received, before, { confirm: '/reservations', reject: '/reservations', cancel: '/cancellations' }],
    ['confirmed, the day before', confirmed, before, { cancel: '/cancellations' }],
    ['confirmed, on its day', confirmed, onTheDay,
      { cancel: '/cancellations', checkIn: `/reservations/${id}`, noShow: `/reservations/${id}` }],
    ['checked in', checkedIn, onTheDay, { complete: `/reservations/${id}` }],
    ['canceled', canceled, onTheDay, { cancellation: `/cancellations/${id}` }],
  ])('When it is %s, then it links to what can be done now', async (_which, reservation, now, actions) => {
    const { get } = routesWith({ answers: [{ reservation }], now });
    const { self, order, mypage, ...rest } = (await get(`/reservations/${id}`)).body._links;

    expect([self, order, mypage].map(({ href }) => href)).toEqual(
      ['reservations', 'orders', 'mypages'].map((path) => `${base}/${path}/${id}`),
    );
    const expected = Object.entries(actions).map(([rel, path]) => [rel, { href: `${base}${path}` }]);
    expect(rest).toEqual(Object.fromEntries(expected));
  });

  test('When it was canceled, then it says by whom, why and when, and what was before; nothing internal', async () => {
    const { get } = routesWith({ answers: [{ reservation: canceled }] });
    const { _links, ...shown } = (await get(`/reservations/${id}`)).body;

    expect(shown).toEqual({
      reservationId: id,
      orderId: id,
      status: 'canceled',
      name: 'Kim',
      orderType: 'basic',
      ...canceled.booking.seat,
      receivedAt: '2026-07-20T01:00:00.000Z',
      canceledAt: '2026-07-22T01:00:00.000Z',
      by: 'center',
      reason: 'closed for repairs',
    });
  });

  test('When the order is being asked, then that is not shown', async () => {
    const deciding = { decision: 'confirmed', at: '2026-07-25T01:00:00.000Z' };
    const { get } = routesWith({ answers: [{ reservation: { ...received, deciding } as Reservation }] });

    expect((await get(`/reservations/${id}`)).body).not.toHaveProperty('deciding');
  });

  test.each([id, '1'])('When nothing is known of %s, then 404', async (unknown) => {
    const { get } = routesWith({ answers: [refuse('reservation_not_found')] });
    const { status, body } = await get(`/reservations/${unknown}`);

    expect([status, body.code]).toEqual([404, 'reservation_not_found']);
  });
});

describe('/cancellations', () => {
  test('When the centre cancels, then 201, where it lies, and why', async () => {
    const { post, calls } = routesWith({ answers: [{ reservation: canceled }] });
    const answer = await post('/cancellations', { orderId: id, reason: ' closed for repairs ' });

    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`${base}/cancellations/${id}`);
    expect(answer.body).toMatchObject({ orderId: id, by: 'center', reason: 'closed for repairs' });
    expect(calls).toEqual([[id, 'decide', { decision: 'canceled', reason: 'closed for repairs' }]]);
  });

  test.each([undefined, '', '  ', 'x'.repeat(201)])('When its reason is %j, then 422', async (reason) => {
    const { post } = routesWith({});
    const answer = await post('/cancellations', { orderId: id, reason });

    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, '/reason']);
  });

  test('When one is looked at, then it shows the booking that was canceled', async () => {
    const { get } = routesWith({ answers: [{ reservation: canceled }] });
    const { status, body } = await get(`/cancellations/${id}`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...canceled.booking.seat,
      by: 'center',
      canceledAt: '2026-07-22T01:00:00.000Z',
    });
    expect(body._links.reservation.href).toBe(`${base}/reservations/${id}`);
  });

  test.each<[string, Answer]>([
    ['a reservation that stands', { reservation: received }],
    ['no reservation', refuse('reservation_not_found')],
  ])('When there is %s, then there is no cancellation', async (_what, answer) => {
    const { status, body } = await routesWith({ answers: [answer] }).get(`/cancellations/${id}`);

    expect([status, body.code]).toEqual([404, 'cancellation_not_found']);
  });
});

describe('Lists', () => {
  const listed = Array.from({ length: 60 }, (_, i) => {
    const day = `2026-08-${10 + (i % 5)}`;
    return {
      ...oneThatIs(
        i % 3 === 0
          ? { status: 'received' }
          : {
              status: 'canceled',
              canceledAt: `2026-07-22T01:00:${10 + i}.000Z`,
              by: i % 3 === 1 ? 'customer' : 'center',
            },
      ),
      reservationId: `${id.slice(0, -2)}${10 + i}`,
      receivedAt: `2026-07-20T01:00:${10 + ((i * 7) % 60)}.000Z`,
      booking: {
        orderType: 'basic',
        seat: { centerId: i % 2 ? 'seoul' : 'busan', date: day, time: `0${i % 9}:00` },
      },
    } as Reservation;
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer's body.
  const idsIn = (body: any, rel = 'reservations') =>
    body._embedded[rel].map((each: { orderId: string }) => each.orderId);
  const narrowing: Record<string, (each: Reservation) => boolean> = {
    'date=2026-08-11': ({ booking }) => booking.seat.date === '2026-08-11',
    'status=received': ({ status }) => status === 'received',
    'centerId=seoul': ({ booking }) => booking.seat.centerId === 'seoul',
  };
  const [date, status, center] = Object.keys(narrowing);

  test.each([
    [[date]],
    [[status]],
    [[center]],
    [[date, status]],
    [[date, center]],
    [[status, center]],
    [[date, status, center]],
  ])('When %j narrow it, then it shows those in which all hold, and no other', async (filters) => {
    const { body } = await routesWith({ listed }).get(`/reservations?${filters.join('&')}&size=100`);

    const expected = listed.filter((each) => filters.every((filter = '') => narrowing[filter]?.(each)));
    expect(expected.length).toBeGreaterThan(0);
    expect(idsIn(body).sort()).toEqual(expected.map(({ reservationId }) => reservationId).sort());
    expect(body.page.totalElements).toBe(expected.length);
  });

  test.each([
    ['', (each: Reservation) => `${each.receivedAt}`, -1],
    ['&sort=receivedAt,asc', (each: Reservation) => `${each.receivedAt}`, 1],
    ['&sort=visitAt', ({ booking: { seat } }: Reservation) => `${seat.date} ${seat.time}`, -1],
    ['&sort=visitAt,asc', ({ booking: { seat } }: Reservation) => `${seat.date} ${seat.time}`, 1],
  ])('When it is paged with "%s", then each comes once, in that order', async (sort, keyOf, direction) => {
    const { get } = routesWith({ listed });
    const pages = await Promise.all([0, 1, 2].map((page) => get(`/reservations?page=${page}${sort}`)));
    const ids: string[] = pages.flatMap(({ body }) => idsIn(body));

    expect(new Set(ids).size).toBe(60);
    const byId = new Map(listed.map((each) => [each.reservationId, each]));
    const keys = ids.map((each) => keyOf(byId.get(each) as Reservation));
    expect(keys).toEqual([...keys].sort((a, b) => direction * a.localeCompare(b)));
  });

  test('When cancellations are listed, then by both, the last first, each as GET shows it', async () => {
    const { get } = routesWith({ listed });
    const { body } = await get('/cancellations?size=100');

    expect(body.page.totalElements).toBe(40);
    const whens = body._embedded.cancellations.map((each: { canceledAt: string }) => each.canceledAt);
    expect(whens).toEqual([...whens].sort().reverse());
    expect(body._embedded.cancellations[0]._links.self.href).toBe(
      `${base}/cancellations/${idsIn(body, 'cancellations')[0]}`,
    );
    for (const by of ['customer', 'center']) {
      const some = (await get(`/cancellations?by=${by}&size=100`)).body;
      expect(some.page.totalElements).toBe(20);
      for (const each of some._embedded.cancellations) expect(each.by).toBe(by);
    }
  });

  test.each([
    ['/reservations?status=Confirmed', 'status'],
    ['/reservations?status=received&status=confirmed', 'status'],
    ['/reservations?date=2026-02-30', 'date'],
    ['/reservations?centerId=Seoul', 'centerId'],
    ['/cancellations?by=nobody', 'by'],
    ['/reservations?sort=canceledAt', 'sort'],
    ['/cancellations?sort=visitAt', 'sort'],
    ['/reservations?size=101', 'size'],
  ])('When %s is asked for, then 422 names the parameter', async (path, parameter) => {
    const { status, body } = await routesWith({ listed }).get(path);

    expect([status, body.code]).toEqual([422, 'value_invalid']);
    expect(body.errors).toEqual([{ parameter, detail: expect.any(String) }]);
  });

  test('When the list is out of reach, then 503', async () => {
    const { list, get } = routesWith({ listed });
    list.page = () => Promise.reject(new Error('Redis is away'));

    expect((await get('/reservations')).body).toMatchObject({ code: 'service_unavailable', status: 503 });
  });

  test('When it was canceled before it was received, then it stands where its end does', () => {
    const { receivedAt, ...never } = canceled as Extract<Reservation, { status: 'canceled' }>;
    expect(listedReservation(never)?.sorts.receivedAt).toBe(never.canceledAt);
  });
});

type Its = {
  [Status in Reservation['status']]: { status: Status } & Record<string, string>;
}[Reservation['status']];

function oneThatIs(its: Its): Reservation {
  return {
    reservationId: id,
    booking: {
      orderType: 'basic',
      name: 'Kim',
      seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
    },
    payment: { paymentId: id, amountKrw: 50_000, payMethod: 'cash', approvedAt: '2026-07-20T01:00:00.000Z' },
    asOf: { booking: 1, payment: 1 },
    receivedAt: '2026-07-20T01:00:00.000Z',
    ...its,
  } as Reservation;
}
