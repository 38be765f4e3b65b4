import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDaprSidecar, type DaprSidecar } from './daprSidecar';
import { withLogContext } from './logger';
import type { PublishedEvent } from './sidecar';

interface Asked {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: unknown;
}
type Answering = (res: ServerResponse) => void;

const asked: Asked[] = [];
let answering: Answering;
let server: Server;
let port: number;
let sidecar: DaprSidecar;

const answer =
  (status: number, body?: unknown, headers: Record<string, string> = {}): Answering =>
  (res) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
const silence: Answering = () => {};
const hangUp: Answering = (res) => res.destroy();
const halfAnAnswer: Answering = (res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"total":');
};

beforeEach(async () => {
  asked.length = 0;
  answering = answer(204);
  server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    const { method, url, headers } = req;
    asked.push({ method, url, headers, body: text === '' ? undefined : JSON.parse(text) });
    answering(res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  sidecar = createDaprSidecar({ httpPort: port, pubsubName: 'pubsub', deadlineMs: 200 });
});
afterEach(async () => {
  await sidecar.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const daprError = (code: string, message = 'why') => ({ errorCode: code, message });

/** Every call that throws when it has no answer, with the deadline at which it does. */
const calls: [string, (deadlineMs: number) => Promise<unknown>][] = [
  ['invoke', (deadlineMs) => sidecar.invoke({ appId: 'payment', path: '/charges', body: {}, deadlineMs })],
  ['callActor', (deadlineMs) => sidecar.callActor('Order', 'o-1', 'place', {}, deadlineMs)],
  ['send', (deadlineMs) => sidecar.send('sms', { text: 'x' }, {}, deadlineMs)],
  ['publish', () => sidecar.publish('orders', [event(1)])],
  ['publish of many', () => sidecar.publish('orders', [event(1), event(2)])],
  ['readActorState', () => sidecar.readActorState('Order', 'o-1', 'v1')],
  ['writeActorState', () => sidecar.writeActorState('Order', 'o-1', 'v1', {}, '3')],
  ['setReminder', () => sidecar.setReminder('Order', 'o-1', 'sweep', { dueMs: 100 })],
  ['deleteReminder', () => sidecar.deleteReminder('Order', 'o-1', 'sweep')],
];

describe('a call without an answer', () => {
  test.each(calls)('When %s waits past its deadline, then it is a timeout', async (_name, call) => {
    answering = silence;

    await expect(call(200)).rejects.toMatchObject({ name: 'SidecarError', failure: 'timeout' });
  });

  test.each(calls)(
    'When only half of the answer to %s comes, then it is a timeout as well',
    async (_name, call) => {
      answering = halfAnAnswer;

      await expect(call(200)).rejects.toMatchObject({ failure: 'timeout' });
    },
  );

  test.each<[string, string]>([
    ['nothing', ''],
    ['half', '{"total":'],
  ])(
    'When %s of an answer is left of a 200, as by a timeout of the sidecar, then that is no answer',
    async (_what, left) => {
      answering = answer(200, left);

      for (const call of [
        () => sidecar.invoke({ appId: 'payment', path: '/charges', body: {} }),
        () => sidecar.callActor('Order', 'o-1', 'place', {}),
      ]) {
        await expect(call()).rejects.toMatchObject({ name: 'SidecarError', failure: 'timeout' });
      }
    },
  );

  test.each(calls)(
    'When the connection breaks during %s, then the sidecar is unreachable',
    async (_name, call) => {
      answering = hangUp;

      await expect(call(5_000)).rejects.toMatchObject({ failure: 'unreachable' });
    },
  );

  test.each(calls)('When nobody listens for %s, then the sidecar is unreachable', async (_name, call) => {
    await new Promise((closed) => server.close(closed));

    await expect(call(5_000)).rejects.toMatchObject({ failure: 'unreachable' });
  });

  test('When a call was given up, then what it would have done is not done later', async () => {
    await new Promise((closed) => server.close(closed));
    await expect(sidecar.send('sms', { text: 'x' }, {}, 200)).rejects.toMatchObject({
      failure: 'unreachable',
    });

    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    await sidecar.isHealthy();

    expect(asked.map(({ url }) => url)).toEqual(['/v1.0/healthz/outbound']);
  });
});

describe('a call that Dapr refuses', () => {
  test.each(calls)(
    'When Dapr answers %s with an error of its own, then it is refused, with the status',
    async (_name, call) => {
      answering = answer(500, daprError('ERR_SOMETHING', 'no such thing'));

      await expect(call(5_000)).rejects.toMatchObject({
        failure: 'refused',
        status: 500,
        message: expect.stringContaining('no such thing'),
      });
    },
  );

  test.each([400, 403, 404, 500])(
    'When the status of Dapr’s own failure is %i, then an invocation throws all the same',
    async (status) => {
      answering = answer(status, daprError('ERR_DIRECT_INVOKE'));

      await expect(sidecar.invoke({ appId: 'payment', path: '/charges' })).rejects.toMatchObject({
        failure: 'refused',
        status,
      });
    },
  );

  test.each(['circuit breaker is open', 'too many requests'])(
    'When Dapr says "%s", then its breaker is open, and nothing was asked',
    async (text) => {
      answering = answer(500, daprError('ERR_DIRECT_INVOKE', `failed to invoke, id: payment, err: ${text}`));

      await expect(sidecar.invoke({ appId: 'payment', path: '/charges' })).rejects.toMatchObject({
        failure: 'breaker open',
        status: 500,
      });
    },
  );

  test('When Dapr took its connection down while it asked, then the call was cut off', async () => {
    const text = 'rpc error: code = Canceled desc = grpc: the client connection is closing';
    answering = answer(500, daprError('ERR_DIRECT_INVOKE', text));

    await expect(sidecar.invoke({ appId: 'payment', path: '/charges' })).rejects.toMatchObject({
      failure: 'cut off',
      status: 500,
    });
  });

  test('When the text is long, then the error keeps its beginning', async () => {
    answering = answer(500, daprError('ERR_SOMETHING', 'x'.repeat(10_000)));

    await expect(sidecar.callActor('Order', 'o-1', 'place', {})).rejects.toMatchObject({
      message: expect.stringMatching(/^actor Order.place: refused 500: .{0,300}$/),
    });
  });
});

describe('invoke', () => {
  test('When it is called, then the method of the other app is asked, with body, headers and trace context', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    answering = answer(200, { outcome: 'opened' }, { 'x-from': 'payment' });

    const reply = await withLogContext({ traceparent }, () =>
      sidecar.invoke({
        appId: 'payment',
        path: '/charges',
        method: 'PUT',
        body: { orderId: 'o-1' },
        headers: { 'idempotency-key': 'k-1' },
      }),
    );

    expect(reply).toMatchObject({
      status: 200,
      body: { outcome: 'opened' },
      headers: { 'x-from': 'payment' },
    });
    expect(asked).toMatchObject([
      {
        method: 'PUT',
        url: '/v1.0/invoke/payment/method/charges',
        body: { orderId: 'o-1' },
        headers: { traceparent, 'idempotency-key': 'k-1', 'content-type': 'application/json' },
      },
    ]);
  });

  test.each([
    [404, { code: 'order_not_found' }],
    [422, { code: 'value_invalid' }],
    [500, { code: 'internal_error' }],
    [503, { code: 'payment_unavailable' }],
  ])('When the app itself answers %i, then that is the answer', async (status, body) => {
    answering = answer(status, body);

    expect(await sidecar.invoke({ appId: 'payment', path: '/charges' })).toMatchObject({ status, body });
  });

  test.each([
    [502, '', undefined],
    [502, 'plain text', 'plain text'],
    [200, 'null', null],
    [200, '[1]', [1]],
  ])('When the body of a %i is %p, then it is read as %p', async (status, text, body) => {
    answering = answer(status, text);

    expect((await sidecar.invoke({ appId: 'payment', path: '/charges' })).body).toEqual(body);
  });
});

describe('publish', () => {
  test('When there is one event, then it is published alone, under its order and its own id', async () => {
    await sidecar.publish('orders', [event(1)]);

    const [{ method, url, body }] = asked as [Asked];
    const { pathname, searchParams } = new URL(url ?? '', 'http://sidecar');
    expect([method, pathname]).toEqual(['POST', '/v1.0/publish/pubsub/orders']);
    expect(Object.fromEntries(searchParams)).toEqual({
      'metadata.partitionKey': 'o-1',
      'metadata.cloudevent.id': 'order.o-1.1',
    });
    expect(body).toEqual(event(1));
  });

  test('When an identity holds what means something in a URL, then it arrives as it is', async () => {
    const odd = { eventId: 'slot.서울 &a=b#c?.1', orderId: 'o+1/%' };

    await sidecar.publish('orders', [odd]);

    const { searchParams } = new URL(asked[0]?.url ?? '', 'http://sidecar');
    expect(Object.fromEntries(searchParams)).toEqual({
      'metadata.partitionKey': odd.orderId,
      'metadata.cloudevent.id': odd.eventId,
    });
  });

  test('When there are many, then they are published in one call, each under its order and its own id', async () => {
    await sidecar.publish('orders', [event(1), event(2)]);

    const entry = (version: number) => ({
      entryId: `order.o-1.${version}`,
      event: event(version),
      contentType: 'application/json',
      metadata: { partitionKey: 'o-1', 'cloudevent.id': `order.o-1.${version}` },
    });
    expect(asked).toMatchObject([
      { method: 'POST', url: '/v1.0-alpha1/publish/bulk/pubsub/orders', body: [entry(1), entry(2)] },
    ]);
  });

  test('When some of many were not taken, then it throws', async () => {
    answering = answer(500, {
      failedEntries: [{ entryId: 'order.o-1.2', error: 'full' }],
      errorCode: 'ERR_PUBSUB_PUBLISH_MESSAGE',
    });

    await expect(sidecar.publish('orders', [event(1), event(2)])).rejects.toMatchObject({
      failure: 'refused',
    });
  });

  test('When there is none, then nothing is asked', async () => {
    await sidecar.publish('orders', []);

    expect(asked).toEqual([]);
  });
});

describe('actors', () => {
  test('When a method is called, then the answer is what the host said', async () => {
    answering = answer(200, { order: 1 });

    expect(await sidecar.callActor('Order', 'o-1', 'place', { seat: '09:00' })).toEqual({ order: 1 });
    expect(asked).toMatchObject([
      { method: 'PUT', url: '/v1.0/actors/Order/o-1/method/place', body: { seat: '09:00' } },
    ]);
  });

  test('When an id holds what means something in a URL, then it stays one part of the path', async () => {
    answering = answer(200, {});

    await sidecar.callActor('Slot', 'a/b?c d', 'look', undefined);

    expect(asked).toMatchObject([{ url: '/v1.0/actors/Slot/a%2Fb%3Fc%20d/method/look', body: {} }]);
  });

  test.each<[string, Answering, unknown]>([
    ['nothing', answer(204), undefined],
    ['an object', answer(200, { total: 0 }), { total: 0 }],
    ['0', answer(200, '0'), 0],
    ['false', answer(200, 'false'), false],
    ['an empty text', answer(200, '""'), ''],
  ])('When %s is stored, then that is read', async (_what, stored, value) => {
    answering = stored;

    expect(await sidecar.readActorState('Order', 'o-1', 'v1')).toEqual(value);
    expect(asked).toMatchObject([{ method: 'GET', url: '/v1.0/actors/Order/o-1/state/v1' }]);
  });

  test('When state is stored, then it is one write, with the ETag it must meet', async () => {
    await sidecar.writeActorState('Order', 'o-1', 'v1', { total: 1 }, '3');
    await sidecar.writeActorState('Order', 'o-1', 'v1', { total: 1 });

    expect(asked).toMatchObject([
      { method: 'POST', url: '/v1.0/actors/Order/o-1/state' },
      { method: 'POST', url: '/v1.0/actors/Order/o-1/state' },
    ]);
    expect(asked.map(({ body }) => body)).toEqual([
      [{ operation: 'upsert', request: { key: 'v1', value: { total: 1 }, etag: '3' } }],
      [{ operation: 'upsert', request: { key: 'v1', value: { total: 1 } } }],
    ]);
  });

  test('When a reminder is set and removed, then its times are in milliseconds and it replaces an older one', async () => {
    await sidecar.setReminder('Slot', 's-1', 'sweep', { dueMs: 1_500, periodMs: 86_400_000 });
    await sidecar.setReminder('Slot', 's-1', 'once', { dueMs: 0 });
    await sidecar.deleteReminder('Slot', 's-1', 'sweep');

    expect(asked.map(({ method, url, body }) => [method, url, body])).toEqual([
      [
        'POST',
        '/v1.0/actors/Slot/s-1/reminders/sweep',
        { dueTime: '1500ms', period: '86400000ms', overwrite: true },
      ],
      ['POST', '/v1.0/actors/Slot/s-1/reminders/once', { dueTime: '0ms', overwrite: true }],
      ['DELETE', '/v1.0/actors/Slot/s-1/reminders/sweep', undefined],
    ]);
  });
});

describe('send', () => {
  test('When the binding takes it, then its answer comes back', async () => {
    answering = answer(200, { providerId: 'p-1' });

    const data = { to: '+821012345678', text: 'hello' };
    expect(await sidecar.send('sms', data, { path: '/v1' })).toEqual({ providerId: 'p-1' });
    expect(asked).toMatchObject([
      {
        method: 'POST',
        url: '/v1.0/bindings/sms',
        body: { operation: 'create', data, metadata: { path: '/v1' } },
      },
    ]);
  });

  test('When it answers nothing, then that is an empty answer', async () => {
    expect(await sidecar.send('sms', {})).toEqual({});
  });
});

describe('health', () => {
  test.each<[string, () => Promise<boolean>, string]>([
    ['the sidecar', () => sidecar.isHealthy(), '/v1.0/healthz/outbound'],
    ['a store', () => sidecar.isStoreReachable('order-store'), '/v1.0/state/order-store/readiness-probe'],
  ])(
    'When %s is well, then it is; when it answers with an error or is away, then it is not',
    async (_what, isWell, url) => {
      expect(await isWell()).toBe(true);
      expect(asked).toMatchObject([{ method: 'GET', url }]);

      answering = answer(500, daprError('ERR_OUTBOUND_HEALTH_NOT_READY'));
      expect(await isWell()).toBe(false);

      answering = hangUp;
      expect(await isWell()).toBe(false);

      await new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      });
      expect(await isWell()).toBe(false);
    },
  );
});

test('When a component’s type is asked for, then it is what the sidecar has loaded under that name, or it throws', async () => {
  answering = answer(200, {
    components: [
      { name: 'pubsub', type: 'pubsub.kafka' },
      { name: 'order-store', type: 'state.sqlite' },
    ],
  });
  expect(await sidecar.componentType('order-store')).toBe('state.sqlite');
  await expect(sidecar.componentType('payment-store')).rejects.toThrow('no such component');
  answering = answer(200, { id: 'order' });
  await expect(sidecar.componentType('order-store')).rejects.toThrow('no such component');
});

test('When the sidecar wants a token, then each call carries it', async () => {
  const guarded = createDaprSidecar({ httpPort: port, pubsubName: 'pubsub', apiToken: 'secret' });
  answering = answer(200, {});

  await guarded.invoke({ appId: 'payment', path: '/charges' });
  await guarded.send('sms', {});
  await guarded.isHealthy();
  await guarded.close();

  expect(asked.map(({ headers }) => headers['dapr-api-token'])).toEqual(['secret', 'secret', 'secret']);
});

function event(version: number): PublishedEvent & { version: number } {
  return { eventId: `order.o-1.${version}`, orderId: 'o-1', version };
}

describe('the word to end', () => {
  test('When the sidecar ends on it, then that is waited for', async () => {
    const ending = server;
    setTimeout(() => {
      ending.close();
      ending.closeAllConnections();
    }, 150);

    await sidecar.shutDown(5_000);

    expect(asked[0]).toMatchObject({ method: 'POST', url: '/v1.0/shutdown' });
    expect(server.listening).toBe(false);
  });

  test('When the sidecar stays, then it is waited for no longer than told', async () => {
    await sidecar.shutDown(250);

    expect(server.listening).toBe(true);
  });

  test('When there is none, then it throws', async () => {
    answering = hangUp;

    await expect(sidecar.shutDown(250)).rejects.toMatchObject({ failure: 'unreachable' });
  });
});

describe('an invocation that reached nobody', () => {
  const dialed = daprError(
    'ERR_DIRECT_INVOKE',
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: refused"',
  );

  test('When somebody is there at the second try, then it is answered, the caller none the wiser', async () => {
    answering = (res) => (asked.length === 1 ? answer(500, dialed)(res) : answer(200, { ok: true })(res));

    const { status } = await sidecar.invoke({
      appId: 'payment',
      path: '/charges',
      body: {},
      deadlineMs: 2_000,
    });

    expect([status, asked.length]).toEqual([200, 2]);
  });

  test('When who is asked is about to go, then another is asked, of whom the caller hears', async () => {
    answering = (res) => {
      if (asked.length > 1) return answer(200, { ok: true })(res);
      res.setHeader('x-not-begun', '1');
      answer(202, {})(res);
    };
    const { body } = await sidecar.invoke({
      appId: 'payment',
      path: '/charges',
      body: {},
      deadlineMs: 2_000,
    });
    expect([body, asked.length]).toEqual([{ ok: true }, 2]);
    expect(asked[0]?.headers).toHaveProperty('x-repeats-what-was-not-begun');
  });

  test('When all who are asked are about to go, then that is no answer', async () => {
    answering = (res) => {
      res.setHeader('x-not-begun', '1');
      answer(202, {})(res);
    };
    await expect(
      sidecar.invoke({ appId: 'payment', path: '/charges', body: {}, deadlineMs: 900 }),
    ).rejects.toMatchObject({ failure: 'refused' });
  });

  test('When nobody comes, then it throws within its deadline', async () => {
    answering = answer(500, dialed);

    await expect(
      sidecar.invoke({ appId: 'payment', path: '/charges', body: {}, deadlineMs: 900 }),
    ).rejects.toMatchObject({ failure: 'refused', status: 500 });
    expect(asked.length).toBeGreaterThan(1);
  });
});
