import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { askWhole } from './wholeAnswer';

let server: Server;
let pool: Pool;
let reached: string[];
let cut: string[];
beforeEach(async () => {
  reached = [];
  cut = [];
  server = createServer((req, res) => {
    const path = req.url ?? '';
    reached.push(path);
    res.once('close', () => {
      if (!res.writableFinished) cut.push(path);
    });
    answers[path]?.(res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 });
});
afterEach(async () => {
  await pool.destroy();
  server.closeAllConnections();
  server.close();
});

const answers: Record<string, (res: ServerResponse) => unknown> = {
  '/parts': async (res) => {
    res.writeHead(201, { 'x-who': 'me' });
    for (const part of ['예약', ' ', 'taken']) {
      res.write(part);
      await sleep(5);
    }
    res.end();
  },
  '/nothing': (res) => res.writeHead(204).end(),
  '/half': (res) => res.writeHead(200).write('{'),
  '/silent': () => {},
  '/cut': (res) => {
    res.writeHead(200, { 'content-length': '10' }).write('{');
    setTimeout(() => res.destroy(), 20);
  },
};
const get = (path: string, deadlineMs = 2_000, gone?: AbortSignal) =>
  askWhole(pool, { method: 'GET', path }, deadlineMs, gone);

test('When an answer comes in parts, then it is one, with its status and headers', async () => {
  const { status, headers, body } = await get('/parts');

  expect({ status, who: headers['x-who'], text: String(body) }).toEqual({
    status: 201,
    who: 'me',
    text: '예약 taken',
  });
});

test('When an answer has no body, then it is empty', async () => {
  const { status, body } = await get('/nothing');

  expect({ status, bytes: body.length }).toEqual({ status: 204, bytes: 0 });
});

test.each(['/silent', '/half'])(
  'When %s is not answered to its end in time, then it is given up',
  async (path) => {
    await expect(get(path, 50)).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'no answer within 50 ms',
    });

    while (cut.length === 0) await sleep(5);
    expect(cut).toEqual([path]);
  },
);

test('When a request waits for a connection until it is too late, then nobody hears of it', async () => {
  const first = get('/silent', 150);
  await expect(get('/nothing', 50)).rejects.toMatchObject({ name: 'TimeoutError' });
  await expect(first).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(String((await get('/parts')).body)).toBe('예약 taken');

  expect(reached).toEqual(['/silent', '/parts']);
});

test('When an answer is cut in the middle, then it is no answer', async () => {
  await expect(get('/cut')).rejects.toMatchObject({ code: expect.stringMatching(/^UND_ERR_|^ECONN/) });
});

test('When nobody listens, or the pool is gone, then the reason is told', async () => {
  server.close();
  await expect(get('/nothing')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await pool.destroy();
  await expect(get('/nothing')).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
});

test('When nobody waits for an answer any more, then it is called off, and the other side hears of it', async () => {
  const caller = new AbortController();
  const asking = get('/silent', 2_000, caller.signal);
  while (reached.length === 0) await sleep(5);
  caller.abort();

  await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
  while (cut.length === 0) await sleep(5);
  expect(cut).toEqual(['/silent']);
});

test('When nobody waits for it from the start, or while it waits for a connection, then it is not sent', async () => {
  await expect(get('/parts', 2_000, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  const first = get('/silent', 150);
  const caller = new AbortController();
  const behind = get('/parts', 2_000, caller.signal);
  caller.abort();

  await expect(behind).rejects.toMatchObject({ name: 'AbortError' });
  await expect(first).rejects.toMatchObject({ name: 'TimeoutError' });
  expect((await get('/nothing')).status).toBe(204);
  expect(reached).toEqual(['/silent', '/nothing']);
});
