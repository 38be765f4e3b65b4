import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../../tools/system/waiting';
import { lawsHold } from '../support/laws';
import { listeningAddresses } from './sockets';
import { findPlace, type Place, Started } from './started';

jest.setTimeout(60_000);

let place: Place;
const started: Started[] = [];

const takePlace = async () => {
  place = await findPlace();
};
const leavePlace = async () => {
  for (const each of started.splice(0)) await each.end();
  place.remove();
};

describe('npm start, once it is ready', () => {
  let start: Started;
  beforeAll(async () => {
    await takePlace();
    start = await startAll();
  });
  afterAll(leavePlace);

  test('When its three commands are pasted, then they book, pay and show my page', async () => {
    await tryOut(start);
  });

  test('When one looks at what listens, then it does so on 127.0.0.1', async () => {
    const addresses = listeningAddresses((await start.processes()).map(({ pid }) => pid));

    const { apps, infraPorts } = place.local;
    const ports = [
      infraPorts.redis,
      infraPorts.scheduler,
      ...apps.flatMap((app) => [app.appPort, app.metricsPort]),
    ];
    expect(addresses).toEqual(expect.arrayContaining(ports.map((port) => `127.0.0.1:${port}`)));
    // Dapr 1.18 has --healthz-listen-address, and ignores it (its pkg/healthz/server listens on ":port").
    const ofDapr = [infraPorts.placementHealth, infraPorts.schedulerHealth].map(String);
    const open = addresses.filter((address) => !address.startsWith('127.0.0.1:'));
    expect(open.filter((address) => !ofDapr.includes(address.split(':').at(-1) ?? ''))).toEqual([]);
  });

  test('When a service is killed, then it says so with a command that brings it back, and what was half done is finished', async () => {
    const pid = await pidOf(start, 'payment');
    const settle = bookWhile('payment', () => process.kill(pid, 'SIGKILL'));
    await start.says('payment has died (signal: killed)');

    const command = /^ {4}(\(.*services\/payment\/main\.js\))$/m.exec(start.output)?.[1] ?? '';
    run('sh', ['-c', command]);
    await start.says('payment: is back');
    await settle();
    await tryOut(start);
  });

  test('When Redis is killed, then it says so with a command that brings it back, and what was half done is finished', async () => {
    const redis = (await start.processes()).find(({ args }) => args[0]?.includes('redis-server'));
    const settle = bookWhile('redis', () => redis && process.kill(redis.pid, 'SIGKILL'));
    await start.says('redis has died (killed by SIGKILL)');

    const command = /^ {4}(\(.*redis-server.*\))$/m.exec(start.output)?.[1] ?? '';
    run('sh', ['-c', command]);
    await start.says('redis: is back');
    await settle();
    await tryOut(start);
  });

  /** Books with something killed in the middle. What it returns asks again, as callers would, until all is settled. */
  function bookWhile(name: string, kill: () => void): () => Promise<void> {
    const book = (i: number) =>
      postJson(
        `${place.url('gateway')}/orders`,
        { orderType: 'basic', name: `guest ${i}`, cardNo: '4242424242424242' },
        { 'idempotency-key': `${name}-${i}` },
      );
    const bookings = [0, 1, 2, 3, 4].map((i) => book(i).catch(() => undefined));
    setTimeout(kill, 60);
    return async () => {
      await Promise.all(bookings);
      for (const i of bookings.keys()) {
        // Whoever keeps its seat comes back for it within a minute after all is back.
        await eventually(`booking ${i} stands`, async () => (await book(i)).status === 201, {
          withinMs: 60_000,
        });
      }
      await lawsHold(`redis://127.0.0.1:${place.local.infraPorts.redis}`);
    };
  }
});

describe('npm start', () => {
  beforeEach(takePlace);
  afterEach(leavePlace);

  test('When Ctrl-C is pressed, then all it started is gone, nothing else is, and a new start has what was booked', async () => {
    const bystander = spawn('sleep', ['60']);
    const first = await startAll();
    const orderId = await tryOut(first);

    first.interrupt();

    expect(await first.exitCode()).toBe(0);
    expect(await first.leftOver()).toEqual([]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();

    await startAll();
    const order = await getJson(`${place.url('gateway')}/orders/${orderId}`);
    const page = await getJson(`${place.url('gateway')}/mypages/${orderId}`);
    expect(order).toMatchObject({ orderId, dueKrw: 50_000 });
    expect(page).toMatchObject({ orderId, name: '홍길동' });
  });

  test('When a service does not stop, then a second Ctrl-C ends it at once', async () => {
    const start = await startAll();
    process.kill(await pidOf(start, 'order'), 'SIGSTOP');

    start.interrupt();
    // Sooner than a second after the first it counts as the same press.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await start.leftOver()).not.toEqual([]);
    start.interrupt();

    expect(await start.exitCode(5_000)).toBe(0);
    expect(await start.leftOver()).toEqual([]);
  });

  test('When npm is ended, which tells nobody, then all is stopped all the same', async () => {
    const start = await startAll(['npm', 'start']);

    process.kill(start.pid, 'SIGTERM');

    await eventually('all are gone', async () => (await start.leftOver()).length === 0);
  });

  test('When a service cannot start, then it says which and why, stops all and fails', async () => {
    const start = run(process.execPath, ['dist/tools/start.js'], { HOLD_MINUTES: 'soon' });

    await start.says(/order has died[\s\S]*HOLD_MINUTES/);
    await start.processes();
    expect(await start.exitCode()).toBe(1);
    expect(await start.leftOver()).toEqual([]);
  });

  test('When ports are busy, then it names each and what it is for, and starts nothing', async () => {
    const { apps, infraPorts, dataDir } = place.local;
    const busy = [infraPorts.redis, apps[2]?.appPort, apps[0]?.metricsPort];
    const holders = busy.map((port) => createServer().listen(port, '127.0.0.1'));
    await Promise.all(holders.map((holder) => once(holder, 'listening')));

    const start = run(process.execPath, ['dist/tools/start.js']);

    expect(await start.exitCode()).toBe(1);
    expect(start.output).toContain(`${busy[0]}  (needed for Redis)`);
    expect(start.output).toContain(`${busy[1]}  (needed for the payment service)`);
    expect(start.output).toContain(`${busy[2]}  (needed for order's sidecar, metrics)`);
    expect(existsSync(join(dataDir, 'logs'))).toBe(false);
    for (const holder of holders) holder.close();
  });
});

describe('npm run infra', () => {
  beforeEach(takePlace);
  afterEach(leavePlace);

  test('When its command is pasted, then `dapr run -f` brings up the services on top of it', async () => {
    const infra = run(process.execPath, ['dist/tools/infra.js']);
    await infra.says('Ctrl-C stops');
    await infra.processes();
    const commands = infra.output.split('\n').filter((line) => line.startsWith('('));

    // The first is for the reader's own CLI, of which there may be none here.
    const dapr = run('sh', ['-c', commands[1] ?? '']);
    await eventually('the gateway is ready', async () => (await fetch(`${place.url('gateway')}/readyz`)).ok);
    await eventually('an order is taken', async () => {
      const booking = { orderType: 'basic', name: '홍길동', cardNo: '4242424242424242' };
      return (await postJson(`${place.url('gateway')}/orders`, booking)).status === 201;
    });

    const services = await dapr.processes();
    for (const { pid, args } of services) if (args.includes('run')) process.kill(pid, 'SIGINT');
    await dapr.exitCode();
    infra.interrupt();
    expect(await infra.exitCode()).toBe(0);
    expect(await dapr.leftOver()).toEqual([]);
    expect(await infra.leftOver()).toEqual([]);
    expect(readdirSync(place.local.dataDir)).toContain('infra.env');
  });

  test('When the scheduler was killed, then the next start does not wait for its lease of 20 seconds', async () => {
    const first = run(process.execPath, ['dist/tools/infra.js']);
    await first.says('Ctrl-C stops');
    const scheduler = (await first.processes()).find(({ args }) => args[0]?.endsWith('/scheduler'));
    if (scheduler) process.kill(scheduler.pid, 'SIGKILL');
    await first.says('scheduler has died (killed by SIGKILL)');
    first.interrupt();
    await first.exitCode();

    const second = run(process.execPath, ['dist/tools/infra.js']);

    await second.says('scheduler: ready', 15_000);
  });
});

function run(command: string, args: string[], env: Record<string, string> = {}): Started {
  const each = new Started(command, args, { ...place.env, ...env });
  started.push(each);
  return each;
}

async function startAll(
  [command = '', ...args] = [process.execPath, 'dist/tools/start.js'],
): Promise<Started> {
  const start = run(command, args);
  await start.says('Ctrl-C stops', 70_000);
  await start.processes();
  process.stdout.write(`start to ready: ${/all is ready \((.*)\)/.exec(start.output)?.[1]}\n`);
  return start;
}

/** Pastes the printed commands into a shell; returns the order's id once its page shows that it is paid. */
async function tryOut(start: Started): Promise<string> {
  const commands = start.output.split('\n').filter((line) => /^(ORDER=|curl )/.test(line));
  expect(commands).toHaveLength(3);
  const paste = (lines: string[]) => execFileSync('sh', ['-c', lines.join('\necho\n')], { encoding: 'utf8' });
  const [orderId = '', payment = ''] = paste(commands).split(/\n+/);
  expect(JSON.parse(payment)).toMatchObject({ orderId, amountKrw: 50_000 });
  // The page follows the events, and may be a moment behind who pastes all three at once.
  const again = [`ORDER=${orderId}`, ...commands.slice(-1)];
  await eventually('the page shows the payment', async () =>
    /"status":"(Pay Approved|Reservation Complete)"/.test(paste(again)),
  );
  return orderId;
}

async function pidOf(start: Started, appId: string): Promise<number> {
  const services = await start.processes();
  const pid = services.find(({ args }) => args.at(-1)?.endsWith(`services/${appId}/main.js`))?.pid;
  if (!pid) throw new Error(`no process of ${appId}`);
  return pid;
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return answer.json();
}

function postJson(url: string, body: object, more: Record<string, string> = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...more };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
