import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'express';
import request from 'supertest';
import { createHandOver } from './handOver';
import { createHttpApp } from './httpApp';
import { createLogger } from './logger';
import type { SidecarRoutes } from './sidecarDoor';

const logged: string[] = [];
const log = createLogger('test', 'info', { write: (line) => void logged.push(line) });
beforeEach(() => {
  logged.length = 0;
});

/** Echoes what comes to /things/{name}, and breaks at /things/broken. */
function appThat(options: Partial<Parameters<typeof createHttpApp>[0]> = {}) {
  const seen: unknown[] = [];
  const things: SidecarRoutes = {
    routeOf(method, [first, name, ...rest]) {
      if (method !== 'PUT' || first !== 'things' || name === undefined || rest.length > 0) return undefined;
      return (body) => {
        if (name === 'broken') throw new Error('a mistake of ours');
        seen.push(body);
        log.info('seen');
        return { status: 200, body: { name, body } };
      };
    },
  };
  const others = Router().get('/things/:name', (_req, res) => void res.json({ by: 'Express' }));
  return { seen, app: createHttpApp({ log, routers: [others], fromSidecar: [things], ...options }) };
}

test('When the sidecar asks, then it is answered with what came, read as JSON, at the decoded path', async () => {
  const { app } = appThat();
  const { status, body, headers } = await request(app).put('/things/a%2Fb?x=1').send({ 이름: '값' });
  expect([status, body]).toEqual([200, { name: 'a/b', body: { 이름: '값' } }]);
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
});

test('When it sends nothing, then there is no body, and no mistake', async () => {
  const { app, seen } = appThat();
  expect((await request(app).put('/things/a')).status).toBe(200);
  expect(seen).toEqual([undefined]);
});

test.each([
  ['another method', 'get', '/things/a', { by: 'Express' }],
  ['a longer path', 'put', '/things/a/b', { code: 'not_found' }],
  ['broken escapes', 'put', '/things/%E0%A4%A', { code: 'not_found' }],
] as const)('When it is %s, then it is none of these routes', async (_what, method, path, answer) => {
  expect((await request(appThat().app)[method](path)).body).toMatchObject(answer);
});

test('When what comes is no JSON, then it is a 400 and nothing is begun', async () => {
  const { app, seen } = appThat();
  const { status, body } = await request(app)
    .put('/things/a')
    .set('content-type', 'application/json')
    .send('{"half":');
  expect([status, body]).toEqual([400, { error: 'the body is no JSON' }]);
  expect(seen).toEqual([]);
});

test('When what comes is larger than a sidecar carries, then it is a 413 and nothing is begun', async () => {
  const { app, seen } = appThat();
  const { status } = await request(app)
    .put('/things/a')
    .send({ text: 'x'.repeat(4 * 1024 * 1024) });
  expect(status).toBe(413);
  expect(seen).toEqual([]);
  expect(
    (
      await request(app)
        .put('/things/a')
        .send({ text: 'x'.repeat(3_000_000) })
    ).status,
  ).toBe(200);
});

test('When who asks goes away half-way, then nothing is begun, and the next is answered', async () => {
  const { app, seen } = appThat();
  const server = createServer(app).listen(0, '127.0.0.1');
  await sleep(50);
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half":');
  await sleep(100);
  socket.destroy();
  await sleep(100);
  expect(seen).toEqual([]);
  expect((await request(server).put('/things/a').send({ whole: true })).status).toBe(200);
  server.close();
});

test('When a route breaks, then it is a 500 that tells nothing, and the log has the rest', async () => {
  const { status, text } = await request(appThat().app).put('/things/broken');
  expect([status, text]).toEqual([500, '{"error":"unexpected"}']);
  expect(logged.join()).toContain('a mistake of ours');
});

test.each([
  ['right', 's3cret', 200],
  ['wrong', 's3cre', 401],
  ['missing', undefined, 401],
])('When the token is %s, then the answer is so', async (_what, token, status) => {
  const { app, seen } = appThat({ appApiToken: 's3cret' });
  const asked = request(app).put('/things/a');
  expect((await (token ? asked.set('dapr-api-token', token) : asked)).status).toBe(status);
  expect(seen).toHaveLength(status === 200 ? 1 : 0);
});

test('When the process is stopping, then it asks the sidecar to come by another connection', async () => {
  const { app } = appThat({ isStopping: () => true });
  const { headers } = await request(app).put('/things/a').set('Connection', 'keep-alive');
  expect(headers.connection).toBe('close');
});

test('When the process has handed over and begins nothing more, then what its sidecar brings is taken all the same', async () => {
  const handOver = createHandOver();
  await handOver.begin(1_000);
  const { app } = appThat({ handOver });
  const repeats = { 'x-repeats-what-was-not-begun': '1' };
  expect((await request(app).put('/things/a').set(repeats)).status).toBe(200);
  expect((await request(app).get('/things/a').set(repeats)).status).toBe(202);
});

test('When a trace comes along, then what is logged belongs to it; without one, to a new one', async () => {
  const { app } = appThat();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await request(app).put('/things/a').set('traceparent', `00-${traceId}-b7ad6b7169203331-01`);
  await request(app).put('/things/a');
  const [first, second] = logged.map((line) => JSON.parse(line).traceId);
  expect(first).toBe(traceId);
  expect(second).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
});
