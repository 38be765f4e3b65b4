import request from 'supertest';
import { type CenterCalendar, type Conflict, standardCalendars } from '../../shared/contracts/calendar';
import { holidaysKnownThrough } from '../../shared/contracts/holidays';
import { actorCaller } from '../../shared/platform/actorHost/caller';
import { MemoryHost } from '../../shared/platform/actorHost/memoryHost.sample';
import { createRegistry, registryActor } from '../../shared/platform/actorHost/registry';
import { createHttpApp } from '../../shared/platform/httpApp';
import {
  type CalendarContract,
  calendarActor,
  calendarType,
  editedCentersType,
} from '../actors/calendarActor';
import { createConflictClient } from '../actors/conflictClient';
import { createOrderClient } from '../actors/orderClient';
import { calendarRoutes } from './calendarRoutes';

const seoul = standardCalendars.seoul as CenterCalendar;
const shorter = { ...seoul, openDays: 10 };
const conflict: Conflict = { orderId: 'a', date: '2026-07-27', time: '08:00', orderType: 'basic' };

function center({ conflicts = [] as Conflict[], now = '2026-07-24T03:00:00.000Z' } = {}) {
  const host = new MemoryHost();
  host.service = async () => ({ status: 200, headers: {}, body: { conflicts } });
  host.serve(
    calendarActor({
      standard: standardCalendars,
      sidecar: host,
      order: createOrderClient(host),
      log: host.log,
    }),
    registryActor(editedCentersType),
  );
  const app = createHttpApp({
    log: host.log,
    routers: [
      calendarRoutes({
        callCalendar: actorCaller<CalendarContract>(host, calendarType),
        askConflicts: createConflictClient(host),
        standard: standardCalendars,
        editedCenters: createRegistry(host, editedCentersType),
        clock: () => new Date(now),
      }),
    ],
  });
  const get = (id = 'seoul') => request(app).get(`/calendars/${id}`).set('Host', 'example.com');
  return {
    host,
    get,
    list: () => request(app).get('/calendars').set('Host', 'example.com'),
    put: (body: object, headers: Record<string, string> = { 'If-Match': '"0"' }, id = 'seoul') =>
      request(app).put(`/calendars/${id}`).set('Host', 'example.com').set(headers).send(body),
  };
}

describe('When a calendar is read', () => {
  test('then it comes whole, with its ETag and the holidays of a year', async () => {
    const { status, headers, body } = await center().get();
    expect(status).toBe(200);
    expect(headers.etag).toBe('"0"');
    expect(headers['content-type']).toBe('application/hal+json; charset=utf-8');
    const { holidays, ...rest } = body;
    expect(rest).toEqual({
      centerId: 'seoul',
      version: 0,
      ...seoul,
      holidaysKnownThrough,
      conflicts: [],
      beingCanceled: [],
      _links: {
        self: { href: 'http://example.com/calendars/seoul' },
        calendars: { href: 'http://example.com/calendars' },
        slots: { href: 'http://example.com/slots?centerId=seoul{&from,to,orderType}', templated: true },
      },
    });
    expect(holidays[0]).toEqual({ date: '2026-08-15', name: 'Liberation Day' });
    expect(holidays.at(-1).date).toBe('2027-07-19');
  });

  test('in Korean, then the holidays are in Korean', async () => {
    const { body } = await center().get().set('Accept-Language', 'ko');
    expect(body.holidays[1]).toEqual({ date: '2026-08-17', name: '대체공휴일(광복절)' });
  });

  test('on a holiday, then it counts until midnight in Seoul', async () => {
    const first = async (now: string) => (await center({ now }).get()).body.holidays[0].date;
    expect(await first('2026-08-16T15:00:00.000Z')).toBe('2026-08-17');
    expect(await first('2026-08-17T15:00:00.000Z')).toBe('2026-09-24');
  });

  test('and bookings were made in the moment of a change, then those without a seat are named', async () => {
    const { body } = await center({ conflicts: [conflict] }).get();
    expect(body.conflicts).toEqual([conflict]);
  });

  test('and order is away, then the calendar is shown, and nothing is said of conflicts', async () => {
    const { host, get } = center();
    host.service = new MemoryHost().service;
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('conflicts');
  });

  test.each(['busan', 'SEOUL', 'no%20such'])('of %s, which is none, then it is not found', async (id) => {
    const { status, body } = await center().get(id);
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'calendar_not_found' });
  });
});

describe('When a calendar is changed', () => {
  test('by who read it last, then it is kept, and its ETag is another', async () => {
    const { get, put } = center();
    const { status, headers, body } = await put(shorter);
    expect(status).toBe(200);
    expect(headers.etag).toBe('"1"');
    expect(body).toMatchObject({ version: 1, openDays: 10 });
    expect((await get()).body).toEqual(body);
  });

  test('by sending back what was read, edited, then what is no part of a calendar does no harm', async () => {
    const { get, put } = center();
    const read = await get();
    const edited = { ...read.body, openDays: 10, unheardOf: true };
    const { status, body } = await put(edited, { 'If-Match': read.headers.etag as string });
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 1, openDays: 10 });
    expect(body).not.toHaveProperty('unheardOf');
  });

  test('twice the same, then the second is told that what it read is old', async () => {
    const { put } = center();
    await put(shorter);
    const { status, body } = await put(shorter);
    expect({ status, code: body.code }).toEqual({ status: 412, code: 'precondition_failed' });
  });

  test.each([
    ['that is old', '"7"'],
    ['that is weak', 'W/"0"'],
    ['that is none of ours', '"abc"'],
    ['without quotes', '0'],
  ])('with an ETag %s, then it is refused', async (_how, tag) => {
    const { get, put } = center();
    const { status, body } = await put(shorter, { 'If-Match': tag });
    expect({ status, code: body.code }).toEqual({ status: 412, code: 'precondition_failed' });
    expect((await get()).headers.etag).toBe('"0"');
  });

  test.each(['*', '"7", "0"'])(
    'with If-Match %s, which what is there meets, then it is kept',
    async (tag) => {
      expect((await center().put(shorter, { 'If-Match': tag })).status).toBe(200);
    },
  );

  test.each([{}, { 'If-None-Match': '"0"' }])('with %j alone, then an ETag is asked for', async (headers) => {
    const { status, body } = await center().put(shorter, headers as Record<string, string>);
    expect({ status, code: body.code }).toEqual({ status: 428, code: 'precondition_required' });
  });

  test('and has values that make no sense, then each is pointed at, and nothing is changed', async () => {
    const { get, put } = center();
    const openings = [{ time: '8:00', seats: 0 }];
    const { status, body } = await put({ ...seoul, weekdays: [8], openings, force: { reason: ' ' } });
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'value_invalid' });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/force/reason',
      '/openings/0/seats',
      '/openings/0/time',
      '/weekdays/0',
    ]);
    expect((await get()).headers.etag).toBe('"0"');
  });

  test('and somebody would lose a seat, then they are named; with a reason, it is done', async () => {
    const { get, put } = center({ conflicts: [conflict] });
    const refused = await put(shorter);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'calendar_conflicts', conflicts: [conflict] });
    expect((await get()).headers.etag).toBe('"0"');
    const { status, body } = await put({ ...shorter, force: { reason: '공사' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 1, conflicts: [], beingCanceled: ['a'] });
    expect(body).not.toHaveProperty('force');
  });

  test('and order is away, then nothing is changed, and it is worth trying again', async () => {
    const { host, get, put } = center();
    host.service = new MemoryHost().service;
    const { status, headers, body } = await put(shorter);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'service_unavailable' });
    expect(headers['retry-after']).toBeDefined();
    expect((await get()).headers.etag).toBe('"0"');
  });
});

describe('When a centre is made', () => {
  const absent = { 'If-None-Match': '*' };

  test('then it is there, and listed', async () => {
    const { get, list, put } = center();
    const { status, headers } = await put(shorter, absent, 'busan');
    expect(status).toBe(201);
    expect(headers.location).toBe('http://example.com/calendars/busan');
    expect(headers.etag).toBe('"1"');
    expect((await get('busan')).body).toMatchObject({ centerId: 'busan', version: 1 });
    expect((await list()).body).toEqual({
      _embedded: {
        calendars: [
          { centerId: 'busan', version: 1, _links: { self: { href: 'http://example.com/calendars/busan' } } },
          { centerId: 'seoul', version: 0, _links: { self: { href: 'http://example.com/calendars/seoul' } } },
        ],
      },
      _links: { self: { href: 'http://example.com/calendars' } },
    });
  });

  test('that is there already, then it is refused', async () => {
    const { status, body } = await center().put(shorter, absent);
    expect({ status, code: body.code }).toEqual({ status: 412, code: 'precondition_failed' });
  });

  test('by who believes to change one, then there is none', async () => {
    const { status, body } = await center().put(shorter, { 'If-Match': '"0"' }, 'busan');
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'calendar_not_found' });
  });

  test('under a name that is none, then that is said', async () => {
    const { status, body } = await center().put(shorter, absent, 'BUSAN');
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ parameter: 'centerId', detail: expect.any(String) }]);
  });

  test('and the process died between registering and storing it, then it is not listed', async () => {
    const { host, list } = center();
    await host.callActor(editedCentersType, 'all', 'add', { id: 'busan' });
    const { body } = await list();
    expect(body._embedded.calendars.map(({ centerId }: { centerId: string }) => centerId)).toEqual(['seoul']);
  });
});
