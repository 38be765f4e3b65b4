import express from 'express';
import request from 'supertest';
import { z } from 'zod';
import { createLogger } from '../logger';
import type { PublishedEvent, Sidecar } from '../sidecar';
import type { ActorDefinition, method, NewEvent, StampedEvent, Turn } from './definition';
import { ActorHost, type ActorHostOptions } from './host';

// What a real sidecar is not needed for; tests/sidecars/actorHost.test.ts shows the rest on one.

const logged: string[] = [];
const log = createLogger('test', 'info', { write: (line) => void logged.push(line) });
const noon = new Date('2026-11-24T03:00:00.000Z');

/** A sidecar in memory, whose store refuses a write as Redis does. `before` may delay or fail any call. */
class MemorySidecar implements Pick<Sidecar, 'readActorState' | 'writeActorState' | 'publish'> {
  readonly stored = new Map<string, { value: unknown; etag: number }>();
  readonly published: { topic: string; events: readonly PublishedEvent[] }[] = [];
  readonly reminders = new Map<string, unknown>();
  readonly writes: { etag: string | undefined }[] = [];
  reads = 0;
  before: (call: string) => Promise<void> = async () => {};

  async readActorState(type: string, id: string, key: string) {
    await this.before('read');
    this.reads += 1;
    const { value } = this.stored.get(`${type}/${id}/${key}`) ?? {};
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  }

  async writeActorState(type: string, id: string, key: string, value: unknown, etag?: string) {
    await this.before('write');
    this.writes.push({ etag });
    const now = this.stored.get(`${type}/${id}/${key}`);
    if (etag !== undefined && now && String(now.etag) !== etag) throw new Error('stale');
    this.stored.set(`${type}/${id}/${key}`, {
      value: JSON.parse(JSON.stringify(value)),
      etag: (now?.etag ?? 0) + 1,
    });
  }

  async publish(topic: string, events: readonly PublishedEvent[]) {
    await this.before(`publish ${topic}`);
    this.published.push({ topic, events });
  }

  async setReminder(type: string, id: string, name: string, timing: unknown) {
    await this.before(`set ${name}`);
    this.reminders.set(`${type}/${id}/${name}`, timing);
  }

  async deleteReminder(type: string, id: string, name: string) {
    await this.before(`delete ${name}`);
    this.reminders.delete(`${type}/${id}/${name}`);
  }
}

type Run = (turn: Turn<unknown>, input: unknown) => Promise<unknown>;

/** A host of one actor type, `Thing`, whose methods and reminders are the given functions. */
function hostOf(
  methods: Record<string, Run | Partial<ReturnType<typeof method>>>,
  rest: Partial<ActorDefinition<unknown>> = {},
  options: Partial<ActorHostOptions> = {},
) {
  const sidecar = new MemorySidecar();
  const declared = Object.entries(methods).map(([name, how]) => [
    name,
    { input: z.unknown(), ...(typeof how === 'function' ? { run: how } : how) },
  ]);
  const actor: ActorDefinition<unknown> = {
    type: 'Thing',
    initial: 'nothing',
    ...rest,
    methods: Object.fromEntries(declared),
  };
  const host = new ActorHost({
    sidecar: sidecar as unknown as Sidecar,
    log,
    clock: () => noon,
    fence: 'redis',
    actors: [actor],
    ...options,
  });
  const arrived: string[] = [];
  const app = express()
    .use(express.json({ strict: false }))
    .use((req, _res, next) => {
      arrived.push(req.path);
      next();
    })
    .use(host.router);
  return {
    arrived,
    sidecar,
    host,
    app,
    call: (name: string, input: unknown = {}, id = 'a') =>
      request(app)
        .put(`/actors/Thing/${id}/method/${name}`)
        .set('content-type', 'application/json')
        .send(JSON.stringify(input)),
    wake: (name: string, id = 'a') => request(app).put(`/actors/Thing/${id}/method/remind/${name}`),
    stored: (id = 'a') => sidecar.stored.get(`Thing/${id}/v1`)?.value as Record<string, unknown> | undefined,
    eventIds: () => sidecar.published.flatMap(({ events }) => events.map(({ eventId }) => eventId)),
  };
}

const told = (type = 'Told', topic = 'things'): NewEvent => ({ topic, type, orderId: 'o-1', data: {} });
const read: Run = async ({ state }) => ({ state });
const set: Run = async (turn, input) => turn.save(input);

/** A promise that is kept from outside. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  logged.length = 0;
});

describe('what the sidecar asks first', () => {
  test('When it asks for the configuration, then it learns the actor types, and that moved actors are to be drained', async () => {
    const { app } = hostOf({}, {}, { idleTimeout: '5m' });

    const { body } = await request(app).get('/dapr/config');

    expect(body).toEqual({
      entities: ['Thing'],
      actorIdleTimeout: '5m',
      drainOngoingCallTimeout: '10s',
      drainRebalancedActors: true,
    });
  });

  test('When it asks for an actor type that is not here, then it is told so', async () => {
    const { status } = await request(hostOf({}).app).put('/actors/Other/a/method/read');

    expect(status).toBe(404);
  });
});

describe('state', () => {
  test.each([0, false, '', [], {}, 'text', { deep: { list: [1] } }])(
    'When %p is saved, then that is what the next turn finds, kept or read again',
    async (state) => {
      const { app, call } = hostOf({ set, read });
      await call('set', state);

      expect((await call('read')).body).toEqual({ state });
      await request(app).delete('/actors/Thing/a');
      expect((await call('read')).body).toEqual({ state });
    },
  );

  test('When nothing was saved, then each actor begins with the same', async () => {
    const { call } = hostOf({ read });

    expect((await call('read')).body).toEqual({ state: 'nothing' });
    expect((await call('read', {}, 'b')).body).toEqual({ state: 'nothing' });
  });

  test('When a turn saves twice, then it fails, and the first save stands', async () => {
    const { call, stored } = hostOf({
      async twice(turn) {
        await turn.save('first');
        await turn.save('second');
      },
    });

    expect((await call('twice')).status).toBe(500);
    expect(stored()).toMatchObject({ state: 'first', version: 1 });
  });

  test('When what is stored is nothing that this code wrote, then no turn is taken on it', async () => {
    const { sidecar, call } = hostOf({ set });
    sidecar.stored.set('Thing/a/v1', { value: { some: 'thing else' }, etag: 1 });

    expect((await call('set', 'new')).status).toBe(500);
    expect(sidecar.writes).toEqual([]);
  });

  test('When a save fails, then what the method wanted to save is forgotten', async () => {
    const { sidecar, call } = hostOf({ set, read });
    await call('set', 'old');
    sidecar.before = async (what) => {
      if (what === 'write') throw new Error('store is away');
    };

    expect((await call('set', 'new')).status).toBe(500);
    expect((await call('read')).body).toEqual({ state: 'old' });
  });
});

describe('the fence', () => {
  test('When it is Redis’, then a first write meets no stored value, and each later one the version before', async () => {
    const { sidecar, call } = hostOf({ set });
    for (const state of ['a', 'b', 'c']) await call('set', state);

    expect(sidecar.writes).toEqual([{ etag: '-1' }, { etag: '1' }, { etag: '2' }]);
  });

  test('When there is none, then writes carry no ETag', async () => {
    const { sidecar, call } = hostOf({ set }, {}, { fence: 'none' });
    await call('set', 'a');

    expect(sidecar.writes).toEqual([{ etag: undefined }]);
  });

  test('When a repeat of the write finds its own first try stored, then that counts as saved', async () => {
    const { sidecar, call, stored } = hostOf({ set });
    let isFirst = true;
    const { writeActorState } = sidecar;
    sidecar.writeActorState = async (...args) => {
      await writeActorState.apply(sidecar, args);
      if (isFirst) {
        isFirst = false;
        await writeActorState.apply(sidecar, args);
      }
    };

    expect((await call('set', 'a')).status).toBe(200);
    expect((await call('set', 'b')).status).toBe(200);
    expect(stored()).toMatchObject({ state: 'b', version: 2 });
  });
});

describe('events', () => {
  test('When a save tells events, then each has an identity, its version and the instant, and they lie in the same write', async () => {
    const { call, stored, sidecar } = hostOf({
      tell: (turn) => turn.save('told', { events: [told('One'), told('Two')] }),
    });
    await call('tell');
    await call('tell');

    const one = {
      eventId: 'thing.a.1',
      orderId: 'o-1',
      type: 'One',
      version: 1,
      occurredAt: noon.toISOString(),
      data: {},
    };
    expect(sidecar.published[0]).toEqual({
      topic: 'things',
      events: [one, { ...one, eventId: 'thing.a.2', type: 'Two', version: 2 }],
    });
    const versions = sidecar.published.flatMap(({ events }) =>
      events.map((event) => (event as StampedEvent).version),
    );
    expect(versions).toEqual([1, 2, 3, 4]);
    expect(stored()).toMatchObject({ eventCount: 4 });
  });

  test('When they go to several topics, then each topic gets its own, in the order of their versions', async () => {
    const { call, sidecar } = hostOf({
      tell: (turn) => turn.save('told', { events: [told('A', 'x'), told('B', 'y'), told('C', 'x')] }),
    });
    await call('tell');

    expect(
      sidecar.published.map(({ topic, events }) => [
        topic,
        events.map((event) => (event as StampedEvent).type),
      ]),
    ).toEqual([
      ['x', ['A', 'C']],
      ['y', ['B']],
    ]);
  });

  test('When publishing fails, then the next turn of whatever kind publishes the same, in another process as well', async () => {
    const { call, sidecar, app, eventIds } = hostOf({
      tell: (turn) => turn.save('told', { events: [told()] }),
      look: { readOnly: true, run: read },
      touch: async () => ({}),
    });
    sidecar.before = async (what) => {
      if (what.startsWith('publish')) throw new Error('broker is away');
    };
    expect((await call('tell')).status).toBe(500);
    sidecar.before = async () => {};

    await call('look');
    expect(eventIds()).toEqual([]);
    await request(app).get('/dapr/config');
    await call('touch');
    await call('touch');
    expect(eventIds()).toEqual(['thing.a.1']);
  });

  test('When nobody waits for the publish, then a drain does', async () => {
    const { call, sidecar, host, eventIds } = hostOf({
      tell: { publish: 'after-answer', run: (turn) => turn.save('told', { events: [told()] }) },
    });
    const { opened, open } = gate();
    sidecar.before = (what) => (what.startsWith('publish') ? opened : Promise.resolve());

    expect((await call('tell')).status).toBe(200);
    expect(eventIds()).toEqual([]);
    const drained = host.drain();
    open();
    await drained;

    expect(eventIds()).toEqual(['thing.a.1']);
  });

  test('When an event was taken in, then its repeat is known, until sixty-four others came', async () => {
    const { call } = hostOf({
      async takeIn(turn, input) {
        const { eventId } = input as { eventId: string };
        if (turn.hasSeen(eventId)) return { isKnown: true };
        await turn.save('seen', { seen: eventId });
        return { isKnown: false };
      },
    });
    const takeIn = async (eventId: string) => (await call('takeIn', { eventId })).body.isKnown;

    expect([await takeIn('e-0'), await takeIn('e-0')]).toEqual([false, true]);
    for (let i = 1; i < 64; i++) await takeIn(`e-${i}`);
    expect(await takeIn('e-0')).toBe(true);
    await takeIn('e-64');
    expect([await takeIn('e-1'), await takeIn('e-0')]).toEqual([true, false]);
  });
});

describe('reminders', () => {
  test('When one carries a suffix, then the part before the dot says what it is', async () => {
    const { wake, stored } = hostOf({}, { reminders: { sweep: (turn) => turn.save('swept') } });

    expect((await wake('sweep.3')).status).toBe(200);
    expect(stored()).toMatchObject({ state: 'swept' });
  });

  test('When it fails, then the sidecar hears of success, for its period brings it again, and the log tells', async () => {
    const { wake } = hostOf({}, { reminders: { sweep: () => Promise.reject(new Error('no')) } });

    expect((await wake('sweep')).status).toBe(200);
    expect(logged.join()).toContain('a reminder failed and will fire again');
  });

  test('When nobody knows it, then it is deleted', async () => {
    const { wake, sidecar } = hostOf({});
    sidecar.reminders.set('Thing/a/forgotten', {});

    await wake('forgotten');

    expect([...sidecar.reminders.keys()]).toEqual([]);
  });
});

describe('a guard', () => {
  const guarded: Run = async (turn, input) => {
    await turn.guard();
    if (input === 'refused') return { refused: true };
    if (input === 'broken') throw new Error('broken');
    await turn.save(input, { events: [told()] });
  };
  const guards = (sidecar: MemorySidecar) => [...sidecar.reminders.keys()];

  test('When the turn ends well, then its guard goes', async () => {
    const { call, sidecar, host } = hostOf({ guarded });

    await call('guarded', 'new');
    await host.drain();

    expect(guards(sidecar)).toEqual([]);
  });

  test('When the turn breaks, then its guard stays; when it fires, then recovery runs, what is left goes out, and it goes', async () => {
    const recover = jest.fn(async () => {});
    const { call, wake, sidecar, host, eventIds } = hostOf({ guarded }, { recover });
    sidecar.before = async (what) => {
      if (what.startsWith('publish')) throw new Error('broker is away');
    };
    expect((await call('guarded', 'new')).status).toBe(500);
    const [key = ''] = guards(sidecar);
    sidecar.before = async () => {};

    await wake(key.split('/')[2] ?? '');
    await host.drain();

    expect(recover).toHaveBeenCalledTimes(1);
    expect(eventIds()).toEqual(['thing.a.1']);
    expect(guards(sidecar)).toEqual([]);
  });

  test('When recovery fails, then the guard stays for another time', async () => {
    const recover = () => Promise.reject(new Error('provider is away'));
    const { call, wake, sidecar, host } = hostOf({ guarded }, { recover });
    await call('guarded', 'broken');
    const [key = ''] = guards(sidecar);

    expect((await wake(key.split('/')[2] ?? '')).status).toBe(200);
    await host.drain();

    expect(guards(sidecar)).toEqual([key]);
  });

  test('When a turn that saved nothing takes its guard away late, then the next turn keeps its own', async () => {
    const { call, sidecar, host, arrived } = hostOf({ guarded });
    const { opened, open } = gate();
    sidecar.before = (what) => (what.startsWith('delete') ? opened : Promise.resolve());

    const refused = call('guarded', 'refused').then();
    const broken = call('guarded', 'broken').then();
    while (arrived.length < 2) await turnOfTheLoop();
    await turnOfTheLoop();
    open();
    await Promise.all([refused, broken]);
    await host.drain();

    expect(guards(sidecar)).toHaveLength(1);
  });
});

describe('turns', () => {
  test('When work is left for after the turn, then it may call the same actor', async () => {
    const calls: unknown[] = [];
    const thing = hostOf({
      async start(turn) {
        turn.afterTurn(async () => {
          calls.push((await thing.call('read')).body);
        });
        await turn.save('started');
      },
      read,
    });

    await thing.call('start');
    await thing.host.drain();

    expect(calls).toEqual([{ state: 'started' }]);
  });

  test('When the sidecar starts anew during a turn, then what that turn leaves is not kept', async () => {
    const { opened, open } = gate();
    const { app, call, sidecar } = hostOf({
      async slow(turn) {
        await turn.save('slow');
        await opened;
      },
      read,
    });
    const slow = call('slow').then();
    while (sidecar.writes.length === 0) await turnOfTheLoop();

    await request(app).get('/dapr/config');
    open();
    await slow;
    sidecar.stored.set('Thing/a/v1', {
      value: { version: 2, turnId: 't', state: 'of another host', eventCount: 0, outbox: [], seen: [] },
      etag: 2,
    });

    expect((await call('read')).body).toEqual({ state: 'of another host' });
  });

  test('When a turn is taken, then its lines name the actor', async () => {
    const { call } = hostOf({
      async talk(turn) {
        turn.log.info('here');
      },
    });

    await call('talk');

    expect(logged.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ actor: 'Thing/a', msg: 'here' }),
    );
  });
});
