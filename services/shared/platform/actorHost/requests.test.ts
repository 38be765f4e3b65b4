import { z } from 'zod';
import { refuse } from '../../contracts/refusals';
import { type ActorDefinition, method, type Turn } from './definition';
import { MemoryHost } from './memoryHost.sample';

interface Till {
  total: number;
}

/** Adds to a till, which no repeat may do twice; `how` says what its turn does. */
const till: ActorDefinition<Till> = {
  type: 'Till',
  initial: { total: 0 },
  methods: {
    add: method({
      input: z.object({ by: z.number(), how: z.enum(['says so', 'does not say', 'refuses', 'declines']) }),
      repeated: (state: Till) => state,
      async run(turn: Turn<Till>, { by, how }) {
        const total = turn.state.total + by;
        if (how === 'refuses') return refuse('payment_closed');
        if (how === 'declines') {
          const declined = refuse('payment_declined', { reason: 'no money' });
          await turn.save({ total }, { outcome: declined });
          return declined;
        }
        await turn.save({ total }, how === 'says so' ? { outcome: 'done' } : {});
        return { total };
      },
    }),
    nothing: method({
      input: z.object({}),
      repeated: (state: Till) => state,
      run: async ({ state }) => state,
    }),
  },
};

const total = (host: MemoryHost) =>
  (host.stored.get('Till/a/v1') as { state?: Till } | undefined)?.state?.total;

function tillHost() {
  const host = new MemoryHost().serve(till);
  const add = (how: string, request?: object, by = 5) =>
    host.callActor('Till', 'a', 'add', { by, how, request });
  return { host, add };
}

const request = { key: 'k', fingerprint: 'f' };

describe('When a command comes under a key', () => {
  test.each(['says so', 'does not say'])('and its save %s, then 50 at once do it once', async (how) => {
    const { host, add } = tillHost();
    const answers = await Promise.all(Array.from({ length: 50 }, () => add(how, request)));
    expect(answers).toEqual(answers.map(() => ({ total: 5 })));
    expect(total(host)).toBe(5);
  });

  test('and again after others changed the same, then it is not done again', async () => {
    const { host, add } = tillHost();
    await add('says so', request);
    await add('says so', { key: 'another', fingerprint: 'f' }, 2);
    expect(await add('says so', request)).toEqual({ total: 7 });
    host.restart();
    expect(await add('says so', request)).toEqual({ total: 7 });
  });

  test('and the key with another body, then that is refused and does nothing', async () => {
    const { host, add } = tillHost();
    await add('says so', request);
    expect(await add('says so', { key: 'k', fingerprint: 'other' })).toMatchObject({
      refused: 'idempotency_key_reused',
    });
    expect(total(host)).toBe(5);
  });

  test('and it was refused without any effect, then the key is free', async () => {
    const { add } = tillHost();
    expect(await add('refuses', request)).toMatchObject({ refused: 'payment_closed' });
    expect(await add('says so', { key: 'k', fingerprint: 'other' })).toEqual({ total: 5 });
  });

  test('and its refusal was saved, then every repeat hears the same and does nothing', async () => {
    const { host, add } = tillHost();
    const declined = { refused: 'payment_declined', facts: { reason: 'no money' } };
    for (let i = 0; i < 3; i++) expect(await add('declines', request)).toEqual(declined);
    expect(total(host)).toBe(5);
  });

  test('and the process dies at its save, then a repeat does it once', async () => {
    for (const died of ['before', 'after'] as const) {
      const { host, add } = tillHost();
      const write = host.writeActorState.bind(host);
      host.writeActorState = async (...args) => {
        host.writeActorState = write;
        if (died === 'after') await write(...args);
        throw new Error('died');
      };
      host.readActorState = (
        (read) =>
        async (...args: Parameters<typeof read>) => {
          host.readActorState = read;
          return args[0] === 'Till' ? undefined : read(...args);
        }
      )(host.readActorState.bind(host));
      await add('says so', request).catch(() => {});
      host.restart();
      expect(await add('says so', request)).toEqual({ total: 5 });
      expect(total(host)).toBe(5);
    }
  });

  test('and changes nothing, then its key is taken all the same', async () => {
    const { host, add } = tillHost();
    await host.callActor('Till', 'a', 'nothing', { request });
    expect(await add('says so', { key: 'k', fingerprint: 'other' })).toMatchObject({
      refused: 'idempotency_key_reused',
    });
  });

  test('and a day has passed, then it is another request, and nothing of the first is left', async () => {
    const { host, add } = tillHost();
    await add('says so', request);
    host.now = new Date(host.now.getTime() + 24 * 60 * 60 * 1_000);
    expect(await add('says so', { key: 'k', fingerprint: 'other' })).toEqual({ total: 10 });
    host.now = new Date(host.now.getTime() + 24 * 60 * 60 * 1_000);
    await add('says so');
    expect(host.stored.get('Till/a/v1')).not.toHaveProperty('requests');
  });
});
