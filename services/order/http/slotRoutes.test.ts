import request from 'supertest';
import { type CenterCalendar, standardCalendars } from '../../shared/contracts/calendar';
import { holidayName } from '../../shared/contracts/holidays';
import { standardPackages } from '../../shared/contracts/packages';
import { createHttpApp } from '../../shared/platform/httpApp';
import { createLogger } from '../../shared/platform/logger';
import { SidecarError } from '../../shared/platform/sidecar';
import { fixedCalendars } from '../actors/calendarSource';
import type { TakenSeat } from '../domain/offer';
import { slotRoutes } from './slotRoutes';

// A Friday. The 2nd of March stands in for the holiday on the 1st, a Sunday.
const friday = new Date('2026-02-27T03:00:00Z');

interface Given {
  calendar?: Partial<CenterCalendar>;
  taken?: Record<string, readonly TakenSeat[]>;
  now?: Date;
}

function slots({ calendar = {}, taken = {}, now = friday }: Given = {}) {
  const read: string[] = [];
  const openings = [
    { time: '08:00', seats: 2, perPackage: { prime: 1 } },
    { time: '09:00', seats: 1 },
  ];
  const seoul = { ...(standardCalendars.seoul as CenterCalendar), openings, ...calendar };
  const app = createHttpApp({
    log: createLogger('test', 'silent'),
    routers: [
      slotRoutes({
        calendars: fixedCalendars({ seoul }),
        readSlot: async (centerId, date) => {
          read.push(`${centerId} ${date}`);
          return taken[date] ?? [];
        },
        packages: standardPackages,
        defaultCenterId: 'seoul',
        holidayOf: holidayName,
        clock: () => now,
      }),
    ],
  });
  return { app, read, get: (query: string) => request(app).get(`/slots${query}`).set('Host', 'example.com') };
}

function seat(telling: Partial<TakenSeat> = {}): TakenSeat {
  return { orderId: 'o', ticket: 't', time: '08:00', orderType: 'basic', ...telling };
}

describe('When free seats are asked for', () => {
  test('for some days, then each says what is free, or why nothing is', async () => {
    const { get, read } = slots({ taken: { '2026-03-03': [seat(), seat({ time: '09:00' })] } });
    const { status, headers, body } = await get('?from=2026-02-27&to=2026-03-03');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/hal+json; charset=utf-8');
    expect(body).toMatchObject({ centerId: 'seoul', from: '2026-02-27', to: '2026-03-03' });
    const book = { book: { href: 'http://example.com/orders' } };
    expect(body._embedded.slots).toEqual([
      {
        date: '2026-02-27',
        free: 0,
        times: [],
        closed: { reason: 'closed', text: 'It is too late to book for this day.' },
      },
      {
        date: '2026-02-28',
        free: 3,
        times: [
          { time: '08:00', seats: 2, free: 2 },
          { time: '09:00', seats: 1, free: 1 },
        ],
        _links: book,
      },
      {
        date: '2026-03-01',
        free: 0,
        times: [],
        closed: { reason: 'holiday', text: 'Public holiday: March First Independence Movement Day' },
      },
      {
        date: '2026-03-02',
        free: 0,
        times: [],
        closed: {
          reason: 'holiday',
          text: 'Public holiday: Substitute holiday for March First Independence Movement Day',
        },
      },
      {
        date: '2026-03-03',
        free: 1,
        times: [
          { time: '08:00', seats: 2, free: 1 },
          { time: '09:00', seats: 1, free: 0 },
        ],
        _links: book,
      },
    ]);
    expect(read).toEqual(['seoul 2026-02-28', 'seoul 2026-03-03']);
  });

  test('in Korean, then the reasons are in Korean', async () => {
    const { get } = slots({
      calendar: { blackouts: [{ date: '2026-02-28', reason: '정기 점검' }, { date: '2026-03-04' }] },
      taken: { '2026-03-03': [seat(), seat(), seat({ time: '09:00' })] },
    });
    const { body } = await get('?from=2026-02-26&to=2026-03-08').set('Accept-Language', 'ko');
    const texts = body._embedded.slots.map(
      ({ date, closed }: { date: string; closed?: { text: string } }) => `${date} ${closed?.text}`,
    );
    expect(texts).toEqual([
      '2026-02-26 지난 날짜이거나 오늘 시간이 모두 지났습니다.',
      '2026-02-27 예약이 마감된 날짜입니다.',
      '2026-02-28 휴진일입니다: 정기 점검',
      '2026-03-01 공휴일입니다: 3ㆍ1절',
      '2026-03-02 공휴일입니다: 대체공휴일(3ㆍ1절)',
      '2026-03-03 빈자리가 없습니다.',
      '2026-03-04 휴진일입니다.',
      '2026-03-05 undefined',
      '2026-03-06 undefined',
      '2026-03-07 undefined',
      '2026-03-08 쉬는 요일입니다.',
    ]);
  });

  test('for a package, then only what is left for it counts', async () => {
    const { get } = slots({ taken: { '2026-03-03': [seat({ orderType: 'prime' })] } });
    const { body } = await get('?from=2026-03-03&to=2026-03-03&orderType=prime');
    expect(body.orderType).toBe('prime');
    expect(body._embedded.slots[0]).toMatchObject({ free: 1, times: [{ free: 0 }, { free: 1 }] });
  });

  test('for no days in particular, then the next fourteen are shown, from today in the centre’s zone on', async () => {
    const { get } = slots({ now: new Date('2026-12-31T15:00:00Z') });
    const { body } = await get('');
    expect(body).toMatchObject({ from: '2027-01-01', to: '2027-01-14' });
    expect(body._embedded.slots).toHaveLength(14);
    expect(body._links).toEqual({
      self: { href: 'http://example.com/slots{?from,to,orderType,centerId}', templated: true },
      next: { href: 'http://example.com/slots?from=2027-01-15&to=2027-01-28&centerId=seoul' },
      packages: { href: 'http://example.com/packages' },
    });
  });

  test('for later days, then there is a way back, no further than to today', async () => {
    const { get } = slots();
    const { body } = await get('?from=2026-03-01&to=2026-03-07&orderType=basic');
    expect(body._links.prev.href).toBe(
      'http://example.com/slots?from=2026-02-27&to=2026-03-05&centerId=seoul&orderType=basic',
    );
  });

  test('for today, where that may be booked, then times gone by are not offered', async () => {
    const { get } = slots({
      calendar: { opensAfterDays: 0 },
      now: new Date('2026-02-26T23:00:00Z'),
    });
    const { body } = await get('?from=2026-02-27&to=2026-02-27');
    expect(body._embedded.slots[0].times).toEqual([{ time: '09:00', seats: 1, free: 1 }]);
  });

  test('beyond what can be booked yet, then that is said', async () => {
    const { body } = await slots().get('?from=2027-06-01&to=2027-06-01');
    expect(body._embedded.slots[0].closed).toEqual({
      reason: 'closed',
      text: 'Booking for this day has not begun yet.',
    });
  });
});

describe('When a request for free seats makes no sense', () => {
  test.each([
    ['?from=2026-02-30', 'from'],
    ['?from=tomorrow', 'from'],
    ['?to=2026-13-01', 'to'],
    ['?from=2026-03-02&to=2026-03-01', 'to'],
    ['?to=2026-02-26', 'to'],
    ['?from=2026-03-01&to=2026-05-02', 'to'],
    ['?from=9999-12-31', 'to'],
    ['?centerId=No%20such', 'centerId'],
    ['?from=2026-03-01&from=2026-03-02', 'from'],
  ])('as %s, then the answer names the parameter %s', async (query, parameter) => {
    const { status, body } = await slots().get(query);
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'value_invalid' });
    expect(body.errors).toEqual([{ parameter, detail: expect.any(String) }]);
  });

  test('then all that is wrong is named at once', async () => {
    const { body } = await slots().get('?from=x&to=y');
    expect(body.errors.map(({ parameter }: { parameter: string }) => parameter)).toEqual(['from', 'to']);
  });

  test('then 62 days are the most, and not too many', async () => {
    expect((await slots().get('?from=2026-03-01&to=2026-05-01')).status).toBe(200);
  });

  test('because there is no such package, then those that there are are named', async () => {
    const { status, body } = await slots().get('?orderType=gold');
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'order_type_unknown', orderTypes: ['basic', 'prime'] });
  });

  test('because there is no such centre, then those that there are are named', async () => {
    const { status, body } = await slots().get('?centerId=busan');
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'center_unknown', centers: ['seoul'] });
  });
});

test('When the slots cannot be read, then nothing is shown that might be wrong', async () => {
  const app = createHttpApp({
    log: createLogger('test', 'silent'),
    routers: [
      slotRoutes({
        calendars: fixedCalendars(standardCalendars),
        readSlot: async () => {
          throw new SidecarError('unreachable', 'actor Slot.read', 'away');
        },
        packages: standardPackages,
        defaultCenterId: 'seoul',
        holidayOf: holidayName,
        clock: () => friday,
      }),
    ],
  });
  const { status, body, headers } = await request(app).get('/slots');
  expect({ status, code: body.code }).toEqual({ status: 503, code: 'service_unavailable' });
  expect(headers['retry-after']).toBeDefined();
});
