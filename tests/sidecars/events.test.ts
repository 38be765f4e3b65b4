import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { StampedEvent } from '../../services/shared/platform/actorHost/definition';
import { eventually } from '../../tools/system/waiting';
import { arrivalsTopic, countedTopic, counterType, deadLetterTopic } from './fixture/counterContract';
import { ask, startTestBed, type TestBed, type TestHost } from './fixture/testBed';

// Events on their way through a real sidecar, with the project's own pub/sub component and its retries.

jest.setTimeout(150_000);

/** One try, and the retries that components/resiliency.yaml allows, and then once more. */
const patience = { withinMs: 100_000 };
const inVain = 'error sending message to dead letter';

let bed: TestBed;
let host: TestHost;

beforeAll(async () => {
  bed = await startTestBed();
  host = await bed.addHost('first');
});
afterAll(() => bed?.end());

describe('a subscription', () => {
  test('When an event comes twice, then the state changes once, and what it led to is told once', async () => {
    const event = arrival({ by: 5, tells: true });

    await publish(arrivalsTopic, event);
    await handled(event, ['well']);
    await publish(arrivalsTopic, event);
    await handled(event, ['well', 'well']);

    expect((await host.look(event.orderId)).total).toBe(5);
    expect(await publishedIds(event.orderId)).toEqual([`counter.${event.orderId}.1`]);
  });

  test('When the handler fails at first, then the event is brought again until it is taken in, once', async () => {
    const event = arrival({ by: 5, failures: 2 });

    await publish(arrivalsTopic, event);

    await handled(event, ['failing', 'failing', 'well']);
    expect((await host.look(event.orderId)).total).toBe(5);
    expect(await deadLetters(event)).toEqual([]);
  });

  test('When something comes that is no event of ours, then it is among the dead letters after one look, and others pass it by', async () => {
    const nonsense = { orderId: randomUUID(), note: 'of another system' };
    const event = arrival({ by: 3 });

    await Promise.all([publish(arrivalsTopic, nonsense), publish(arrivalsTopic, event)]);

    await handled(event, ['well']);
    await eventually('it is among the dead letters', async () => (await deadLetters(nonsense)).length > 0);
    expect(await deadLetters(nonsense)).toEqual([nonsense]);
    expect(bed.journal(nonsense.orderId).map(({ detail }) => detail)).toEqual([arrivalsTopic]);
    expect(await deadLetters(event)).toEqual([]);
  });
});

test('When a handler fails each time, then its event ends among the dead letters, and others pass it by', async () => {
  const hopeless = arrival({ by: 5, failures: 1_000 });
  const behind = arrival({ by: 7 });

  await publish(arrivalsTopic, hopeless);
  await eventually('it was tried', async () => outcomes(hopeless).length > 0);
  await publish(arrivalsTopic, behind);

  await handled(behind, ['well']);
  expect(await deadLetters(hopeless)).toEqual([]);
  await isDead(hopeless);
  // The first try, and the retries that components/resiliency.yaml allows; and some of a second round, which the component
  // begins after its processingTimeout.
  expect(outcomes(hopeless).slice(0, 26)).toEqual(Array.from({ length: 26 }, () => 'failing'));
  expect(outcomes(hopeless)).not.toContain('well');
  expect((await host.look(hopeless.orderId)).total).toBe(0);
});

test('When the dead letters cannot be written either, then the event is not given up, and is there when they can', async () => {
  const hopeless = arrival({ by: 5, failures: 1_000 });
  const free = await bed.jam(deadLetterTopic);

  await publish(arrivalsTopic, hopeless);
  await eventually('the sidecar failed to put it there', async () => host.sidecarSaid(inVain), patience);
  await free();

  await isDead(hopeless);
});

describe('a host killed by kill -9 while it takes in an event', () => {
  test.each(['after-save', 'before-save'])(
    'When it dies %s, then the event comes again, the state changes once, and the same event tells of it',
    async (line) => {
      const event = arrival({ by: 5, tells: true });
      writeFileSync(host.crashFile, `${counterType}.${line}`);

      await publish(arrivalsTopic, event);
      await host.service.exited();
      expect(await publishedIds(event.orderId)).toEqual([]);
      await host.start();

      await handled(event, ['well']);
      expect((await host.look(event.orderId)).total).toBe(5);
      expect(await publishedIds(event.orderId)).toEqual([`counter.${event.orderId}.1`]);
      expect(await deadLetters(event)).toEqual([]);
    },
  );
});

function arrival(data: { by: number; failures?: number; tells?: boolean }): StampedEvent {
  const orderId = randomUUID();
  const occurredAt = new Date().toISOString();
  return { eventId: `test.${orderId}.1`, orderId, type: 'Arrived', version: 1, occurredAt, data };
}

async function publish(topic: string, event: object): Promise<void> {
  const { status } = await ask('POST', `${host.sidecarUrl}/v1.0/publish/pubsub/${topic}`, event);
  expect(status).toBe(204);
}

/** How the handler's tries ended so far. */
function outcomes({ orderId }: StampedEvent): string[] {
  return bed
    .journal(orderId)
    .filter(({ what }) => what === 'handled')
    .map(({ detail }) => detail);
}

async function handled(event: StampedEvent, expected: string[]): Promise<void> {
  await eventually('the event was handled', async () => outcomes(event).length >= expected.length);
  expect(outcomes(event)).toEqual(expected);
}

async function isDead(event: StampedEvent): Promise<void> {
  await eventually(
    'it is among the dead letters',
    async () => (await deadLetters(event)).length > 0,
    patience,
  );
  expect(await deadLetters(event)).toEqual([event]);
}

const deadLetters = (event: { orderId: string }) => bed.published(deadLetterTopic, event.orderId);

async function publishedIds(orderId: string): Promise<string[]> {
  return (await bed.published(countedTopic, orderId)).map(({ eventId }) => eventId);
}
