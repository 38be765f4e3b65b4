import type { RequestListener } from 'node:http';
import request from 'supertest';
import type { StampedEvent } from './actorHost/definition';
import { createHttpApp } from './httpApp';
import { createLogger } from './logger';
import { createSubscriber, type TopicHandler } from './subscriber';

const logged: string[] = [];
const log = createLogger('test', 'info', { write: (line) => void logged.push(line) });

function appWith(...handlers: TopicHandler[]) {
  const subscriber = createSubscriber({ pubsubName: 'pubsub', deadLetterTopic: 'dead', handlers, log });
  return createHttpApp({ log, routers: [], fromSidecar: [subscriber] });
}

function stamped(fields: Partial<StampedEvent> = {}): StampedEvent {
  return {
    eventId: 'order.o-1.1',
    orderId: 'o-1',
    type: 'OrderPlaced',
    version: 1,
    occurredAt: '2026-11-24T09:30:00.000Z',
    data: { seat: '09:00' },
    ...fields,
  };
}

/** As the sidecar wraps it. */
const cloudEvent = (data: unknown) => ({ id: 'ce-1', specversion: '1.0', type: 'com.dapr.event.sent', data });

const deliver = (app: RequestListener, body: object) =>
  request(app)
    .post('/events/orders')
    .set('content-type', 'application/cloudevents+json')
    .send(JSON.stringify(body));

beforeEach(() => {
  logged.length = 0;
});

test('When the sidecar asks what to subscribe to, then each topic has its route, and a dead-letter topic', async () => {
  const app = appWith(
    { topic: 'orders', handle: async () => {} },
    { topic: 'payments', handle: async () => {} },
  );

  const { body } = await request(app).get('/dapr/subscribe');

  const common = { pubsubname: 'pubsub', deadLetterTopic: 'dead' };
  expect(body).toEqual([
    { ...common, topic: 'orders', routes: { default: '/events/orders' } },
    { ...common, topic: 'payments', routes: { default: '/events/payments' } },
  ]);
});

describe('what comes as a dead letter', () => {
  function appThatKeeps(keep: () => Promise<void>) {
    const gone = () => Promise.reject(new Error('unused'));
    const store = {
      keep,
      find: gone,
      page: gone,
      takeDue: gone,
      failedAgain: gone,
      remove: gone,
      close: gone,
    };
    const deadLetters = { store, clock: () => new Date(0), retrySeconds: 60 };
    const handlers = [{ topic: 'orders', handle: async () => {} }];
    const subscriber = createSubscriber({
      pubsubName: 'pubsub',
      deadLetterTopic: 'dead',
      handlers,
      log,
      deadLetters,
    });
    return createHttpApp({ log, routers: [], fromSidecar: [subscriber] });
  }
  const deliverDead = (app: RequestListener) =>
    request(app)
      .post('/events/dead')
      .set('content-type', 'application/cloudevents+json')
      .send(JSON.stringify({ ...cloudEvent(stamped()), topic: 'orders' }));

  test('When it was kept, then it is acknowledged under its topic and identity', async () => {
    const keep = jest.fn(async () => {});
    expect((await deliverDead(appThatKeeps(keep))).body).toEqual({ status: 'SUCCESS' });
    const letter = { id: 'orders:order.o-1.1', topic: 'orders', event: stamped() };
    expect(keep).toHaveBeenCalledWith(expect.objectContaining(letter), 60_000);
  });

  test('When it could not be kept, then it is brought again, in the end by way of its own topic', async () => {
    const app = appThatKeeps(() => Promise.reject(new Error('store is away')));
    expect((await deliverDead(app)).body).toEqual({ status: 'RETRY' });
    const { body } = await request(app).get('/dapr/subscribe');
    expect(body[1]).toEqual({
      pubsubname: 'pubsub',
      topic: 'dead',
      deadLetterTopic: 'dead',
      routes: { default: '/events/dead' },
    });
  });
});

describe('one event at a time', () => {
  test('When the handler takes it in, then it is acknowledged, and the handler saw all of it', async () => {
    const handle = jest.fn(async () => {});
    const event = stamped();

    const answer = await deliver(appWith({ topic: 'orders', handle }), cloudEvent(event));

    expect([answer.status, answer.body]).toEqual([200, { status: 'SUCCESS' }]);
    expect(handle.mock.calls).toEqual([[event]]);
  });

  test('When the handler has not come to its end, then nothing is acknowledged yet', async () => {
    const order: string[] = [];
    const app = appWith({
      topic: 'orders',
      async handle() {
        await new Promise((resolve) => setImmediate(resolve));
        order.push('handled');
      },
    });

    await deliver(app, cloudEvent(stamped())).then(() => order.push('answered'));

    expect(order).toEqual(['handled', 'answered']);
  });

  test('When the handler fails, then it is to be brought again, and the log names the order', async () => {
    const handle = () => Promise.reject(new Error('store is away'));

    const answer = await deliver(appWith({ topic: 'orders', handle }), cloudEvent(stamped()));

    expect([answer.status, answer.body]).toEqual([200, { status: 'RETRY' }]);
    expect(logged.join()).toContain('store is away');
  });

  test.each<[string, unknown]>([
    ['has no data', {}],
    ['has no identity', cloudEvent({ ...stamped(), eventId: '' })],
    ['is of no order', cloudEvent({ ...stamped(), orderId: undefined })],
    ['has no version', cloudEvent({ ...stamped(), version: 0 })],
    ['has an instant that is none', cloudEvent({ ...stamped(), occurredAt: 'yesterday' })],
  ])(
    'When what comes %s, then the handler never sees it, and it goes to the dead letters at once',
    async (_what, body) => {
      const handle = jest.fn(async () => {});

      const answer = await deliver(appWith({ topic: 'orders', handle }), body as object);

      expect([answer.status, answer.body]).toEqual([200, { status: 'DROP' }]);
      expect(handle).not.toHaveBeenCalled();
    },
  );
});
