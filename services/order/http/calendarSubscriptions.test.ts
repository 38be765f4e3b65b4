import request from 'supertest';
import { standardCalendars } from '../../shared/contracts/calendar';
import { createHttpApp } from '../../shared/platform/httpApp';
import { createLogger } from '../../shared/platform/logger';
import { createSubscriber } from '../../shared/platform/subscriber';
import { calendarSubscriptions } from './calendarSubscriptions';

const event = {
  eventId: 'calendar.busan.1',
  orderId: 'busan',
  type: 'CalendarChanged',
  version: 1,
  occurredAt: '2026-07-24T03:00:00.000Z',
  data: { centerId: 'busan', calendar: standardCalendars.seoul },
};

async function arrive(told: object) {
  const taken: unknown[] = [];
  const log = createLogger('test', 'silent');
  const handlers = calendarSubscriptions(async (...call) => {
    taken.push(call);
    return {};
  });
  const subscriber = createSubscriber({ pubsubName: 'pubsub', deadLetterTopic: 'dead', handlers, log });
  const app = createHttpApp({ log, routers: [], fromSidecar: [subscriber] });
  const { body } = await request(app).post('/events/calendars').send({ data: told });
  return { taken, status: body.status };
}

test('When a centre tells of its calendar, then the actor of that centre takes it in', async () => {
  expect(await arrive(event)).toEqual({ taken: [['busan', 'takeIn', { event }]], status: 'SUCCESS' });
});

test('When a calendar cannot be read, then it is not passed over in silence', async () => {
  const unreadable = { ...event, data: { centerId: 'busan', calendar: {} } };
  expect(await arrive(unreadable)).toEqual({ taken: [], status: 'RETRY' });
});

test('When something else is told of calendars, then it is none of our business', async () => {
  expect(await arrive({ ...event, type: 'CalendarPrinted' })).toEqual({ taken: [], status: 'SUCCESS' });
});
