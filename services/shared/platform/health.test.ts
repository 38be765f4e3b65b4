import { existsSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { healthRoutes, startHeartbeat, watchSidecar } from './health';
import type { Sidecar } from './sidecar';

interface Circumstances {
  sidecarReady?: boolean;
  storeReady?: boolean;
  own?: () => Promise<boolean>;
  isStopping?: boolean;
  edge?: boolean;
}

function appIn({
  sidecarReady = true,
  storeReady = true,
  own,
  isStopping = false,
  edge = false,
}: Circumstances) {
  const sidecar: Pick<Sidecar, 'isHealthy' | 'isStoreReachable'> = {
    isHealthy: async () => sidecarReady,
    isStoreReachable: async (store) => store === 'order-store' && storeReady,
  };
  return express().use(
    healthRoutes({
      sidecar: sidecar as Sidecar,
      isStopping: () => isStopping,
      ...(edge ? {} : { stateStore: 'order-store' }),
      ...(own ? { ownCheck: own } : {}),
    }),
  );
}

describe('/readyz', () => {
  test('When all is well, then it says so of each part', async () => {
    const { status, body } = await request(appIn({ own: async () => true })).get('/readyz');

    expect([status, body]).toEqual([200, { status: 'ready', sidecar: true, store: true, own: true }]);
  });

  test.each<[string, Circumstances, object]>([
    ['the sidecar', { sidecarReady: false }, { sidecar: false, store: true }],
    ['the store', { storeReady: false }, { sidecar: true, store: false }],
    ['what it needs besides', { own: async () => false }, { sidecar: true, store: true, own: false }],
    [
      'the look at what it needs besides',
      { own: () => Promise.reject(new Error('no route')) },
      { sidecar: true, store: true, own: false },
    ],
  ])('When %s fails, then it is a 503 that names it', async (_what, circumstances, parts) => {
    const { status, body } = await request(appIn(circumstances)).get('/readyz');

    expect([status, body]).toEqual([503, { status: 'not ready', ...parts }]);
  });

  test('When the process is stopping, then it is a 503 though each part is well', async () => {
    const { status, body } = await request(appIn({ isStopping: true })).get('/readyz');

    expect([status, body]).toEqual([503, { status: 'not ready', sidecar: true, store: true }]);
  });

  test('When the service has no store, then none is looked at', async () => {
    const { status, body } = await request(appIn({ edge: true, storeReady: false })).get('/readyz');

    expect([status, body]).toEqual([200, { status: 'ready', sidecar: true }]);
  });
});

describe('/healthz and /livez', () => {
  test('When only sidecar and store fail, then both are well: it is the sidecar that asks', async () => {
    const app = appIn({ sidecarReady: false, storeReady: false, isStopping: true });

    expect((await request(app).get('/healthz')).status).toBe(200);
    expect((await request(app).get('/livez')).status).toBe(200);
  });

  test.each<[string, () => Promise<boolean>]>([
    ['is missing', async () => false],
    ['cannot be asked', () => Promise.reject(new Error('no route'))],
  ])('When what the process needs besides %s, then it is unhealthy, and alive', async (_how, own) => {
    const app = appIn({ own });

    expect(await request(app).get('/healthz')).toMatchObject({ status: 503, body: { status: 'unhealthy' } });
    expect((await request(app).get('/livez')).status).toBe(200);
  });
});

describe('the heartbeat file', () => {
  let folder: string;
  let file: string;
  let stop = () => {};
  const longAgo = new Date('2026-01-01');

  beforeEach(() => {
    jest.useFakeTimers();
    folder = mkdtempSync(join(tmpdir(), 'heartbeat-'));
    file = join(folder, 'deep', 'heartbeat');
  });
  afterEach(() => {
    stop();
    jest.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  test('When it starts, then the file is there; each second it is touched; at the end it is gone', () => {
    stop = startHeartbeat(file);
    expect(existsSync(file)).toBe(true);

    utimesSync(file, longAgo, longAgo);
    jest.advanceTimersByTime(1_000);
    expect(statSync(file).mtime).not.toEqual(longAgo);

    stop();
    expect(existsSync(file)).toBe(false);
  });

  test('When an earlier life left the file, then it is fresh at once', () => {
    startHeartbeat(file);
    jest.clearAllTimers();
    utimesSync(file, longAgo, longAgo);

    stop = startHeartbeat(file);

    expect(statSync(file).mtime).not.toEqual(longAgo);
  });

  test('When somebody removes it, then it stays removed', () => {
    stop = startHeartbeat(file);
    rmSync(file);

    jest.advanceTimersByTime(10_000);

    expect(existsSync(file)).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('When it may not beat, then it is left to age, until it may again', () => {
    let mayBeat = false;
    stop = startHeartbeat(file, () => mayBeat);
    utimesSync(file, longAgo, longAgo);
    jest.advanceTimersByTime(5_000);
    expect(statSync(file).mtime).toEqual(longAgo);

    mayBeat = true;
    jest.advanceTimersByTime(1_000);
    expect(statSync(file).mtime).not.toEqual(longAgo);
  });

  test('When no file is wanted, then nothing beats', () => {
    stop = startHeartbeat('');

    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a sidecar that is looked for', () => {
  let isThere = true;
  let watch: ReturnType<typeof watchSidecar>;

  beforeEach(() => {
    jest.useFakeTimers();
    isThere = true;
    watch = watchSidecar({ isHealthy: async () => isThere }, 60);
  });
  afterEach(() => {
    watch.stop();
    jest.useRealTimers();
  });

  test('When it answers, then it is never lost', async () => {
    await jest.advanceTimersByTimeAsync(600_000);

    expect(watch.isLost()).toBe(false);
  });

  test('When it has not answered for so long, then it is lost; when it answers again, it is not', async () => {
    isThere = false;
    await jest.advanceTimersByTimeAsync(59_000);
    expect(watch.isLost()).toBe(false);

    await jest.advanceTimersByTimeAsync(2_000);
    expect(watch.isLost()).toBe(true);

    isThere = true;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(watch.isLost()).toBe(false);
  });
});
