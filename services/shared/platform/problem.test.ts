import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Router } from 'express';
import request from 'supertest';
import { z } from 'zod';
import { type RefusalCode, refusalTable, refuse } from '../contracts/refusals';
import { callerAddress, createHttpApp, publicBaseUrl, readBody } from './httpApp';
import { createLogger } from './logger';
import { orRefuse, RefusedError } from './problem';
import { SidecarError } from './sidecar';

const logged: string[] = [];
const log = createLogger('test', 'info', { write: (line) => void logged.push(line) });
const codes = Object.keys(refusalTable) as RefusalCode[];

beforeEach(() => {
  logged.length = 0;
});

/** An app whose route `GET /thing` throws what is given, and whose `POST /thing` checks its body. */
function appThat(thrown?: unknown) {
  const router = Router();
  router.get('/thing/:id', () => {
    throw thrown;
  });
  router.get('/late', async (_req, res) => {
    res.write('half an answer');
    throw thrown;
  });
  router.post('/thing', (req, res) => {
    res.json(readBody(z.object({ seat: z.object({ time: z.string() }), amountKrw: z.number() }), req));
  });
  router.post('/events/orders', (req, res) => {
    res.json({ events: req.body.events.length });
  });
  router.put('/thing/:id', (_req, res) => {
    res.sendStatus(204);
  });
  router.get('/base', (req, res) => {
    res.json(publicBaseUrl(req));
  });
  router.get('/caller', (req, res) => {
    res.json(callerAddress(req));
  });
  router.get('/readyz', (_req, res) => {
    res.json({});
  });
  return createHttpApp({ log, routers: [router] });
}

describe('a refusal', () => {
  test.each(codes)(
    'When %s is refused, then the answer is a problem with its status and text',
    async (code) => {
      const answer = await request(appThat(new RefusedError(refuse(code)))).get('/thing/7?page=2');

      const { status, en } = refusalTable[code];
      expect(answer.status).toBe(status);
      expect(answer.type).toBe('application/problem+json');
      expect(answer.body).toEqual({
        type: `/problems/${code}`,
        title: en,
        status,
        code,
        ...(status === 503 ? { detail: 'Please try again in 2 seconds.' } : {}),
        instance: '/thing/7',
      });
      expect(answer.headers.vary).toBe('Accept-Language');
      expect(answer.headers['retry-after']).toBe(status === 503 ? '2' : undefined);
    },
  );

  test('When it carries facts, then they stand beside the text', async () => {
    const refusal = refuse('slot_full', { nearest: ['10:00'] });

    const { body } = await request(appThat(new RefusedError(refusal))).get('/thing/7');

    expect(body).toMatchObject({ code: 'slot_full', nearest: ['10:00'] });
  });

  test('When it says after how many seconds to come back, then Retry-After says the same', async () => {
    const refusal = refuse('payment_unavailable', undefined, 7);

    const { headers, status } = await request(appThat(new RefusedError(refusal))).get('/thing/7');

    expect([status, headers['retry-after']]).toEqual([503, '7']);
  });

  test.each([
    ['ko', 'ko'],
    ['ko-KR,ko;q=0.9,en;q=0.8', 'ko'],
    ['en-US,en;q=0.9,ko;q=0.8', 'en'],
    ['en;q=0.5,ko;q=0.8', 'ko'],
    ['fr', 'en'],
    ['', 'en'],
  ])('When the caller accepts %p, then the text is in %s', async (accepted, language) => {
    const answer = await request(appThat(new RefusedError(refuse('slot_full'))))
      .get('/thing/7')
      .set('accept-language', accepted);

    expect(answer.headers['content-language']).toBe(language);
    expect(answer.body.title).toBe(refusalTable.slot_full[language as 'ko' | 'en']);
  });

  test('When a value is no refusal, then it passes; when it is one, then it is thrown', () => {
    expect(orRefuse({ total: 1 })).toEqual({ total: 1 });
    expect(() => orRefuse(refuse('slot_full'))).toThrow(RefusedError);
  });
});

describe('what is thrown', () => {
  test.each([
    ['timeout', undefined],
    ['unreachable', undefined],
    ['refused', 500],
  ] as const)('When the sidecar fails by %s, then it is a 503 to be tried again', async (failure, status) => {
    const answer = await request(
      appThat(new SidecarError(failure, 'actor Order.place', 'secret detail', status)),
    ).get('/thing/7');

    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.body.code).toBe('service_unavailable');
    expect(answer.text).not.toContain('secret detail');
    expect(logged.join()).toContain('secret detail');
  });

  test.each([new TypeError('secret detail'), 'secret detail', 42])(
    'When it is %p, then it is a 500 that tells nothing of it, and is logged',
    async (thrown) => {
      const answer = await request(appThat(thrown)).get('/thing/7');

      expect(answer.status).toBe(500);
      expect(answer.body.code).toBe('internal_error');
      expect(answer.text).not.toContain('secret detail');
      expect(logged.join()).toContain('request failed');
    },
  );

  test('When a refusal is no fault of ours, then it is no error in the log', async () => {
    await request(appThat(new RefusedError(refuse('slot_full')))).get('/thing/7');

    expect(logged.filter((line) => line.includes('"error"'))).toEqual([]);
  });

  test('When half of an answer is out already, then the connection breaks, and no second answer is appended', async () => {
    await expect(request(appThat(new Error('too late'))).get('/late')).rejects.toThrow(/aborted|hang up/);
  });
});

describe('a request that no route can take', () => {
  const post = (body: string, type = 'application/json') =>
    request(appThat()).post('/thing').set('content-type', type).send(body);

  test('When there is nothing at its path, then it is a 404', async () => {
    const answer = await request(appThat()).get('/nothing');

    expect([answer.status, answer.body.code, answer.type]).toEqual([
      404,
      'not_found',
      'application/problem+json',
    ]);
  });

  test('When its path cannot be decoded, then it is a 404 as well', async () => {
    const answer = await request(appThat()).get('/thing/%zz');

    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });

  test.each([
    ['/thing', 'PUT', 'POST, OPTIONS'],
    ['/thing/7', 'DELETE', 'GET, HEAD, PUT, OPTIONS'],
    ['/thing/7', 'POST', 'GET, HEAD, PUT, OPTIONS'],
    ['/problems', 'POST', 'GET, HEAD, OPTIONS'],
  ])('When %s is asked by %s, then it is a 405 that names what is allowed', async (path, method, allow) => {
    const answer = await request(appThat())[method.toLowerCase() as 'put'](path);

    expect([answer.status, answer.body.code, answer.headers.allow]).toEqual([
      405,
      'method_not_allowed',
      allow,
    ]);
    expect(answer.body.allowed).toEqual(allow.split(', '));
  });

  test('When it asks what may be done, then it is told so without a body; where there is nothing, it is a 404', async () => {
    const [here, nowhere, broken] = await Promise.all(
      ['/thing/7', '/nothing', '/thing/%zz'].map((path) => request(appThat()).options(path)),
    );

    expect([here?.status, here?.headers.allow, here?.text]).toEqual([204, 'GET, HEAD, PUT, OPTIONS', '']);
    expect([nowhere?.status, nowhere?.body.code]).toEqual([404, 'not_found']);
    expect([broken?.status, broken?.body.code]).toEqual([404, 'not_found']);
  });

  test('When it asks for the head only, then it gets that of what is there', async () => {
    const answer = await request(appThat()).head('/base');

    expect([answer.status, answer.type, answer.text]).toEqual([200, 'application/json', undefined]);
  });

  test.each([
    undefined,
    '*/*',
    'application/*',
    'application/hal+json',
    'application/json',
    'application/problem+json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/hal+json;profile="x";q=0.1',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/plain;q=1, application/hal+json;q=0.5',
    'application/json;q=0, */*',
    'application/json;q=0, application/json;charset=utf-8',
  ])('When it accepts %p, then it is answered', async (accept) => {
    const { status } = await request(appThat())
      .get('/base')
      .set(accept === undefined ? {} : { accept });

    expect(status).toBe(200);
  });

  test.each([
    'text/html',
    'application/xml, text/*',
    'image/*',
    'application/json;q=0',
    '*/*;q=0',
    'application/*;q=0, */*',
    'application/hal+json;q=0.0, application/json; q=0, application/problem+json;q=0, */*;q=1',
    'nonsense',
  ])('When it accepts only %p, then it is a 406 that names what there is', async (accept) => {
    const answer = await request(appThat()).get('/base').set({ accept });

    expect([answer.status, answer.body.code, answer.type]).toEqual([
      406,
      'not_acceptable',
      'application/problem+json',
    ]);
    expect(answer.body.available).toContain('application/hal+json');
  });

  test('When a probe or the sidecar accepts something else, then it is answered all the same', async () => {
    const probe = await request(appThat()).get('/readyz').set('accept', 'text/plain');
    const event = await request(appThat())
      .post('/events/orders')
      .set('accept', 'text/plain')
      .send({ events: [] });

    expect([probe.status, event.status]).toEqual([200, 200]);
  });

  test.each(['{', '"text"', '{"a":1,}', '1'])('When its body is %p, then it is malformed', async (body) => {
    const answer = await post(body);

    expect([answer.status, answer.body.code]).toEqual([400, 'body_malformed']);
  });

  test('When its body is too large, then it is a 413', async () => {
    const answer = await post(JSON.stringify({ note: 'x'.repeat(300_000) }));

    expect([answer.status, answer.body.code]).toEqual([413, 'body_too_large']);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded'])(
    'When its body is %s, then it is a 415',
    async (type) => {
      const answer = await post('seat=1', type);

      expect([answer.status, answer.body.code]).toEqual([415, 'media_type_unsupported']);
    },
  );

  test.each(['{"seat":{}}', 'seat=1'])(
    'When its body %s has no content type, then it is a 415',
    async (body) => {
      const answer = await sendRaw(
        `POST /thing HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );

      expect(answer).toMatch(/^HTTP\/1.1 415 /);
      expect(answer).toContain('"code":"media_type_unsupported"');
    },
  );

  test.each([
    ['with something in it', '2\r\n{}\r\n0\r\n\r\n', 415, 'media_type_unsupported'],
    ['with nothing in it, as a sidecar sends', '0\r\n\r\n', 422, 'value_invalid'],
  ])(
    'When its body comes in chunks without a content type, %s, then it is told so',
    async (_how, chunks, status, code) => {
      const answer = await sendRaw(
        `POST /thing HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunks}`,
      );

      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toContain(`"code":"${code}"`);
    },
  );

  test('When its body is not the gzip that it says it is, then it is malformed', async () => {
    const answer = await request(appThat())
      .post('/thing')
      .set('content-type', 'application/json')
      .set('content-encoding', 'gzip')
      .send('{}');

    expect([answer.status, answer.body.code]).toEqual([400, 'body_malformed']);
  });

  test('When its body is in an encoding that nobody here knows, then it is a 415', async () => {
    const answer = await request(appThat())
      .post('/thing')
      .set('content-type', 'application/json')
      .set('content-encoding', 'zip')
      .send('{}');

    expect([answer.status, answer.body.code]).toEqual([415, 'media_type_unsupported']);
  });

  test('When values are not acceptable, then each is named by its place', async () => {
    const answer = await post('{"seat": {}, "amountKrw": "much"}');

    expect([answer.status, answer.body.code]).toEqual([422, 'value_invalid']);
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/seat/time',
      '/amountKrw',
    ]);
  });

  test.each([
    ['with a content type', 'content-type: application/json'],
    ['with a length of 0', 'content-type: application/json\r\ncontent-length: 0'],
    ['without a content type', 'accept: */*'],
  ])('When there is no body, %s, then it is named what is missing', async (_how, headers) => {
    const answer = await sendRaw(
      `POST /thing HTTP/1.1\r\nhost: x\r\n${headers}\r\nconnection: close\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1.1 422 /);
    expect(answer).toContain('"pointer":"/amountKrw"');
  });

  test('When a body is acceptable, then the route has it', async () => {
    const body = { seat: { time: '09:00' }, amountKrw: 50_000 };

    expect((await post(JSON.stringify(body))).body).toEqual(body);
    expect((await post(JSON.stringify(body), 'application/merge-patch+json')).body).toEqual(body);
  });
});

describe('a request’s surroundings', () => {
  test('When a caller sends a trace context, then lines carry its trace id; without one, they carry a new one', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    await request(appThat(new Error('x')))
      .get('/thing/7')
      .set('traceparent', traceparent);
    await request(appThat(new Error('x'))).get('/thing/7');

    const ids = logged
      .filter((line) => line.includes('request failed'))
      .map((line) => JSON.parse(line).traceId);
    expect(ids).toEqual(['0af7651916cd43dd8448eb211c80319c', expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  test('When proxies lie between, then links have the address that the caller used', async () => {
    const direct = await request(appThat()).get('/base').set('host', 'localhost:8081');
    const proxied = await request(appThat())
      .get('/base')
      .set('x-forwarded-host', 'book.example.org, inner')
      .set('x-forwarded-proto', 'https');

    expect([direct.body, proxied.body]).toEqual(['http://localhost:8081', 'https://book.example.org']);
  });

  test.each([
    'a b',
    'book.example.org/path',
    'book.example.org?x=',
    'user@book.example.org',
    '"><script>alert(1)</script>',
    '{evil}',
    'book.example.org:99999',
    'book.example.org:port',
    'evil\tx',
    ':80',
    '',
  ])('When a forwarded host is %p, then links do not have it', async (host) => {
    const { body } = await request(appThat())
      .get('/base')
      .set('host', 'localhost:8081')
      .set('x-forwarded-host', host);

    expect(body).toBe('http://localhost:8081');
  });

  test('When the host itself is no host, then links do not have it either', async () => {
    const { body } = await request(appThat()).get('/base').set('host', '<script>');

    expect(body).toBe('http://localhost');
  });

  test.each([
    ['book.example.org:8443', 'http://book.example.org:8443'],
    ['[2001:db8::1]:8080', 'http://[2001:db8::1]:8080'],
    ['my_gateway', 'http://my_gateway'],
  ])('When a forwarded host is %s, then links have it', async (host, base) => {
    expect((await request(appThat()).get('/base').set('x-forwarded-host', host)).body).toBe(base);
  });

  test.each(['javascript', 'ftp', 'https"', 'HTTP'])(
    'When a forwarded protocol is %s, then links are http',
    async (proto) => {
      const { body } = await request(appThat())
        .get('/base')
        .set('x-forwarded-host', 'book.example.org')
        .set('x-forwarded-proto', proto);

      expect(body).toBe('http://book.example.org');
    },
  );

  test.each([
    [
      'the gateway named the caller, and sidecars appended themselves',
      '203.0.113.7, 10.1.2.3',
      '203.0.113.7',
    ],
    ['the caller has IPv6', '2001:db8::7,10.1.2.3', '2001:db8::7'],
    ['the caller has IPv4 within IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
    ['nobody is named', undefined, '127.0.0.1'],
    ['what is named is no address', 'Kim, 10.1.2.3', '127.0.0.1'],
  ])('When %s, then the caller is known by its address', async (_how, forwarded, address) => {
    const { body } = await request(appThat())
      .get('/caller')
      .set(forwarded ? { 'x-forwarded-for': forwarded } : {});

    expect(body).toBe(address);
  });

  test('When a service answers, then it does not tell what it is built with', async () => {
    const { headers } = await request(appThat()).get('/nothing');

    expect(headers).not.toHaveProperty('x-powered-by');
  });
});

describe('what a problem leads to', () => {
  test.each(codes)(
    'When the type of %s is followed, then it is explained in both languages',
    async (code) => {
      const { type } = (await request(appThat(new RefusedError(refuse(code)))).get('/thing/7')).body;

      const answer = await request(appThat()).get(type);

      const { status, ko, en } = refusalTable[code];
      expect([answer.status, answer.type]).toEqual([200, 'application/hal+json']);
      expect(answer.body).toMatchObject({ code, status, titles: { ko, en } });
      expect(answer.body._links.self.href).toMatch(new RegExp(`^http://127.0.0.1:\\d+${type}$`));
    },
  );

  test.each(['unknown', 'toString', '__proto__'])(
    'When the code is %s, then there is no such problem',
    async (code) => {
      expect((await request(appThat()).get(`/problems/${code}`)).status).toBe(404);
    },
  );

  test('When all are asked for, then each is listed, in the language of the caller', async () => {
    const { body, headers } = await request(appThat()).get('/problems').set('accept-language', 'ko');

    expect(body._embedded.problems.map(({ code }: { code: string }) => code)).toEqual(codes);
    expect(body._embedded.problems[0].title).toMatch(/[가-힣]/);
    expect([headers.vary, headers['content-language']]).toEqual(['Accept-Language', 'ko']);
  });
});

/** What curl sends and no HTTP client of Node's does: a POST that says nothing of its length. */
async function sendRaw(text: string): Promise<string> {
  const server = createServer(appThat()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(text));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  await new Promise((closed) => server.close(closed));
  return answer;
}
