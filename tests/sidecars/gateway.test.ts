import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'express';
import { Pool } from 'undici';
import { z } from 'zod';
import { entryRoutes } from '../../services/gateway/http/entry';
import { gatewayRoutes } from '../../services/gateway/http/routes';
import { refuse } from '../../services/shared/contracts/refusals';
import {
  callerAddress,
  createHttpApp,
  publicBaseUrl,
  readBody,
} from '../../services/shared/platform/httpApp';
import { createLogger } from '../../services/shared/platform/logger';
import { RefusedError } from '../../services/shared/platform/problem';
import { ManagedProcess, useLeash } from '../../tools/system/managedProcess';
import { makeNames } from '../../tools/system/names';
import { freePorts, projectRoot, readToolchain } from '../../tools/system/plan';
import { eventually } from '../../tools/system/waiting';

// The gateway and a service, in this process, with two real sidecars between them.

jest.setTimeout(60_000);

const log = createLogger('test', 'fatal');
const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-gateway-'));
const sidecars: ManagedProcess[] = [];
const servers: Server[] = [];
const reached: string[] = [];
let pool: Pool;
let base: string;
let order: Server;

beforeAll(async () => {
  const ports = await freePorts(10);
  const take = () => ports.pop() as number;
  const [gatewayPort, orderPort, gatewaySidecar, orderSidecar] = [take(), take(), take(), take()];
  const resources = join(dataDir, 'components');
  for (const folder of [resources, join(dataDir, '.data')]) mkdirSync(folder, { recursive: true });
  makeNames(join(dataDir, '.data', 'names.db'));
  copyFileSync(join(projectRoot, 'components/resiliency.yaml'), join(resources, 'resiliency.yaml'));
  base = `http://127.0.0.1:${gatewayPort}`;
  pool = new Pool(`http://127.0.0.1:${gatewaySidecar}`);
  order = await listen(createHttpApp({ log, routers: [orderLike()] }), orderPort);
  await listen(
    createHttpApp({ log, parsesBodies: false, routers: [entryRoutes(), gatewayRoutes(pool, 5_000)] }),
    gatewayPort,
  );
  useLeash();
  startSidecar('gateway', gatewayPort, gatewaySidecar, take);
  startSidecar('order', orderPort, orderSidecar, take);
  await eventually('an order is found', async () => (await fetch(`${base}/orders/1`)).status === 200, {
    withinMs: 30_000,
  });
});
afterAll(async () => {
  await Promise.all(sidecars.map((each) => each.stop()));
  await pool?.destroy();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  reached.length = 0;
});

const call = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
  const answer = await fetch(`${base}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
};
const json = { 'content-type': 'application/json' };

describe('what a service is told', () => {
  test('When a caller comes through two sidecars, then the service knows its address and the host that it used', async () => {
    const { body } = await call('GET', '/orders/1', {
      'x-forwarded-for': '198.51.100.1, 203.0.113.7',
      'x-forwarded-host': 'book.example.org',
      'x-forwarded-proto': 'https',
    });

    expect(body).toMatchObject({ caller: '203.0.113.7', base: 'https://book.example.org' });
  });

  test('When nobody stands before the gateway, then the service knows the address that the gateway saw', async () => {
    expect((await call('GET', '/orders/1')).body).toMatchObject({ caller: '127.0.0.1', base });
  });

  test('When a request has a query, an ETag and a key, then they arrive', async () => {
    const { body } = await call(
      'PATCH',
      '/orders/1?a=%20b&c=/../d',
      {
        ...json,
        'if-match': '"3"',
        'idempotency-key': 'k-1',
      },
      '{}',
    );

    expect(body).toMatchObject({ url: '/orders/1?a=%20b&c=/../d', ifMatch: '"3"', key: 'k-1' });
  });

  test('When headers are as long as a caller can send, then they are no reason to fail', async () => {
    const { status } = await call('GET', `/orders/1?q=${'x'.repeat(2_000)}`, {
      'accept-language': `ko,${'x'.repeat(5_000)}`,
      'idempotency-key': 'k'.repeat(5_000),
      cookie: 'c'.repeat(3_000),
    });

    expect(status).toBe(200);
  });
});

test('When the sidecar of a service was held up for five seconds, then it is still found', async () => {
  const held = sidecars.find(({ plan }) => plan.name === 'order-daprd');
  held?.pause();
  const answer = sleep(5_000).then(() => call('GET', '/orders/1'));
  await sleep(5_100);
  held?.resume();

  expect((await answer).status).toBe(200);
});

describe('what a caller is told', () => {
  test.each([
    ['is not JSON', json, '{"seat":', 400, 'body_malformed'],
    ['is of another type', { 'content-type': 'text/plain' }, 'seat=1', 415, 'media_type_unsupported'],
    ['lacks a value', json, '{}', 422, 'value_invalid'],
    ['is too large', json, JSON.stringify({ note: 'x'.repeat(300_000) }), 413, 'body_too_large'],
    [
      'is larger than a sidecar takes',
      json,
      JSON.stringify({ note: 'x'.repeat(9_000_000) }),
      413,
      'body_too_large',
    ],
  ] as const)('When a body %s, then it is told so', async (_how, headers, body, status, code) => {
    const reply = await call('POST', '/orders', headers, body);

    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
  });

  test('When a body has no type, then it is a 415; when there is no body, then what is missing is named', async () => {
    const untyped = await fetch(`${base}/orders`, { method: 'POST', body: Buffer.from('{"seat":"1"}') });
    const none = await call('POST', '/orders');

    expect([untyped.status, none.status, none.body.code]).toEqual([415, 422, 'value_invalid']);
  });

  test('When a body is good, then what was made is told, with its place', async () => {
    const { status, headers, body } = await call('POST', '/orders', json, '{"seat":"가"}');

    expect([status, body.seat, headers.get('location')]).toEqual([201, '가', `${base}/orders/1`]);
  });

  test('When a service refuses, then its problem comes in the language of the caller, with all that belongs to it', async () => {
    const { status, headers, body } = await call('DELETE', '/orders/1', { 'accept-language': 'ko' });

    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'cancel_unavailable', '7']);
    expect(body.title).toMatch(/[가-힣]/);
    expect([headers.get('content-language'), headers.get('vary')]).toEqual(['ko', 'Accept-Language']);
  });

  test('When it has the newest already, then it is a 304 without a body; a head comes without one too', async () => {
    const first = await call('GET', '/orders/1');
    const etag = first.headers.get('etag') ?? '';
    const again = await call('GET', '/orders/1', { 'if-none-match': etag });
    const head = await call('HEAD', '/orders/1');

    expect(etag).toBe('"7"');
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, undefined, etag]);
    expect([head.status, head.body, head.headers.get('etag')]).toEqual([200, undefined, etag]);
  });
});

describe('what is not public', () => {
  test.each([
    '/charges',
    '/decisions',
    '/orders/..%2fdecisions',
    '/orders/%252e%252e%252fdecisions',
    '/orders/%2e%2e%2fdecisions',
    '//decisions',
    '/dapr/config',
  ])('When %s is asked for, then no service hears of it', async (path) => {
    for (const method of ['GET', 'POST']) {
      const { status } = await call(method, path, json, method === 'POST' ? '{}' : undefined);
      expect([404, 405]).toContain(status);
    }
    expect(reached).toEqual([]);
  });
});

describe('a service that is away', () => {
  const unavailable = { status: 503, code: 'service_unavailable', instance: '/payment' };

  test('When a sidecar finds no such service, then it is a 503 without a word of the sidecar', async () => {
    const { status, headers, body } = await call('GET', '/paymentHistories/1');

    expect({ ...body, status, instance: '/payment' }).toMatchObject(unavailable);
    expect(headers.get('retry-after')).toBe('2');
    expect(JSON.stringify(body)).not.toMatch(/ERR_|dapr|invoke/i);
  });

  test('When a service does not listen any more, then it is the same', async () => {
    order.closeAllConnections();
    await new Promise((closed) => order.close(closed));

    const { status, body } = await call('GET', '/orders/1');

    expect({ ...body, status, instance: '/payment' }).toMatchObject(unavailable);
    expect(JSON.stringify(body)).not.toMatch(/ERR_|dapr|invoke/i);
  });
});

/** A service in the place of order, that tells what it was told. */
function orderLike(): Router {
  const router = Router();
  router.use((req, _res, next) => {
    if (!req.path.startsWith('/dapr')) reached.push(req.path);
    next();
  });
  router.get('/orders/:id', (req, res) => {
    res.set('ETag', '"7"').json({ caller: callerAddress(req), base: publicBaseUrl(req) });
  });
  router.patch('/orders/:id', (req, res) => {
    res.json({ url: req.originalUrl, ifMatch: req.get('if-match'), key: req.get('idempotency-key') });
  });
  router.delete('/orders/:id', () => {
    throw new RefusedError(refuse('cancel_unavailable', undefined, 7));
  });
  router.post('/orders', (req, res) => {
    const { seat } = readBody(z.object({ seat: z.string() }), req);
    res
      .status(201)
      .location(`${publicBaseUrl(req)}/orders/1`)
      .json({ seat });
  });
  router.all('/decisions', (_req, res) => {
    res.json({});
  });
  return router;
}

async function listen(app: RequestListener, port: number): Promise<Server> {
  const server = createServer(app).listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return server;
}

function startSidecar(appId: string, appPort: number, httpPort: number, take: () => number): void {
  const sidecar = new ManagedProcess(
    {
      name: `${appId}-daprd`,
      command: readToolchain().daprd,
      cwd: dataDir,
      env: { DAPR_HOST_IP: '127.0.0.1' },
      args: [
        ...['--app-id', appId, '--app-port', String(appPort)],
        ...['--dapr-http-port', String(httpPort), '--dapr-grpc-port', String(take())],
        ...['--dapr-internal-grpc-port', String(take())],
        ...['--dapr-internal-grpc-listen-address', '127.0.0.1', '--dapr-listen-addresses', '127.0.0.1'],
        ...['--metrics-port', String(take()), '--metrics-listen-address', '127.0.0.1'],
        ...['--resources-path', join(dataDir, 'components')],
        ...['--config', join(projectRoot, 'components', 'configuration.yaml'), '--log-level', 'warn'],
      ],
    },
    dataDir,
  );
  sidecar.start();
  sidecars.push(sidecar);
}
