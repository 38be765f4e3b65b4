import { Router } from 'express';
import request from 'supertest';
import { createHttpApp } from './httpApp';
import { createLogger } from './logger';

function app(parts: { appApiToken?: string; isStopping?: () => boolean }) {
  const router = Router();
  for (const path of ['/charges', '/livez', '/readyz', '/healthz']) {
    router.get(path, (_req, res) => void res.json({ path }));
  }
  return createHttpApp({ log: createLogger('payment', 'fatal'), routers: [router], ...parts });
}

describe('the token that a sidecar shows', () => {
  test('When it is right, then the request is let in', async () => {
    const { status } = await request(app({ appApiToken: 's3cret' }))
      .get('/charges')
      .set('dapr-api-token', 's3cret');

    expect(status).toBe(200);
  });

  test.each([undefined, '', 's3cre', 's3cret ok'])('When it is %p, then it is a 401', async (token) => {
    const asked = request(app({ appApiToken: 's3cret' })).get('/charges');
    const { status, body } = await (token === undefined ? asked : asked.set('dapr-api-token', token));

    expect([status, body.code]).toEqual([401, 'app_token_invalid']);
  });

  test.each(['/livez', '/readyz', '/healthz'])('When a probe asks %s, then it needs none', async (path) => {
    expect((await request(app({ appApiToken: 's3cret' })).get(path)).status).toBe(200);
  });

  test('When something only begins like a probe, then it needs one', async () => {
    expect((await request(app({ appApiToken: 's3cret' })).get('/livez/x')).status).toBe(401);
  });

  test('When the service has none, then nobody needs one', async () => {
    expect((await request(app({ appApiToken: '' })).get('/charges')).status).toBe(200);
  });
});

test('When a process is stopping, then it asks each caller to come by another connection', async () => {
  let stopping = false;
  const server = app({ isStopping: () => stopping });
  const keepsAlive = await request(server).get('/charges').set('Connection', 'keep-alive');
  expect(keepsAlive.headers.connection).not.toBe('close');

  stopping = true;
  expect((await request(server).get('/charges').set('Connection', 'keep-alive')).headers.connection).toBe(
    'close',
  );
});
