import { createClient } from 'redis';
import { createLogger } from '../../services/shared/platform/logger';
import { createStreamTrimmer } from '../../services/shared/platform/streamTrimmer';
import { startRedis } from '../support/redisOfItsOwn';

jest.setTimeout(30_000);

describe('A stream that is trimmed', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: ReturnType<typeof createClient>;
  let trimmer: ReturnType<typeof createStreamTrimmer>;

  beforeAll(async () => {
    server = await startRedis();
    redis = createClient({ url: server.url });
    await redis.connect();
    trimmer = createStreamTrimmer({
      redisUrl: server.url,
      consumersOf: { orders: ['fast', 'slow'] },
      log: createLogger('test', 'silent'),
    });
  });
  afterAll(async () => {
    await trimmer.close();
    redis.destroy();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushAll();
  });

  const add = async (count: number) => {
    for (let i = 0; i < count; i++) await redis.xAdd('orders', '*', { data: String(i) });
  };
  const group = (name: string) => redis.xGroupCreate('orders', name, '0', { MKSTREAM: true });
  const length = () => redis.xLen('orders');
  async function take(name: string, count: number): Promise<string[]> {
    const answer = (await redis.xReadGroup(name, 'consumer', { key: 'orders', id: '>' }, { COUNT: count })) as
      | { messages: { id: string }[] }[]
      | null;
    return answer?.[0]?.messages.map(({ id }) => id) ?? [];
  }
  const acknowledge = (name: string, ids: string[]) => redis.xAck('orders', name, ids);

  test('When one group is slow, then it finds everything that it has not had', async () => {
    await group('fast');
    await group('slow');
    await add(100);
    await acknowledge('fast', await take('fast', 100));
    await acknowledge('slow', await take('slow', 40));
    expect(await trimmer.trim('orders')).toBe(40);
    expect(await take('slow', 100)).toHaveLength(60);
    expect(await length()).toBe(60);
  });

  test('When a consumer died over an entry, then that and all after it stay until somebody finishes it', async () => {
    await group('fast');
    await group('slow');
    await add(10);
    await acknowledge('fast', await take('fast', 10));
    const [first = '', second = '', ...others] = await take('slow', 10);
    await acknowledge('slow', [first, ...others]);
    expect(await trimmer.trim('orders')).toBe(1);
    const claimed = await redis.xClaim('orders', 'slow', 'another', 0, [second]);
    expect(claimed.map((each) => each?.id)).toEqual([second]);
    await acknowledge('slow', [second]);
    expect(await trimmer.trim('orders')).toBe(9);
  });

  test('When a consumer was never there, or a group is dead, then nothing that it would read goes', async () => {
    await group('fast');
    await add(5);
    await acknowledge('fast', await take('fast', 5));
    expect(await trimmer.trim('orders')).toBe(0);
    await group('slow');
    await group('dead');
    await acknowledge('slow', await take('slow', 5));
    expect(await trimmer.trim('orders')).toBe(0);
    await redis.xGroupDestroy('orders', 'dead');
    expect(await trimmer.trim('orders')).toBe(5);
  });

  test('When it is trimmed all the while, then each of three groups has every entry, slow ones and ones that die too', async () => {
    await group('fast');
    await group('slow');
    await group('faltering');
    const had: Record<string, Set<string>> = { fast: new Set(), slow: new Set(), faltering: new Set() };
    const total = 300;
    let isOver = false;
    const trimming = (async () => {
      while (!isOver) await trimmer.trim('orders');
    })();
    const read = async (name: string, most: number, dies: boolean) => {
      const own = had[name] as Set<string>;
      for (let round = 0; own.size < total; round++) {
        const ids = await take(name, 1 + (round % most));
        // One that dies leaves the entry open; another claims it later, and then has to find it.
        const left = dies && round % 3 === 0 ? ids.splice(-1) : [];
        for (const id of ids) own.add(id);
        if (ids.length > 0) await acknowledge(name, ids);
        for (const id of left) {
          const [claimed] = await redis.xClaim('orders', name, 'another', 0, [id]);
          expect(claimed?.message).toHaveProperty('data');
          own.add(id);
          await acknowledge(name, [id]);
        }
      }
    };
    await Promise.all([
      add(total),
      read('fast', 50, false),
      read('slow', 2, false),
      read('faltering', 4, true),
    ]);
    isOver = true;
    await trimming;
    await trimmer.trim('orders');
    expect(await length()).toBe(0);
  });
});
