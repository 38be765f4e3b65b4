import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { createCustomerIdentity } from '../../services/order/http/identity';
import { ManagedProcess } from '../../tools/system/managedProcess';
import { freePorts, projectRoot, readToolchain } from '../../tools/system/plan';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { apiOf, goodCard, type Reply } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(150_000);

/** One try, and the retries that components/resiliency.yaml allows. */
const patience = { withinMs: 60_000 };

const phone = '+821055550177';
const name = 'Guest-whom-no-list-names';

describe('An event that its consumer cannot take in', () => {
  let system: TestSystem;
  beforeAll(async () => {
    // By itself, nothing is tried again while this test runs: what is taken in here was so by the command.
    system = await startTestSystem({ env: { DEAD_LETTER_RETRY_SECONDS: '3600' } });
  });
  afterAll(() => system.end());

  test('When order cannot take one in, then the others pass, it is listed, and the command has it taken in after the fix', async () => {
    const key = { 'idempotency-key': 'the-fix' };
    const orderId = orderIdOf(key['idempotency-key']);
    const other = await system.api.order({ cardNo: goodCard });
    await isReceived(other.body.orderId);
    const poison = { ...(await lastEvent('reservations')), orderId, eventId: `test.${orderId}.1` };
    await publish(system, 'reservations', poison);

    const letter = await eventually(
      'it is listed',
      async () => {
        const { body } = await deadLetters('order');
        return body._embedded.deadLetters.find((each: { id: string }) => each.id.includes(poison.eventId));
      },
      patience,
    );
    expect(letter).toMatchObject({
      id: `reservations:${poison.eventId}`,
      topic: 'reservations',
      event: { eventId: poison.eventId, type: 'ReservationReceived', orderId, version: 1 },
      tries: 0,
      since: expect.stringMatching(/^\d{4}-.*Z$/),
      reason: expect.stringContaining('Order.takeIn'),
    });
    // Nobody has that order yet: a try changes nothing, and says so.
    expect(await redrive('order', letter.id)).toMatchObject({ code: 1 });
    expect((await deadLetters('order')).body._embedded.deadLetters[0]).toMatchObject({ tries: 1 });

    await isReceived((await system.api.order({ cardNo: goodCard })).body.orderId);
    const placed = await system.api.order({ phone, name, cardNo: goodCard }, key);
    expect(placed.body.orderId).toBe(orderId);
    await isReceived(orderId);

    const { code, said } = await redrive('order');
    expect([code, said]).toEqual([0, expect.stringContaining(`${letter.id}: taken in`)]);
    expect((await deadLetters('order')).body.page.totalElements).toBe(0);
    await lawsHold(system.infra.redisUrl);
  });

  test('When notification cannot take one in, then the others pass, and neither list nor log tells who it is about', async () => {
    const poison = stamped(randomUUID(), 'OrderOfTheFuture', { phone, name });
    await publish(system, 'order-changes', poison);
    const other = await system.api.order({ cardNo: goodCard });

    await eventually(
      'it is listed',
      async () => (await deadLetters('notification')).body.page.totalElements === 1,
      patience,
    );
    await isReceived(other.body.orderId);
    const { body } = await deadLetters('notification');
    expect(body._embedded.deadLetters).toMatchObject([
      { topic: 'order-changes', event: { type: 'OrderOfTheFuture' } },
    ]);
    expect(body._embedded.deadLetters[0].reason).toMatch(/^not as agreed: /);
    const logs = ['notification', 'order', 'notification-daprd'].map((each) =>
      readFileSync(join(system.dataDir, 'logs', `${each}.log`), 'utf8'),
    );
    expect(JSON.stringify(body) + logs.join()).not.toMatch(/55550177|Guest-whom/);
    // Payment and the centre pass over what they do not know: nothing of it is due to them.
    for (const service of ['payment', 'reservation']) {
      expect((await deadLetters(service)).body.page.totalElements).toBe(0);
    }
  });

  test('When what comes is no event at all, then it is kept, and no try is made by itself', async () => {
    await publish(system, 'calendars', { note: 'of another system' });
    const letter = await eventually('it is listed', async () => {
      const { body } = await deadLetters('order');
      return body._embedded.deadLetters.find(({ topic }: { topic: string }) => topic === 'calendars');
    });
    expect(letter.reason).toContain('no event of ours');
    expect((await redrive('order', letter.id)).said).toContain('kept (Error: no event of ours)');
  });

  test('When one looks through the gateway, then there is no such path', async () => {
    expect((await system.api.get('/deadLetters')).status).toBe(404);
    expect((await system.api.post('/deadLetters/x/redrive', {})).status).toBe(404);
    const unknown = await apiOf(system.url('order')).post('/deadLetters/x/redrive', {});
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
  });

  const deadLetters = (service: string): Promise<Reply> => apiOf(system.url(service)).get('/deadLetters');

  async function isReceived(orderId: string): Promise<void> {
    await eventually(
      'received',
      async () => (await system.api.myPageStatus(orderId)) === 'Reservation Complete',
      { withinMs: 60_000 },
    );
  }

  /** What was published last on a topic, whole and as its schema wants it. */
  async function lastEvent(topic: string): Promise<object> {
    const redis = createClient({ url: system.infra.redisUrl });
    await redis.connect();
    const [last] = (await redis.xRevRange(topic, '+', '-', { COUNT: 1 })) ?? [];
    redis.destroy();
    return JSON.parse(last?.message.data ?? '{}').data;
  }

  /** As an operator does it, but for the port. */
  function redrive(service: string, id?: string): Promise<{ code: number; said: string }> {
    const port = String(appOf(system.apps, service).plan.appPort);
    const args = ['dist/tools/redrive.js', '--service', service, '--port', port, ...(id ? ['--id', id] : [])];
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: projectRoot }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr });
      });
    });
  }
});

test('When dead letters cannot be kept just now, then they go round until they can, and none is lost', async () => {
  const { redisServer } = readToolchain();
  const [port = 0] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'healthcenter-redis-'));
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', ''];
  const lists = new ManagedProcess(
    { name: 'lists', command: String(redisServer), args, cwd: folder },
    join(folder, 'logs'),
  );
  const system = await startTestSystem({
    envOf: { payment: { LIST_REDIS_URL: `redis://127.0.0.1:${port}` } },
  });
  try {
    await publish(system, 'order-changes', { note: 'of another system' });
    const log = () => readFileSync(join(system.dataDir, 'logs', 'payment.log'), 'utf8');
    // One try, 25 retries, and the first of the next round.
    const inVain = () => log().split('a dead letter could not be kept').length - 1;
    await eventually('it comes round again', async () => inVain() > 26, { withinMs: 90_000 });
    lists.start();
    await eventually('it is listed', async () => {
      const { body } = await apiOf(system.url('payment')).get('/deadLetters');
      return body.page?.totalElements === 1;
    });
  } finally {
    await system.end();
    await lists.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function publish(system: TestSystem, topic: string, event: object): Promise<void> {
  const { daprHttpPort } = appOf(system.apps, 'order').plan;
  const answer = await fetch(`http://127.0.0.1:${daprHttpPort}/v1.0/publish/pubsub/${topic}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  expect(answer.status).toBe(204);
}

function stamped(orderId: string, type: string, data: object) {
  const eventId = `test.${orderId}.1`;
  return { eventId, orderId, type, version: 1, occurredAt: new Date().toISOString(), data };
}

/** The order that this person's key will lead to. */
function orderIdOf(key: string): string {
  const identity = createCustomerIdentity('for-development-only');
  return identity.orderIdFor(identity.customerKey({ phone }) ?? '', key);
}
