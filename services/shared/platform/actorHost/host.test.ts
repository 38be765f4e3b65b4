import type { RequestListener } from 'node:http';
import request from 'supertest';
import { z } from 'zod';
import { createHttpApp } from '../httpApp';
import { createLogger } from '../logger';
import type { PublishedEvent, Sidecar } from '../sidecar';
import type { ActorDefinition, method, NewEvent, StampedEvent, Turn } from './definition';
import { fenceBySetting } from './fence';
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
  const served = createHttpApp({ log, routers: [], fromSidecar: [host] });
  const app: RequestListener = (req, res) => {
    arrived.push(req.url ?? '');
    served(req, res);
  };
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
  test('When it asks for the configuration, then it learns the actor types, and that the turns of moved actors are not waited for', async () => {
    const { app } = hostOf({});

    const { body } = await request(app).get('/dapr/config');

    expect(body).toEqual({
      entities: ['Thing'],
      actorIdleTimeout: '60s',
      drainOngoingCallTimeout: '2s',
      drainRebalancedActors: false,
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

  test.each([
    ['state.redis', '-1', '1'],
    ['state.postgresql', undefined, undefined],
    ['state.sqlite', undefined, undefined],
  ])('When the store is %s, then its type alone decides, asked once', async (type, first, second) => {
    const storeType = jest.fn(async () => type);
    const { sidecar, call } = hostOf({ set }, {}, { fence: fenceBySetting('auto', storeType) });
    for (const state of ['a', 'b']) await call('set', state);

    expect(sidecar.writes).toEqual([{ etag: first }, { etag: second }]);
    expect(storeType).toHaveBeenCalledTimes(1);
  });

  test('When the store’s type cannot be told, then nothing is written, and the next turn asks again', async () => {
    const storeType = jest.fn<Promise<string>, []>(async () => 'state.redis');
    storeType.mockRejectedValueOnce(new Error('no sidecar'));
    const { sidecar, call } = hostOf({ set }, {}, { fence: fenceBySetting('auto', storeType) });
    expect((await call('set', 'a')).status).toBe(500);
    expect(sidecar.writes).toEqual([]);

    expect((await call('set', 'a')).status).toBe(200);
    expect(sidecar.writes).toEqual([{ etag: '-1' }]);
  });

  test('When the sidecar starts anew, then its store is asked for again', async () => {
    let type = 'state.redis';
    const { sidecar, call, app } = hostOf({ set }, {}, { fence: fenceBySetting('auto', async () => type) });
    await call('set', 'a');
    type = 'state.sqlite';
    await request(app).get('/dapr/config');
    await call('set', 'b');

    expect(sidecar.writes).toEqual([{ etag: '-1' }, { etag: undefined }]);
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

describe('a turn that is as a rule the first', () => {
  const add: Run = async (turn, input) => {
    const known = turn.state === 'nothing' ? [] : (turn.state as unknown[]);
    if (known.includes(input)) return { known };
    await turn.save([...known, input], { events: [told()] });
    return { known };
  };
  const first = { run: add, beginsUnread: (input: unknown) => input !== 'later' };

  test('When nothing is stored, then it saves without having read', async () => {
    const { call, stored, sidecar, eventIds } = hostOf({ first });
    expect((await call('first', 1)).body).toEqual({ known: [] });
    expect(sidecar.reads).toBe(0);
    expect(stored()?.state).toEqual([1]);
    expect(eventIds()).toEqual(['thing.a.1']);
  });

  test('When something is stored, then nothing of it is lost, and no event has the identity of another', async () => {
    const { call, stored, sidecar, host, app, eventIds } = hostOf({ first });
    await call('first', 1);
    await request(app).delete('/actors/Thing/a');
    expect((await call('first', 2)).body).toEqual({ known: [1] });
    await host.drain();
    expect(stored()?.state).toEqual([1, 2]);
    expect(sidecar.reads).toBeGreaterThan(0);
    // A host that forgot what it published tells it again.
    expect([...new Set(eventIds())]).toEqual(['thing.a.1', 'thing.a.2']);
  });

  test('When it would save nothing, then it is answered from what is stored', async () => {
    const { call, app } = hostOf({ look: { run: read, beginsUnread: () => true }, first });
    await call('first', 1);
    await request(app).delete('/actors/Thing/a');
    expect((await call('look')).body).toEqual({ state: [1] });
  });

  test('When the answer to its write is lost, then it has saved once', async () => {
    const { call, stored, sidecar } = hostOf({ first });
    const write = sidecar.writeActorState.bind(sidecar);
    let isLost = false;
    sidecar.writeActorState = async (...args) => {
      await write(...args);
      if (isLost) return;
      isLost = true;
      throw new Error('no answer');
    };
    await call('first', 1);
    expect(stored()).toMatchObject({ version: 1, state: [1] });
  });

  test.each<[string, Partial<ActorHostOptions>, unknown]>([
    ['the store has no fence', { fence: 'none' }, 1],
    ['the input is another', {}, 'later'],
  ])('When %s, then it reads first', async (_when, options, input) => {
    const { call, sidecar } = hostOf({ first }, {}, options);
    await call('first', input);
    expect(sidecar.reads).toBe(1);
  });

  test('When the actor is remembered, then neither a read nor a beginning is wanted', async () => {
    const { call, stored, sidecar } = hostOf({ first });
    await call('first', 1);
    await call('first', 2);
    expect(sidecar.reads).toBe(0);
    expect(sidecar.writes).toEqual([{ etag: '-1' }, { etag: '1' }]);
    expect(stored()?.state).toEqual([1, 2]);
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

describe('A method whose actor was named a moment ago', () => {
  const fresh = { isFresh: (input: unknown) => input === 'fresh' };
  const saves: Run = async (turn, input) => turn.save(input);

  test('is run without a read, whether it saves or not', async () => {
    const look: Run = async ({ state }) => ({ state });
    const { call, sidecar } = hostOf({ saves: { ...fresh, run: saves }, look: { ...fresh, run: look } });
    expect((await call('look', 'fresh')).body).toEqual({ state: 'nothing' });
    expect((await call('saves', 'fresh', 'b')).status).toBe(200);
    expect(sidecar.reads).toBe(0);
    await call('saves', 'another', 'c');
    expect(sidecar.reads).toBe(1);
  });

  test('and of which something is stored all the same, then its save fails, and that stands', async () => {
    const { call, app, stored } = hostOf({ saves: { ...fresh, run: saves }, set });
    await call('set', 'before');
    await request(app).delete('/actors/Thing/a');
    expect((await call('saves', 'fresh')).status).toBe(500);
    expect(stored()?.state).toBe('before');
  });

  test('and that is known here, then it sees it', async () => {
    const { call } = hostOf({ set, look: { ...fresh, run: read } });
    await call('set', 'before');
    expect((await call('look', 'fresh')).body).toEqual({ state: 'before' });
  });

  test('in a store without a fence, then it is read', async () => {
    const { call, sidecar } = hostOf({ saves: { ...fresh, run: saves } }, {}, { fence: 'none' });
    await call('saves', 'fresh');
    expect(sidecar.reads).toBe(1);
  });
});

describe('When the sidecar takes an actor away', () => {
  test('while a turn of it runs, then it is answered at once, and what that turn leaves is not kept', async () => {
    const [begun, ended] = [gate(), gate()];
    const slow: Run = async (turn) => {
      await turn.save('by the turn');
      begun.open();
      await ended.opened;
    };
    const { app, call, sidecar } = hostOf({ slow, read });
    const running = call('slow').then();
    await begun.opened;

    expect((await request(app).delete('/actors/Thing/a')).status).toBe(200);
    const value = { ...(sidecar.stored.get('Thing/a/v1')?.value as object), turnId: 'x', state: 'elsewhere' };
    sidecar.stored.set('Thing/a/v1', { value, etag: 2 });
    ended.open();
    await running;

    expect((await call('read')).body).toEqual({ state: 'elsewhere' });
  });

  test('then the next turn of it here is kept again', async () => {
    const { app, call, sidecar } = hostOf({ set, read });
    await call('set', 'one');
    await request(app).delete('/actors/Thing/a');
    await call('read');
    const reads = sidecar.reads;
    await call('read');
    expect(sidecar.reads).toBe(reads);
  });
});

describe('reminders', () => {
  test('When one carries a suffix, then the part before the dot says what it is', async () => {
    const { wake, stored } = hostOf({}, { reminders: { sweep: (turn) => turn.save('swept') } });

    expect((await wake('sweep.3')).status).toBe(200);
    expect(stored()).toMatchObject({ state: 'swept' });
  });

  test('When it fires where the actor is remembered as it was before, then it sees what is stored', async () => {
    const seen: unknown[] = [];
    const sweep = async (turn: { state: unknown }) => void seen.push(turn.state);
    const { call, wake, sidecar, stored } = hostOf({ set }, { reminders: { sweep } });
    await call('set', 'old');
    const value = { ...stored(), version: 2, turnId: 'of another host', state: 'by another host' };
    sidecar.stored.set('Thing/a/v1', { value, etag: 2 });

    await wake('sweep.1');

    expect(seen).toEqual(['by another host']);
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

  test('When it fires where the actor is remembered as it was before, then recovery sees what is stored', async () => {
    const recovered: unknown[] = [];
    const recover = async (turn: { state: unknown }) => void recovered.push(turn.state);
    const { call, wake, sidecar, host, stored } = hostOf({ guarded }, { recover });
    await call('guarded', 'old');
    await host.drain();
    const value = { ...stored(), version: 2, turnId: 'of another host', state: 'by another host' };
    sidecar.stored.set('Thing/a/v1', { value, etag: 2 });

    await wake('finish.2');

    expect(recovered).toEqual(['by another host']);
  });

  test('When it fires before its turn has saved elsewhere, then that save is kept from coming', async () => {
    const { wake, stored } = hostOf({}, { recover: async () => {} });
    await wake('finish.1');
    expect(stored()).toMatchObject({ version: 1 });

    await wake('finish.1');
    expect(stored()).toMatchObject({ version: 1 });
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

describe('an intent', () => {
  const versionsWritten = (sidecar: MemorySidecar) => sidecar.writes.map(({ etag }) => etag);
  const guards = (sidecar: MemorySidecar) => [...sidecar.reminders.keys()];
  const guardOf = (sidecar: MemorySidecar) => guards(sidecar)[0]?.split('/')[2] ?? '';
  /** Asks somebody, whose answer is the input: `broken`, `unknown`, or what to save. */
  const cancel: Run = async (turn, input) => {
    await turn.guard();
    await turn.intend('cancelling');
    if (input === 'broken') throw new Error('the process dies here');
    if (input === 'refused') return { refused: 'slot_full' };
    if (input === 'unknown') {
      turn.keepGuard();
      return { refused: 'cancel_unavailable' };
    }
    await turn.save(input, { events: [told('Canceled')] });
    return { saved: input };
  };

  test('When the turn goes on to its save, then both are stored in turn under the fence, and one event is told', async () => {
    const { call, sidecar, host, stored, eventIds } = hostOf({ cancel, set });
    await call('set', 'placed');

    expect((await call('cancel', 'canceled')).body).toEqual({ saved: 'canceled' });
    await host.drain();

    expect(versionsWritten(sidecar)).toEqual(['-1', '1', '2']);
    expect(stored()).toMatchObject({ state: 'canceled', version: 3, eventCount: 1 });
    expect(eventIds()).toEqual(['thing.a.1']);
    expect(guards(sidecar)).toEqual([]);
    expect((await call('set', 'next')).status).toBe(200);
    expect(versionsWritten(sidecar)).toEqual(['-1', '1', '2', '3']);
  });

  test('When it is the first write of all, then the fence holds as well', async () => {
    const { call, sidecar } = hostOf({ cancel });

    await call('cancel', 'canceled');

    expect(versionsWritten(sidecar)).toEqual(['-1', '1']);
  });

  test('When several are written down in one turn, then each is counted', async () => {
    const { call, sidecar, stored } = hostOf({
      async ask(turn) {
        for (const step of ['one', 'two']) await turn.intend(step);
        await turn.save('done');
      },
    });

    await call('ask');

    expect(versionsWritten(sidecar)).toEqual(['-1', '1', '2']);
    expect(stored()).toMatchObject({ state: 'done', version: 3 });
  });

  test('When the turn fails after it, then the next turn sees it, and so does recovery, which takes the guard away', async () => {
    const found: unknown[] = [];
    const { call, wake, sidecar, host } = hostOf(
      { cancel, read },
      {
        async recover(turn) {
          found.push(turn.state);
          await turn.save('canceled', { events: [told('Canceled')] });
        },
      },
    );
    expect((await call('cancel', 'broken')).status).toBe(500);

    expect((await call('read')).body).toEqual({ state: 'cancelling' });
    expect(guards(sidecar)).toHaveLength(1);
    await wake(guardOf(sidecar));
    await host.drain();

    expect(found).toEqual(['cancelling']);
    expect((await call('read')).body).toEqual({ state: 'canceled' });
    expect(guards(sidecar)).toEqual([]);
  });

  test('When the host dies after it, then another host finds it by the guard', async () => {
    const recover = jest.fn(async ({ state }: Turn<unknown>) => expect(state).toBe('cancelling'));
    const { call, wake, app, sidecar } = hostOf({ cancel }, { recover });
    await call('cancel', 'broken');
    // Nothing is left in memory.
    await request(app).get('/dapr/config');

    await wake(guardOf(sidecar));

    expect(recover).toHaveBeenCalledTimes(1);
  });

  test('When it cannot be stored, then nobody is asked, and the next turn sees the state before it', async () => {
    const asked = jest.fn();
    const { call, sidecar } = hostOf({
      set,
      read,
      async ask(turn) {
        await turn.intend('asking');
        asked();
      },
    });
    await call('set', 'placed');
    sidecar.before = async (what) => {
      if (what === 'write') throw new Error('store is away');
    };

    expect((await call('ask')).status).toBe(500);
    sidecar.before = async () => {};
    expect(asked).not.toHaveBeenCalled();
    expect((await call('read')).body).toEqual({ state: 'placed' });
  });

  test('When its save fails, then the intent stands, and the guard with it', async () => {
    const { call, sidecar, stored } = hostOf({ cancel, read });
    sidecar.before = async (what) => {
      if (what === 'write' && sidecar.writes.length === 1) throw new Error('store is away');
    };

    expect((await call('cancel', 'canceled')).status).toBe(500);
    sidecar.before = async () => {};

    expect(stored()).toMatchObject({ state: 'cancelling', version: 1, eventCount: 0, outbox: [] });
    expect((await call('read')).body).toEqual({ state: 'cancelling' });
    expect(guards(sidecar)).toHaveLength(1);
  });

  test('When it comes after the save, then that is a fault of the code, and the save stands', async () => {
    const { call, stored } = hostOf({
      async wrong(turn) {
        await turn.save('done');
        await turn.intend('too late');
      },
    });

    expect((await call('wrong')).status).toBe(500);
    expect(stored()).toMatchObject({ state: 'done', version: 1 });
  });

  test('When events of a turn before are not out yet, then it keeps them, and they go out once the broker is back', async () => {
    const { call, sidecar, stored, eventIds } = hostOf({
      tell: { publish: 'after-answer', run: (turn) => turn.save('told', { events: [told()] }) },
      cancel,
    });
    sidecar.before = async (what) => {
      if (what.startsWith('publish')) throw new Error('broker is away');
    };
    await call('tell');
    await call('cancel', 'broken');
    expect(stored()?.outbox).toHaveLength(1);
    sidecar.before = async () => {};

    await call('cancel', 'canceled');

    expect(eventIds()).toEqual(['thing.a.1', 'thing.a.2']);
  });

  test('When the turn ends without a save, then the guard stays, for nobody else would come back', async () => {
    const { call, sidecar, host } = hostOf({ cancel });

    await call('cancel', 'refused');
    await host.drain();

    expect(guards(sidecar)).toHaveLength(1);
  });

  describe('whose guard is kept', () => {
    test('When the outcome is unknown, then the caller has its answer, and the guard fires recovery until that saves', async () => {
      const answers: string[] = ['unknown', 'unknown', 'known'];
      const recover = jest.fn(async (turn: Turn<unknown>) => {
        if (answers.shift() === 'unknown') return turn.keepGuard();
        return turn.save('canceled', { events: [told('Canceled')] });
      });
      const { call, wake, sidecar, host, eventIds } = hostOf({ cancel }, { recover });

      const { status, body } = await call('cancel', 'unknown');
      expect([status, body]).toEqual([200, { refused: 'cancel_unavailable' }]);
      const name = guardOf(sidecar);
      for (const left of [1, 1, 0]) {
        await wake(name);
        await host.drain();
        expect(guards(sidecar)).toHaveLength(left);
      }

      expect(recover).toHaveBeenCalledTimes(3);
      expect(eventIds()).toEqual(['thing.a.1']);
    });

    test('When recovery guards itself, then it needs no second reminder, and leaves none', async () => {
      const set = jest.fn();
      const { call, wake, sidecar, host } = hostOf(
        { cancel },
        {
          async recover(turn) {
            await turn.guard();
            await turn.intend('cancelling again');
            await turn.save('canceled');
          },
        },
      );
      await call('cancel', 'unknown');
      const name = guardOf(sidecar);
      sidecar.before = async (what) => {
        if (what.startsWith('set')) set(what);
      };

      await wake(name);
      await host.drain();

      expect(set).not.toHaveBeenCalled();
      expect(guards(sidecar)).toEqual([]);
    });

    test('When another command is guarded meanwhile, then the kept guard outlives it', async () => {
      const { call, sidecar, host } = hostOf({
        cancel,
        async guarded(turn) {
          await turn.guard();
        },
      });
      await call('cancel', 'unknown');
      const kept = guards(sidecar);

      await call('guarded');
      await host.drain();

      expect(guards(sidecar)).toEqual(kept);
    });

    test('When nothing was written down that recovery could find, then that is a fault of the code', async () => {
      const { call } = hostOf({
        async wrong(turn) {
          await turn.guard();
          turn.keepGuard();
        },
      });

      expect((await call('wrong')).status).toBe(500);
      expect(logged.join()).toContain('without having written down what for');
    });
  });
});

describe('an event’s instant', () => {
  test('When it says when it came about, then it keeps that; else it has the instant of the save', async () => {
    const { call, sidecar } = hostOf({
      tell: (turn) =>
        turn.save('told', { events: [{ ...told(), occurredAt: '2026-11-23T00:00:00.000Z' }, told()] }),
    });

    await call('tell');

    expect(sidecar.published[0]?.events.map((event) => (event as StampedEvent).occurredAt)).toEqual([
      '2026-11-23T00:00:00.000Z',
      noon.toISOString(),
    ]);
  });
});

describe('a list', () => {
  type Put = [id: string, version: number, state: unknown];
  const listed = (_id: string, state: unknown) =>
    state === 'hidden' ? undefined : { doc: { state }, sorts: {}, facets: [] };

  /** A host whose actors are listed, and what the list was told; `before` may delay or fail that. */
  function listedHostOf(methods: Parameters<typeof hostOf>[0], rest: Parameters<typeof hostOf>[1] = {}) {
    const puts: Put[] = [];
    const list = { before: async () => {} };
    const lists = {
      Thing: {
        async put(id: string, version: number, entry: { doc: Record<string, unknown> } | undefined) {
          await list.before();
          puts.push([id, version, entry?.doc.state]);
        },
      },
    };
    return { ...hostOf(methods, { listed, ...rest }, { lists }), puts, list };
  }
  const away = () => Promise.reject(new Error('list is away'));

  test('When an actor saves, then the list is told each version, once, with what it shows', async () => {
    const { call, puts } = listedHostOf({ set, read, touch: async () => ({}) });

    await call('set', 'one');
    await call('touch');
    await call('read');
    await call('set', 'two');
    await call('set', 'other', 'b');
    await call('set', 'hidden');

    expect(puts).toEqual([
      ['a', 1, 'one'],
      ['a', 2, 'two'],
      ['b', 1, 'other'],
      ['a', 3, undefined],
    ]);
  });

  test('When nothing was ever saved, then the list is told nothing', async () => {
    const { call, puts } = listedHostOf({ touch: async () => ({}) });

    await call('touch');

    expect(puts).toEqual([]);
  });

  test('When an actor is loaded anew, then the list is told again, by the first turn that is no mere read', async () => {
    const { app, call, puts } = listedHostOf({
      set,
      look: { readOnly: true, run: read },
      touch: async () => ({}),
    });
    await call('set', 'one');
    await request(app).delete('/actors/Thing/a');

    await call('look');
    expect(puts).toHaveLength(1);
    await call('touch');
    await call('touch');

    expect(puts).toEqual([
      ['a', 1, 'one'],
      ['a', 1, 'one'],
    ]);
  });

  test('When a turn writes down an intent first, then the list is told of where it ended', async () => {
    const { call, puts } = listedHostOf({
      async ask(turn) {
        await turn.intend('asking');
        await turn.save('done');
      },
    });

    await call('ask');

    expect(puts).toEqual([['a', 2, 'done']]);
  });

  test('When the list fails, then who waits hears of it, events go out all the same, and the next turn tells it', async () => {
    const { call, puts, list, eventIds } = listedHostOf({
      tell: (turn, input) => turn.save(input, { events: [told()] }),
      touch: async () => ({}),
    });
    list.before = away;
    expect((await call('tell', 'one')).status).toBe(500);
    expect(eventIds()).toEqual(['thing.a.1']);
    list.before = async () => {};

    expect((await call('touch')).status).toBe(200);

    expect(puts).toEqual([['a', 1, 'one']]);
  });

  test('When the list fails behind an answer, then the next turn tells it, and the state in memory stays', async () => {
    const { call, puts, list, host, sidecar } = listedHostOf({
      tell: { publish: 'after-answer', run: (turn, input) => turn.save(input) },
      touch: async () => ({}),
    });
    list.before = away;
    expect((await call('tell', 'one')).status).toBe(200);
    await host.drain();
    expect(logged.join()).toContain('left for whoever comes back for it');
    list.before = async () => {};
    const { reads } = sidecar;

    await call('touch');

    expect(puts).toEqual([['a', 1, 'one']]);
    expect(sidecar.reads).toBe(reads);
  });

  test('When the broker fails, then the list is told all the same, and not again', async () => {
    const { call, puts, sidecar, host } = listedHostOf({
      tell: { publish: 'after-answer', run: (turn, input) => turn.save(input, { events: [told()] }) },
      touch: async () => ({}),
    });
    sidecar.before = async (what) => {
      if (what.startsWith('publish')) throw new Error('broker is away');
    };
    await call('tell', 'one');
    await host.drain();
    sidecar.before = async () => {};

    await call('touch');

    expect(puts).toEqual([['a', 1, 'one']]);
  });

  test('When the list is slow behind an answer, then the next turn waits for it and does not tell it twice', async () => {
    const { call, puts, list, host, arrived } = listedHostOf({
      tell: { publish: 'after-answer', run: (turn, input) => turn.save(input) },
      touch: async () => ({}),
    });
    const { opened, open } = gate();
    list.before = () => opened;
    await call('tell', 'one');
    const touched = call('touch').then();
    while (arrived.length < 2) await turnOfTheLoop();
    for (let i = 0; i < 20; i++) await turnOfTheLoop();
    open();
    await touched;
    await host.drain();

    expect(puts).toEqual([['a', 1, 'one']]);
  });

  test('When several turns save while the list is slow, then it ends with the last, and is told no version twice', async () => {
    const { call, puts, list, host } = listedHostOf({
      tell: { publish: 'after-answer', run: (turn, input) => turn.save(input) },
    });
    const { opened, open } = gate();
    list.before = () => opened;
    for (const state of ['one', 'two', 'three']) await call('tell', state);
    open();
    await host.drain();

    const versions = puts.map(([, version]) => version);
    expect(versions).toEqual([...new Set(versions)].sort());
    expect(puts.at(-1)).toEqual(['a', 3, 'three']);
  });

  test('When a turn ends badly for its list, then nothing of it is still under way', async () => {
    const { call, list, sidecar } = listedHostOf({
      tell: (turn) => turn.save('one', { events: [told()] }),
    });
    const { opened, open } = gate();
    sidecar.before = (what) => (what.startsWith('publish') ? opened : Promise.resolve());
    list.before = away;
    let isAnswered = false;
    const answered = call('tell').then(() => {
      isAnswered = true;
    });

    while (sidecar.writes.length === 0) await turnOfTheLoop();
    for (let i = 0; i < 20; i++) await turnOfTheLoop();
    expect(isAnswered).toBe(false);
    open();
    await answered;
    expect(sidecar.published).toHaveLength(1);
  });

  test('When there is no list of this type, or the type shows nothing, then all goes on without', async () => {
    const unlisted = hostOf({ set }, { listed }, { lists: {} });
    const put = jest.fn();
    const silent = hostOf({ set }, {}, { lists: { Thing: { put } } });

    expect((await unlisted.call('set', 'one')).status).toBe(200);
    expect((await silent.call('set', 'one')).status).toBe(200);
    expect(put).not.toHaveBeenCalled();
  });
});

describe('turns', () => {
  test('When work waits until all is told, then it begins behind the events, and not at all where they do not go out', async () => {
    const done: string[] = [];
    const { call, sidecar, host } = hostOf({
      tell: async (turn, input) => {
        turn.afterTold(async () => void done.push(`${input} after ${sidecar.published.length}`));
        await turn.save(input, { events: [told()] });
      },
    });
    await call('tell', 'first');
    await host.drain();
    expect(done).toEqual(['first after 1']);
    sidecar.before = async (what) => {
      if (what.startsWith('publish')) throw new Error('the broker is away');
    };
    await call('tell', 'second');
    await host.drain();
    expect(done).toEqual(['first after 1']);
  });

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
