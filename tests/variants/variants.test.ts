import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import type { Envelope } from '../../services/shared/platform/actorHost/envelope';
import { appOf } from '../../tools/system/system';
import { eventually } from '../../tools/system/waiting';
import { whereElse } from '../support/actorStores';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

describe('Payment on SQLite, reservation on PostgreSQL, events on Kafka', () => {
  let system: TestSystem;
  let orderId: string;
  beforeAll(async () => {
    system = await startTestSystem({
      variants: ['payment-store-sqlite', 'reservation-store-postgresql', 'pubsub-kafka'],
    });
  });
  afterAll(() => system?.end());

  test('When an order is placed, paid and confirmed, then each has its part in its own store alone', async () => {
    const placed = await system.api.order({ phone: '010-1234-5678' });
    expect(placed.status).toBe(201);
    orderId = placed.body.orderId;
    expect((await system.api.pay(orderId)).status).toBe(201);
    await becomes(orderId, 'Reservation Complete');
    expect((await system.api.confirm(orderId)).status).toBeLessThan(300);
    await becomes(orderId, 'confirmed');
    const { payments, reservations } = await lawsHold(system.infra.redisUrl);
    expect([[...payments.keys()], [...reservations.keys()]]).toEqual([[orderId], [orderId]]);

    const redis = createClient({ url: system.infra.redisUrl });
    await redis.connect();
    const keys = await redis.keys('*');
    redis.destroy();
    expect(
      keys.filter((key) => /^(payment|reservation)\|\||^(orders|payments|reservations)$/.test(key)),
    ).toEqual([]);
  });

  test.each([
    ['payment', 'Payment'],
    ['reservation', 'Reservation'],
  ])(
    'When a host that lost an actor of %s writes late, then it is refused, and the next in turn is not',
    async (appId, type) => {
      const before = await envelope(appId, type);
      for (const version of [1, before.version, before.version + 2]) {
        const stale = { ...before, version, turnId: randomUUID() };
        expect([version, await write(appId, type, stale)]).toEqual([version, 500]);
      }
      expect(await envelope(appId, type)).toEqual(before);
      const next = { ...before, version: before.version + 1, turnId: randomUUID() };
      expect(await write(appId, type, next)).toBe(204);
      expect(await envelope(appId, type)).toEqual(next);
      // What the host remembers is behind now: its next save finds that out, and the turn after that reads anew.
      await appOf(system.apps, appId).service.kill();
      appOf(system.apps, appId).service.start();
      await system.ready();
    },
  );

  test('When a message can never be taken in, then the dead letters have it, and those behind it pass', async () => {
    const { daprHttpPort } = appOf(system.apps, 'order').plan;
    const publish = (data: unknown) =>
      fetch(`http://127.0.0.1:${daprHttpPort}/v1.0/publish/pubsub/orders?metadata.partitionKey=poison`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(data),
      });
    // One that is no event at all, and one of a type that notification must not pass over: tried until it gives up.
    expect((await publish({ nonsense: true })).status).toBe(204);
    const unknown = {
      eventId: `order.${randomUUID()}.1`,
      orderId: randomUUID(),
      type: 'OrderPaused',
      version: 1,
      occurredAt: new Date().toISOString(),
      data: {},
    };
    expect((await publish(unknown)).status).toBe(204);
    // More than there are partitions, so that some are behind it.
    const orders = await Promise.all(
      Array.from({ length: 24 }, (_, n) => system.api.order({ name: `guest ${n}`, cardNo: goodCard })),
    );
    for (const { body } of orders) await becomes(body.orderId, 'Reservation Complete');
    await lawsHold(system.infra.redisUrl);
    await eventually('both are among the dead letters', async () => {
      const letters = deadLetters('notification');
      return letters.includes(unknown.eventId) && letters.includes('"nonsense":true');
    });
  });

  test('When Kafka and PostgreSQL are killed and come back, then what was under way is finished', async () => {
    const { 'pubsub-kafka': kafka, 'reservation-store-postgresql': postgresql } = system.variants;
    await kafka?.kill();
    const placed = await system.api.order({ phone: '010-1234-5679', cardNo: goodCard });
    expect(placed.status).toBe(201);
    await postgresql?.kill();
    kafka?.start();
    postgresql?.start();
    await becomes(placed.body.orderId, 'Reservation Complete', 60_000);
    await lawsHold(system.infra.redisUrl);
  });

  async function becomes(id: string, status: string, withinMs = 30_000): Promise<void> {
    await eventually(`${id} is ${status}`, async () => (await system.api.myPageStatus(id)) === status, {
      withinMs,
    });
  }

  /** All that Kafka has on disk of an app's dead letters. */
  function deadLetters(appId: string): string {
    const data = join(system.dataDir, 'kafka', 'data');
    const partitions = readdirSync(data).filter((name) => name.startsWith(`${appId}-dead-letters-`));
    const logs = partitions.flatMap((name) =>
      readdirSync(join(data, name)).flatMap((file) =>
        file.endsWith('.log') ? [readFileSync(join(data, name, file), 'utf8')] : [],
      ),
    );
    return logs.join('\n');
  }

  async function envelope(appId: string, type: string): Promise<Envelope<unknown>> {
    const stored = (await whereElse(system.infra.redisUrl, appId)?.()) ?? [];
    const [, value] = stored.find(([key]) => key === `${appId}||${type}||${orderId}||v1`) ?? [];
    return JSON.parse(value ?? 'null') as Envelope<unknown>;
  }

  /** As a host does, past the one that has the actor. */
  async function write(appId: string, type: string, value: Envelope<unknown>): Promise<number> {
    const { daprHttpPort } = appOf(system.apps, appId).plan;
    const { status } = await fetch(`http://127.0.0.1:${daprHttpPort}/v1.0/actors/${type}/${orderId}/state`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ operation: 'upsert', request: { key: 'v1', value } }]),
    });
    return status;
  }
});
