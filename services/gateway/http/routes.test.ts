import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import request from 'supertest';
import { Pool } from 'undici';
import { conflictsPath } from '../../shared/contracts/calendar';
import { chargePaths } from '../../shared/contracts/charges';
import { decisionsPath } from '../../shared/contracts/decisions';
import { orderHistoryPath } from '../../shared/contracts/history';
import { createHttpApp } from '../../shared/platform/httpApp';
import { createLogger } from '../../shared/platform/logger';
import { entryLinks, entryRoutes } from './entry';
import { innerPath, isPublicId, publicRoutes } from './publicRoutes';
import { gatewayRoutes } from './routes';

// The gateway before a stand-in for its sidecar; tests/sidecars/gateway.test.ts has a real one.

interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

const logged: string[] = [];
const log = createLogger('gateway', 'info', { write: (line) => void logged.push(line) });
const asked: Asked[] = [];
let answer: Answer | 'cut' | 'never';
/** Given before `answer`, one to each request. */
const firstAnswers: Answer[] = [];
let sidecar: Server;
let pool: Pool;
let app: RequestListener;
let gateway: Server;

beforeAll(async () => {
  sidecar = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    asked.push({ method: req.method ?? '', path: req.url ?? '', headers: req.headers, body });
    const first = firstAnswers.shift();
    if (first) {
      res.writeHead(first.status, first.headers).end(first.body);
      return;
    }
    if (answer === 'never') return;
    if (answer === 'cut') {
      res.writeHead(200, { 'content-length': 100 }).write('{"half":');
      setTimeout(() => res.destroy(), 20);
      return;
    }
    res.writeHead(answer.status, answer.headers).end(answer.body);
  });
  sidecar.listen(0, '127.0.0.1');
  await once(sidecar, 'listening');
  pool = new Pool(`http://127.0.0.1:${(sidecar.address() as AddressInfo).port}`);
  app = createHttpApp({ log, parsesBodies: false, routers: [entryRoutes(), gatewayRoutes(pool, 500)] });
  gateway = createServer(app).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
});
afterAll(async () => {
  await pool.destroy();
  for (const server of [sidecar, gateway]) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});
beforeEach(() => {
  asked.length = 0;
  firstAnswers.length = 0;
  logged.length = 0;
  answer = { status: 200, headers: { 'content-type': 'application/hal+json' }, body: '{"ok":true}' };
});

const id = '01890000-0000-7000-8000-000000000000';
const routes = publicRoutes.flatMap(({ path, methods, appId }) =>
  methods.map((method) => [method, path.replace(':id', id), appId] as const),
);

/** Sends a request as it stands, which no HTTP client would do, and returns the whole answer. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect((gateway.address() as AddressInfo).port, '127.0.0.1', () => socket.write(text));
  let received = '';
  for await (const chunk of socket) received += String(chunk);
  return received;
}
const rawGet = (target: string, headers = '', method = 'GET') =>
  sendRaw(`${method} ${target} HTTP/1.1\r\nhost: localhost\r\n${headers}connection: close\r\n\r\n`);

describe('the public table', () => {
  test.each(routes)('When %s %s is asked for, then %s is asked the same', async (method, path, appId) => {
    const reply = await request(app)[method](`${path}?a=1&b=%20`);

    expect([reply.status, reply.body]).toEqual([200, { ok: true }]);
    expect(asked.map(({ method, path }) => [method, path])).toEqual([
      [method.toUpperCase(), `/v1.0/invoke/${appId}/method${path}?a=1&b=%20`],
    ]);
  });

  test.each(publicRoutes)(
    'When $path is asked by another method, then it is a 405 with what is allowed',
    async (route) => {
      const path = route.path.replace(':id', id);
      const others = (['get', 'post', 'put', 'patch', 'delete'] as const).filter(
        (method) => !route.methods.includes(method),
      );
      for (const method of others) {
        const reply = await request(app)[method](path);
        expect([reply.status, reply.body.code]).toEqual([405, 'method_not_allowed']);
        const expected = route.methods.flatMap((each) =>
          each === 'get' ? ['GET', 'HEAD'] : [each.toUpperCase()],
        );
        expect(reply.headers.allow?.split(', ').sort()).toEqual([...expected, 'OPTIONS'].sort());
      }
      expect(asked).toEqual([]);
    },
  );

  test.each(publicRoutes)('When it is asked what $path can do, then the gateway says so', async (route) => {
    const { status, headers, text } = await request(app).options(route.path.replace(':id', id));

    expect([status, text]).toEqual([204, '']);
    expect(headers.allow?.split(', ')).toEqual(
      expect.arrayContaining(['OPTIONS', ...route.methods.map((method) => method.toUpperCase())]),
    );
    expect(asked).toEqual([]);
  });

  test('When the head is asked for, then it is that of the whole, and no body comes', async () => {
    answer = {
      status: 200,
      headers: { 'content-type': 'application/hal+json', etag: '"7"' },
      body: '{"ok":true}',
    };

    const received = await rawGet('/calendars/seoul', '', 'HEAD');

    expect(received).toMatch(/^HTTP\/1.1 200 /);
    expect(received.toLowerCase()).toContain('\r\netag: "7"\r\n');
    expect(received.toLowerCase()).toContain('\r\ncontent-length: 11\r\n');
    expect(received.split('\r\n\r\n')[1]).toBe('');
    expect((await rawGet('/messages/a/resend', '', 'HEAD')).slice(0, 12)).toBe('HTTP/1.1 405');
    expect(asked).toHaveLength(1);
  });
});

describe('internal routes', () => {
  const internal = [
    ...Object.values(chargePaths),
    decisionsPath,
    conflictsPath,
    orderHistoryPath,
    '/actors/Order/1/method/place',
    '/events/orders',
    '/dapr/config',
    '/dapr/subscribe',
    '/mypages/rebuild/x',
    '/v1.0/invoke/order/method/charges',
  ];
  const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

  test.each(internal)('When %s is asked for, then it does not exist, whatever the method', async (path) => {
    for (const method of methods) {
      for (const written of [path, path.toUpperCase(), `${path}/`, `${path}?x=1`]) {
        const { status, body } = await request(app)[method](written);
        expect([method, status]).toEqual([method, 404]);
        if (method !== 'head') expect(body.code).toBe('not_found');
      }
    }
    expect(asked).toEqual([]);
  });

  test.each(['/mypages/rebuild', '/mypages/Rebuild', '/mypages/rebuild/', '/mypages/%72ebuild'])(
    'When %s is asked for, which would pass for a page, then it goes nowhere, whatever the method',
    async (path) => {
      for (const method of methods) {
        const { status } = await request(app)[method](path);
        const expected = { get: 404, head: 404, options: 204 }[method as 'get'] ?? 405;
        expect([method, status]).toEqual([method, expected]);
      }
      expect(asked).toEqual([]);
    },
  );

  test.each([
    '/orders/..%2fdecisions',
    '/orders/..%2Fdecisions',
    '/orders/%2e%2e%2fdecisions',
    '/orders/%2e%2e/charges',
    '/orders/../charges',
    '/orders/..',
    '/orders/.',
    '/orders/%2e%2e',
    '/orders/%2e',
    '/orders/..%5cdecisions',
    '/orders/a%2fb',
    '/orders/a%00',
    '/orders/a%3fx=1',
    '/orders/a%23b',
    '/orders/a%20b',
    '/orders/a%252fb',
    '/orders/%252e%252e%252fdecisions',
    '/orders/a;b',
    '/orders/%EA%B0%80',
    `/orders/${'a'.repeat(129)}`,
    '/messages/..%2f..%2fmypages%2frebuild/resend',
    '/messages/%2e%2e/resend',
    '//charges',
    '//orders',
    '///decisions',
    '/./charges',
    '/%63harges',
    '/orders//charges',
    '/orders%2f..%2fcharges',
    'http://localhost/charges',
    'http://localhost/orders/..%2fdecisions',
    'http://orders/charges',
    'charges',
    '*',
    '/charges#/orders',
    '/charges%3f/orders',
    '/orders/%zz',
    '/orders/%',
    '/orders/%c0%ae%c0%ae%2fcharges',
  ])('When the target is %s, then nothing is asked of anybody', async (target) => {
    for (const method of ['GET', 'POST']) {
      const received = await rawGet(target, 'content-length: 0\r\n', method);
      expect(received).toMatch(/^HTTP\/1.1 40[045] /);
    }
    expect(asked).toEqual([]);
  });

  test.each([
    ['http://evil.example.org/orders', '/orders'],
    [`http://evil.example.org/orders/${id}?a=1`, `/orders/${id}?a=1`],
    ['/ORDERS', '/orders'],
    ['/orders/', '/orders'],
    ['/%6frders', undefined],
    ['/orders?next=/../charges', '/orders?next=/../charges'],
    ['/orders?x=%2e%2e%2fcharges', '/orders?x=%2e%2e%2fcharges'],
    ['/orders?x=1#/charges', '/orders?x=1'],
    ['/orders?x=a"<b>', '/orders?x=a%22%3Cb%3E'],
  ])('When the target is %s, then what is asked is the path of the table', async (target, inner) => {
    await rawGet(target);

    expect(asked.map(({ path }) => path)).toEqual(inner ? [`/v1.0/invoke/order/method${inner}`] : []);
  });

  test('When a path is made for an id, then no id can make another path of it', () => {
    for (const odd of ['..', '.', '', '/', 'a/b', '../x', 'a?b', 'a#b', 'a%2f', '가', 'a\n', '-a', '.a']) {
      expect(isPublicId(odd)).toBe(false);
    }
    for (const usual of [id, `${id}.1`, 'seoul', '1', 'a_b', 'seoul-2']) {
      expect(isPublicId(usual)).toBe(true);
      expect(new URL(innerPath({ path: '/messages/:id/resend' }, usual), 'http://x').pathname).toBe(
        `/messages/${usual}/resend`,
      );
    }
    expect(innerPath({ path: '/orders/:id' }, '$&')).toBe('/orders/$&');
  });
});

describe('what goes with a request', () => {
  test('When a caller sends headers, then those that mean something go on, and no other', async () => {
    const meant = {
      'content-type': 'application/merge-patch+json',
      accept: 'application/hal+json',
      'accept-language': 'ko',
      'idempotency-key': 'k-1',
      'if-match': '"3"',
      'if-none-match': '"4"',
    };
    await request(app)
      .patch(`/orders/${id}`)
      .set({
        ...meant,
        cookie: 'a=b',
        'dapr-app-id': 'payment',
        'dapr-api-token': 't',
        forwarded: 'for=1.2.3.4',
      })
      .send('{"date":"2026-11-24"}');

    const [{ headers, body } = { headers: {}, body: '' }] = asked;
    expect(headers).toMatchObject(meant);
    for (const name of ['cookie', 'dapr-app-id', 'dapr-api-token', 'forwarded'])
      expect(headers).not.toHaveProperty(name);
    expect(body).toBe('{"date":"2026-11-24"}');
  });

  test('When a body says nothing of its type, then it goes on as of no known one; without a body, nothing is said', async () => {
    await sendRaw('POST /orders HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
    await sendRaw('POST /orders HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');

    expect(asked.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
      ['application/octet-stream', '{}'],
      [undefined, ''],
    ]);
  });

  test.each([
    // Who stands before the gateway on this machine is a proxy, and says at the end where a request came from.
    ['a proxy of this machine', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['a proxy of this machine, of IPv4 within IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
    ['nobody', undefined, '127.0.0.1'],
    ['somebody who invents what is no address', '"><script>', '127.0.0.1'],
  ])('When %s says where it comes from, then one address goes on', async (_who, forwarded, address) => {
    await request(app)
      .get('/orders')
      .set(forwarded ? { 'x-forwarded-for': forwarded } : {});

    expect(asked[0]?.headers['x-forwarded-for']).toBe(address);
  });

  test('When a caller that is no proxy of this machine says where it comes from, then it is not believed', async () => {
    // As from another machine: nothing is trusted.
    const remote = createHttpApp({
      log,
      parsesBodies: false,
      trustedProxies: [],
      routers: [gatewayRoutes(pool, 500)],
    });

    await request(remote).get('/orders').set({
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': 'evil.example.org',
      'x-forwarded-proto': 'https',
      host: 'book.example.org',
    });

    expect(asked[0]?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'book.example.org',
      'x-forwarded-proto': 'http',
    });
  });

  test('When a proxy of another machine is trusted, then it is believed about where a request came from', async () => {
    const behindIngress = createHttpApp({
      log,
      parsesBodies: false,
      trustedProxies: ['loopback', '198.51.100.0/24'],
      routers: [gatewayRoutes(pool, 500)],
    });

    await request(behindIngress).get('/orders').set('x-forwarded-for', '203.0.113.7, 198.51.100.9');

    expect(asked[0]?.headers['x-forwarded-for']).toBe('203.0.113.7');
  });

  test('When its sidecar asks for a token, then the gateway shows its own, whatever a caller sent', async () => {
    const app = createHttpApp({ log, parsesBodies: false, routers: [gatewayRoutes(pool, 500, 'own')] });

    await request(app).get('/orders').set('dapr-api-token', 'guessed');

    expect(asked[0]?.headers['dapr-api-token']).toBe('own');
  });

  const dialed = {
    status: 500,
    body: '{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: order, err: rpc error: code = Unavailable desc = connection error: desc = \\"transport: Error while dialing: dial tcp 10.0.0.1:50002: connect: connection refused\\""}',
  };

  test('When the sidecar reached nobody at first, then the request is sent again, and its caller sees nothing of it', async () => {
    firstAnswers.push(dialed);

    const { status } = await request(app).post('/orders').send({ a: 1 });

    expect([status, asked.length]).toEqual([200, 2]);
    expect(asked[1]).toEqual(asked[0]);
  });

  test('When who was asked is about to go and did not begin it, then another is asked', async () => {
    firstAnswers.push({ status: 202, body: '{}', headers: { 'x-not-begun': '1' } });

    const { status } = await request(app).post('/orders').send({ a: 1 });

    expect([status, asked.length]).toEqual([200, 2]);
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[0]?.headers).toHaveProperty('x-repeats-what-was-not-begun');
  });

  test('When all are about to go, then its caller is told to try again', async () => {
    answer = { status: 202, body: '{}', headers: { 'x-not-begun': '1' } };

    const { status, body } = await request(app).post('/orders').send({});

    expect([status, body.code]).toEqual([503, 'service_unavailable']);
  });

  test('When it goes on reaching nobody, then its caller is told to try again', async () => {
    answer = dialed;

    const { status, body } = await request(app).post('/orders').send({});

    expect([status, body.code]).toEqual([503, 'service_unavailable']);
  });

  test('When it failed in a way that may have worked, then it is not sent again', async () => {
    answer = { ...dialed, body: dialed.body.replace('Error while dialing', 'transport is closing') };

    expect((await request(app).post('/orders').send({})).status).toBe(503);
    expect(asked).toHaveLength(1);
  });

  test('When a hostile host is named, then no service hears of it', async () => {
    await request(app)
      .get('/orders')
      .set({ host: 'localhost:8080', 'x-forwarded-host': '"><script>', 'x-forwarded-proto': 'javascript' });

    expect(asked[0]?.headers).toMatchObject({
      'x-forwarded-host': 'localhost:8080',
      'x-forwarded-proto': 'http',
    });
  });

  test('When a proxy names host and protocol, then services hear of them', async () => {
    await request(app)
      .get('/orders')
      .set({ 'x-forwarded-host': 'book.example.org', 'x-forwarded-proto': 'https' });

    expect(asked[0]?.headers).toMatchObject({
      'x-forwarded-host': 'book.example.org',
      'x-forwarded-proto': 'https',
    });
  });

  test('When headers are longer than a sidecar takes, then they are cut', async () => {
    await request(app)
      .get('/orders')
      .set({ 'accept-language': `ko,${'x'.repeat(6_000)}`, 'idempotency-key': 'k'.repeat(6_000) });

    expect(asked[0]?.headers['accept-language']).toHaveLength(512);
    expect(asked[0]?.headers['idempotency-key']).toHaveLength(512);
  });

  test('When a key has characters that no sidecar takes, then it is refused; another header goes without', async () => {
    const latin = Buffer.from('caf\u00e9').toString('latin1');
    const refused = await request(app).post('/orders').set({ 'idempotency-key': latin }).send({});
    expect([refused.status, refused.body.code]).toEqual([422, 'idempotency_key_invalid']);
    expect(asked).toEqual([]);
    await request(app).get('/orders').set({ 'accept-language': latin });
    expect(asked[0]?.headers).not.toHaveProperty('accept-language');
  });

  test('When a query is longer than a sidecar takes, then it is a 414', async () => {
    const { status, body } = await request(app).get(`/orders?status=${'x'.repeat(3_000)}`);

    expect([status, body.code, asked]).toEqual([414, 'url_too_long', []]);
  });
});

describe('bodies', () => {
  test.each([
    ['300 kB', 300_000],
    ['30 MB', 30_000_000],
  ])('When a body has %s, then the 413 arrives, and nobody else is asked', async (_size, bytes) => {
    const { port } = gateway.address() as AddressInfo;
    const reply = await fetch(`http://127.0.0.1:${port}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ note: 'x'.repeat(bytes) }),
    });

    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([413, 'body_too_large']);
    expect(asked).toEqual([]);
  });

  test('When a body does not say how large it is, and is too large, then it is a 413 as well', async () => {
    const chunk = 'x'.repeat(60_000);
    const chunks = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(5);
    const received = await sendRaw(
      `POST /orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunks}0\r\n\r\n`,
    );

    expect(received).toMatch(/^HTTP\/1.1 413 /);
    expect(asked).toEqual([]);
  });

  test('When a body is as large as is allowed, then it goes on whole', async () => {
    const body = JSON.stringify({ note: '가'.repeat(87_000) });
    const reply = await request(app).post('/orders').set('content-type', 'application/json').send(body);

    expect(reply.status).toBe(200);
    expect(asked[0]?.body === body).toBe(true);
  });

  test('When a caller breaks off in the middle of its body, then nobody is asked', async () => {
    const socket = connect((gateway.address() as AddressInfo).port, '127.0.0.1');
    socket.write('POST /orders HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half":');
    await new Promise((later) => setTimeout(later, 50));
    socket.destroy();
    await new Promise((later) => setTimeout(later, 50));

    expect(asked).toEqual([]);
  });
});

describe('answers', () => {
  test('When a service answers with headers, then those that mean something come back, and no other', async () => {
    const meant = {
      'content-type': 'application/hal+json; charset=utf-8',
      'content-language': 'ko',
      vary: 'Accept-Language',
      location: 'http://localhost/orders/1',
      'retry-after': '3',
      allow: 'GET',
      etag: '"3"',
      'cache-control': 'no-store',
    };
    answer = { status: 201, headers: { ...meant, 'x-inner': '1', server: 'inner' }, body: '{}' };

    const { status, headers } = await request(app).post('/orders').send({});

    expect(status).toBe(201);
    expect(headers).toMatchObject(meant);
    for (const name of ['x-inner', 'server']) expect(headers).not.toHaveProperty(name);
  });

  test.each([204, 304])('When a service answers %d, then so does the gateway', async (status) => {
    answer = { status, headers: { etag: '"3"' } };

    const reply = await request(app).get('/calendars/seoul').set('if-none-match', '"3"');

    expect([reply.status, reply.headers.etag, reply.text]).toEqual([status, '"3"', '']);
  });

  test.each([400, 402, 404, 409, 412, 422, 428, 500, 503])(
    'When a service answers a problem with %d, then it comes back as it is',
    async (status) => {
      const body = JSON.stringify({ type: '/problems/x', status, code: 'x' });
      answer = { status, headers: { 'content-type': 'application/problem+json; charset=utf-8' }, body };

      const reply = await request(app).get(`/orders/${id}`);

      expect([reply.status, reply.type, reply.body]).toEqual([
        status,
        'application/problem+json',
        JSON.parse(body),
      ]);
    },
  );

  test.each([
    [302, 'text/html'],
    [400, 'application/json'],
    [403, 'application/json'],
    [404, 'application/json'],
    [404, 'text/plain'],
    [413, 'text/plain'],
    [429, 'application/json'],
    [431, undefined],
    [500, 'application/json'],
    [502, 'text/html'],
    [500, 'application/problem+xml'],
  ])(
    'When a sidecar answers %d with %s of its own, then it is our 503, and the log tells why',
    async (status, type) => {
      answer = {
        status,
        headers: type ? { 'content-type': type, location: '/elsewhere' } : {},
        body: '{"errorCode":"ERR_DIRECT_INVOKE","message":"failed at 10.1.2.3"}',
      };

      const reply = await request(app).get(`/orders/${id}`);

      expect([reply.status, reply.body.code, reply.type, reply.headers['retry-after']]).toEqual([
        503,
        'service_unavailable',
        'application/problem+json',
        '2',
      ]);
      expect(JSON.stringify([reply.text, reply.headers])).not.toMatch(/ERR_|10\.1\.2\.3|elsewhere/);
      expect(logged.join()).toContain('ERR_DIRECT_INVOKE');
    },
  );

  test.each(['cut', 'never'] as const)(
    'When an answer ends in the middle or never comes (%s), then it is a 503',
    async (how) => {
      answer = how;

      const { status, body } = await request(app).get(`/orders/${id}`);

      expect([status, body.code, body.instance]).toEqual([503, 'service_unavailable', `/orders/${id}`]);
    },
  );

  test('When only the head of an answer is left, as by a timeout of a sidecar, then it is a 503', async () => {
    answer = { status: 201, headers: { 'content-type': 'application/hal+json' } };

    const { status, body } = await request(app).get(`/orders/${id}`);

    expect([status, body.code]).toEqual([503, 'service_unavailable']);
  });

  test('When the sidecar is away, then it is a 503', async () => {
    const nobody = new Pool('http://127.0.0.1:9');
    const lonely = createHttpApp({ log, parsesBodies: false, routers: [gatewayRoutes(nobody, 500)] });

    const { status, body } = await request(lonely).get('/orders');

    expect([status, body.code]).toEqual([503, 'service_unavailable']);
    await nobody.destroy();
  });

  test('When a caller takes nothing that this API speaks, then nobody is asked', async () => {
    const { status, body } = await request(app).get('/orders').set('accept', 'text/html');

    expect([status, body.code, asked]).toEqual([406, 'not_acceptable', []]);
  });
});

describe('the entry', () => {
  test('When it is asked for, then every public list is found from there, absolute, and said to be templated where it is', async () => {
    const { body, type } = await request(app).get('/').set('x-forwarded-host', 'book.example.org');

    expect(type).toBe('application/hal+json');
    for (const { path } of publicRoutes.filter(({ path }) => !path.includes(':'))) {
      expect(body._links[path.slice(1)].href).toMatch(new RegExp(`^http://book.example.org${path}({\\?|$)`));
    }
    for (const { href, templated } of Object.values(body._links) as { href: string; templated?: boolean }[]) {
      expect(templated).toBe(href.includes('{') ? true : undefined);
    }
    expect(body._links.orders.href).toBe('http://book.example.org/orders{?page,size,sort,status}');
    expect(body._links.slots.href).toBe('http://book.example.org/slots{?from,to,orderType,centerId}');
  });

  test.each(Object.entries(entryLinks))(
    'When its link to %s is followed, then somebody answers there',
    async (_rel, link) => {
      const path = link.replace(/\{\?.*\}/, '').replace(/\{.*\}/, id);

      expect((await request(app).get(path)).status).toBe(200);
    },
  );

  test('When it is asked by another method, then it is a 405', async () => {
    const { status, headers } = await request(app).post('/');

    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});
