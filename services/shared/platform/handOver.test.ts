import express from 'express';
import request from 'supertest';
import { createHandOver, type HandOver } from './handOver';

function appWith(handOver: HandOver) {
  const app = express();
  app.use(handOver.guard);
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  app.get('/slow', async (_req, res) => {
    await held;
    res.json({ done: true });
  });
  app.use((_req, res) => void res.json({ done: true }));
  return { app, finish };
}

const repeats = { 'x-repeats-what-was-not-begun': '1' };

describe('A process that goes', () => {
  test('When a caller sends again what was not begun, then nothing is begun for it any more', async () => {
    const handOver = createHandOver();
    const { app } = appWith(handOver);
    expect((await request(app).post('/orders').set(repeats)).body).toEqual({ done: true });
    await handOver.begin(1_000);
    const { status, headers, body } = await request(app).post('/orders').set(repeats);
    expect([status, headers['x-not-begun'], body]).toEqual([202, '1', {}]);
  });

  test.each([
    ['who does not send again', '/orders', {}],
    ['probes', '/readyz', repeats],
  ])('When it is asked by %s, then it serves on', async (_who, path, headers) => {
    const handOver = createHandOver();
    const { app } = appWith(handOver);
    await handOver.begin(1_000);
    expect((await request(app).get(path).set(headers)).body).toEqual({ done: true });
  });

  test('When it is an edge, then it serves on', async () => {
    const handOver = createHandOver({ sendsBack: false });
    const { app } = appWith(handOver);
    await handOver.begin(1_000);
    expect((await request(app).get('/orders').set(repeats)).body).toEqual({ done: true });
  });

  test('When something is under way, then that is waited for, but not for ever', async () => {
    const handOver = createHandOver();
    const { app, finish } = appWith(handOver);
    const server = app.listen(0);
    const slow = request(server)
      .get('/slow')
      .then(({ body }) => body);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await handOver.begin(100);
    let isOver = false;
    const over = handOver.begin(60_000).then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isOver).toBe(false);
    finish();
    expect(await slow).toEqual({ done: true });
    await over;
    server.close();
  });
});
