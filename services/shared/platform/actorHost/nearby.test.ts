import { z } from 'zod';
import { createLogger } from '../logger';
import type { Sidecar } from '../sidecar';
import { type ActorDefinition, method, methodForMany, type Turn } from './definition';
import { ActorHost } from './host';
import { MemoryHost, put } from './memoryHost.sample';
import { NearbyActors } from './nearby';
import type { Fence } from './turn';

interface Counter {
  counted: string[];
}

/** A process that counts, and whose sidecar is memory: what goes by it is answered by nobody but noted. */
function processWith({ fence = 'redis' as Fence } = {}) {
  let gate: Promise<unknown> = Promise.resolve();
  const counter: ActorDefinition<Counter> = {
    type: 'Counter',
    initial: { counted: [] },
    methods: {
      count: method({
        input: z.object({ what: z.string() }),
        async run(turn: Turn<Counter>, { what }) {
          await gate;
          if (what === 'broken') throw new Error('it broke');
          const counted = [...turn.state.counted, what];
          await turn.save({ counted });
          return { counted };
        },
      }),
      join: methodForMany({
        input: z.object({ what: z.string() }),
        async runTogether(turn: Turn<Counter>, inputs) {
          const counted = [...turn.state.counted, ...inputs.map(({ what }) => what)];
          if (counted.includes('broken')) throw new Error('it broke');
          await turn.save({ counted });
          return inputs.map(({ what }) => ({ joined: what, of: inputs.length }));
        },
      }),
      read: method({ input: z.object({}), readOnly: true, run: async (turn: Turn<Counter>) => turn.state }),
      glance: method({
        input: z.object({}),
        readOnly: true,
        mayBeOld: true,
        run: async (turn: Turn<Counter>) => turn.state,
      }),
    },
  };
  const memory = new MemoryHost();
  const bySidecar: string[] = [];
  const sidecar = {
    callActor: async (_type: string, id: string, name: string, input: { what?: string }) => {
      bySidecar.push(`${id}.${name} ${input.what ?? ''}`.trim());
      return 'by the sidecar';
    },
  } as unknown as Sidecar;
  let now = Date.parse('2026-11-24T03:00:00.000Z');
  const host = new ActorHost({
    sidecar: memory,
    log: createLogger('test', 'silent'),
    clock: () => new Date(now),
    fence,
    actors: [counter],
  });
  const actors = new NearbyActors(sidecar, 200);
  actors.hostedBy(host);
  return {
    actors,
    bySidecar,
    memory,
    host,
    count: (what: string) => actors.callActor('Counter', 'a', 'count', { what }),
    join: (what: string) => actors.callActor('Counter', 'a', 'join', { what }),
    /** The sidecar brings a turn. */
    brings: (what: string) => put(host, '/actors/Counter/a/method/count', { what }),
    letsGo: () => host.routeOf('DELETE', ['actors', 'Counter', 'a'])?.({}),
    startsAnew: () => host.routeOf('GET', ['dapr', 'config'])?.({}),
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
    hold: () => {
      let open = () => {};
      gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      return open;
    },
  };
}

test('When the sidecar has just brought an actor, then it is asked here, and saves as if it had been brought', async () => {
  const { brings, count, bySidecar, memory } = processWith();
  await brings('one');

  expect(await count('two')).toEqual({ counted: ['one', 'two'] });
  expect(bySidecar).toEqual([]);
  expect(memory.stored.get('Counter/a/v1')).toMatchObject({ version: 2, state: { counted: ['one', 'two'] } });
});

test('When what was asked here answers, then neither side has in its hands what is the other’s', async () => {
  const { brings, count } = processWith();
  await brings('one');
  const answer = (await count('two')) as Counter;
  answer.counted.length = 0;

  expect(await count('three')).toEqual({ counted: ['one', 'two', 'three'] });
});

test.each<[string, (process: ReturnType<typeof processWith>) => unknown]>([
  ['was never brought', () => {}],
  ['was brought half an idle timeout ago', async ({ brings, pass }) => brings('one').then(() => pass(30))],
  ['was let go', async ({ brings, letsGo }) => brings('one').then(letsGo)],
  ['is of a sidecar that started anew', async ({ brings, startsAnew }) => brings('one').then(startsAnew)],
  ['failed in its last turn', ({ brings }) => brings('broken')],
])('When an actor %s, then it is asked by the sidecar', async (_what, prepare) => {
  const process = processWith();
  await prepare(process);

  expect(await process.count('two')).toBe('by the sidecar');
  expect(process.bySidecar).toEqual(['a.count two']);
});

test('When an actor is asked here again and again, then half an idle timeout after it was brought it is brought anew', async () => {
  const { brings, count, pass, bySidecar } = processWith();
  await brings('one');
  pass(29);
  await count('two');
  pass(1);
  await count('three');

  expect(bySidecar).toEqual(['a.count three']);
});

test('When a method only reads, then the sidecar is asked, which knows whose the actor is', async () => {
  const { brings, actors, bySidecar } = processWith();
  await brings('one');
  await actors.callActor('Counter', 'a', 'read', {});

  expect(bySidecar).toEqual(['a.read']);
});

test('When what a method reads may be old, then it is read here, whatever the store', async () => {
  const { brings, actors, bySidecar } = processWith({ fence: 'none' });
  await brings('one');

  expect(await actors.callActor('Counter', 'a', 'glance', {})).toEqual({ counted: ['one'] });
  expect(bySidecar).toEqual([]);
});

test('When nothing keeps a host that lost an actor from overwriting it, then all goes by the sidecar', async () => {
  const { brings, count, bySidecar } = processWith({ fence: 'none' });
  await brings('one');
  await count('two');

  expect(bySidecar).toEqual(['a.count two']);
});

test('When an actor is lost while a turn waits here for the one before, then that turn is not begun here', async () => {
  const { brings, count, letsGo, hold, bySidecar, memory } = processWith();
  await brings('one');
  const goOn = hold();
  const [first, second] = [count('two'), count('three')];
  await new Promise((resolve) => setImmediate(resolve));
  letsGo();
  goOn();

  expect(await first).toEqual({ counted: ['one', 'two'] });
  expect(await second).toBe('by the sidecar');
  expect(bySidecar).toEqual(['a.count three']);
  expect(memory.stored.get('Counter/a/v1')).toMatchObject({ state: { counted: ['one', 'two'] } });
});

describe('When calls that may share a turn come while one is under way', () => {
  async function underWay() {
    const process = processWith();
    await process.brings('one');
    const goOn = process.hold();
    const first = process.count('two');
    await new Promise((resolve) => setImmediate(resolve));
    return { ...process, goOn, first };
  }

  test('then one turn with one save takes them all, and each has its own answer', async () => {
    const { join, goOn, memory, bySidecar } = await underWay();
    const joined = Promise.all(['three', 'four', 'five'].map(join));
    goOn();

    expect(await joined).toEqual(['three', 'four', 'five'].map((what) => ({ joined: what, of: 3 })));
    expect(memory.stored.get('Counter/a/v1')).toMatchObject({
      version: 3,
      state: { counted: ['one', 'two', 'three', 'four', 'five'] },
    });
    expect(bySidecar).toEqual([]);
    expect(await join('six')).toEqual({ joined: 'six', of: 1 });
  });

  test('and that turn fails, then each of them fails, and who comes next is not held up', async () => {
    const { join, goOn, bySidecar } = await underWay();
    const joined = Promise.allSettled(['broken', 'four'].map(join));
    goOn();

    expect((await joined).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await join('five')).toBe('by the sidecar');
    expect(bySidecar).toEqual(['a.join five']);
  });

  test('and the actor is lost meanwhile, then each of them goes by the sidecar', async () => {
    const { join, goOn, letsGo, bySidecar } = await underWay();
    const joined = Promise.all(['three', 'four'].map(join));
    letsGo();
    goOn();

    expect(await joined).toEqual(['by the sidecar', 'by the sidecar']);
    expect(bySidecar).toEqual(['a.join three', 'a.join four']);
  });

  test('then what the sidecar brings does not wait for a turn that may be sent elsewhere', async () => {
    const { join, goOn, letsGo, host } = await underWay();
    const here = join('three');
    const brought = put(host, '/actors/Counter/a/method/join', { what: 'four' });
    letsGo();
    goOn();

    expect(await here).toBe('by the sidecar');
    expect(await brought).toMatchObject({ status: 200, body: { joined: 'four', of: 1 } });
  });
});

test('When a turn here fails, then its caller hears what a sidecar would tell him', async () => {
  const { brings, count, bySidecar } = processWith();
  await brings('one');

  await expect(count('broken')).rejects.toMatchObject({
    name: 'SidecarError',
    failure: 'refused',
    status: 500,
  });
  expect(bySidecar).toEqual([]);
});

test('When a turn here takes too long, then its caller waits no longer', async () => {
  const { brings, count, hold } = processWith();
  await brings('one');
  const goOn = hold();

  await expect(count('two')).rejects.toMatchObject({ failure: 'timeout' });
  goOn();
});

test('When an input is wrong, then the refusal comes back as a value', async () => {
  const { brings, actors } = processWith();
  await brings('one');

  expect(await actors.callActor('Counter', 'a', 'count', {})).toMatchObject({ refused: 'value_invalid' });
});
