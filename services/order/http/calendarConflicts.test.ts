import request from 'supertest';
import { type CenterCalendar, conflictsOutcome, standardCalendars } from '../../shared/contracts/calendar';
import { holidayName } from '../../shared/contracts/holidays';
import { createHttpApp } from '../../shared/platform/httpApp';
import { createLogger } from '../../shared/platform/logger';
import { SidecarError } from '../../shared/platform/sidecar';
import type { TakenSeat } from '../domain/offer';
import { calendarConflictRoutes } from './calendarConflicts';

const friday = new Date('2026-07-24T03:00:00Z');
const seoul = standardCalendars.seoul as CenterCalendar;

function conflicts(
  taken: Record<string, readonly TakenSeat[]>,
  { lastBooked }: { lastBooked?: string } = {},
) {
  const read: string[] = [];
  const app = createHttpApp({
    log: createLogger('test', 'silent'),
    routers: [
      calendarConflictRoutes({
        reach: { lastBooked: async () => lastBooked },
        readSlot: async (centerId, date) => {
          read.push(`${centerId} ${date}`);
          const seats = taken[date] ?? [];
          if (seats.some(({ orderId }) => orderId === 'unreadable')) {
            throw new SidecarError('unreachable', 'actor Slot.read', 'away');
          }
          return seats;
        },
        holidayOf: holidayName,
        clock: () => friday,
      }),
    ],
  });
  const ask = (telling: Partial<CenterCalendar>) =>
    request(app)
      .post('/calendar-conflicts')
      .send({ centerId: 'seoul', calendar: { ...seoul, ...telling } });
  return { ask, read };
}

function seat(orderId: string, telling: Partial<TakenSeat> = {}): TakenSeat {
  return { orderId, ticket: `ticket-${orderId}`, time: '08:00', orderType: 'basic', ...telling };
}

test('When a calendar takes seats away, then who sits there is told, day by day', async () => {
  const { ask } = conflicts({
    '2026-07-23': [seat('gone by')],
    '2026-07-27': [seat('a'), seat('b')],
    '2026-07-28': [seat('c')],
    '2026-07-29': [seat('d')],
  });
  const { status, body } = await ask({ blackouts: [{ date: '2026-07-27' }, { date: '2026-07-29' }] });
  expect(status).toBe(200);
  expect(conflictsOutcome.parse(body)).toEqual(body);
  expect(body.conflicts).toEqual([
    { orderId: 'b', date: '2026-07-27', time: '08:00', orderType: 'basic' },
    { orderId: 'a', date: '2026-07-27', time: '08:00', orderType: 'basic' },
    { orderId: 'd', date: '2026-07-29', time: '08:00', orderType: 'basic' },
  ]);
});

test('When a calendar takes no seat away, then the answer is that nobody must go', async () => {
  const { ask } = conflicts({ '2026-07-27': [seat('a')] });
  expect((await ask({})).body).toEqual({ conflicts: [] });
});

test('When earlier calendars reached further than this one, then bookings of then are found, too', async () => {
  const blackouts = [{ date: '2026-10-05' }];
  const taken = { '2026-10-05': [seat('a')] };
  const { ask, read } = conflicts(taken, { lastBooked: '2026-10-05' });
  expect((await ask({ blackouts, openDays: 3 })).body.conflicts).toMatchObject([{ orderId: 'a' }]);
  expect(read[0]).toBe('seoul 2026-07-24');
  expect(read.at(-1)).toBe('seoul 2026-10-05');
  expect(new Set(read).size).toBe(read.length);
});

test('When one day cannot be read, then no answer is given that would forget who sits there', async () => {
  const { ask } = conflicts({ '2026-07-27': [seat('unreadable')] });
  expect((await ask({})).status).toBe(503);
});

test('When what is asked is no calendar, then the fields at fault are named', async () => {
  const { status, body } = await conflicts({}).ask({ weekdays: [] });
  expect(status).toBe(422);
  expect(body.errors).toEqual([{ pointer: '/calendar/weekdays', detail: expect.any(String) }]);
});
