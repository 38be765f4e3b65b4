import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createClient } from 'redis';
import { createListIndex, type ListedEntry, type ListIndex } from '../../services/shared/platform/listIndex';
import { redisAnswers } from '../../tools/system/infra';
import { ManagedProcess, useLeash } from '../../tools/system/managedProcess';
import { freePorts, readToolchain } from '../../tools/system/plan';
import { eventually } from '../../tools/system/waiting';

// Lists of things, on a real Redis: their order and their moments are that of its scripts.

jest.setTimeout(60_000);

let dataDir: string;
let redis: ManagedProcess;
let redisUrl: string;
const opened: ListIndex[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-list-'));
  const [port] = await freePorts(1);
  redisUrl = `redis://127.0.0.1:${port}`;
  useLeash();
  redis = new ManagedProcess(
    {
      name: 'redis',
      command: String(readToolchain().redisServer),
      args: ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', dataDir],
      cwd: dataDir,
    },
    dataDir,
  );
  redis.start();
  await eventually('Redis answers', () => redisAnswers(redisUrl).catch(() => false));
});
afterAll(async () => {
  await Promise.all(opened.map((list) => list.close()));
  await redis.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function open(name: string = randomUUID()): Promise<ListIndex> {
  const list = createListIndex({ redisUrl, name });
  opened.push(list);
  await eventually('the list is reachable', () => list.isReachable());
  return list;
}

const entry = (given: Partial<ListedEntry> = {}): ListedEntry => ({
  doc: { status: 'received' },
  sorts: { placedAt: '2026-11-24' },
  facets: ['status:received'],
  ...given,
});

/** Every item of a list, page by page, as somebody who follows `next` sees them. */
async function all(
  list: ListIndex,
  query: { sort?: string; descending?: boolean; facet?: string; size?: number } = {},
): Promise<{ id: string; doc: Record<string, unknown> }[]> {
  const { sort = 'placedAt', descending = false, facet, size = 7 } = query;
  const items = [];
  for (let page = 0; ; page++) {
    const { items: some, total } = await list.page({ facet, sort, descending, page, size });
    items.push(...some);
    if ((page + 1) * size >= total) {
      expect(items).toHaveLength(total);
      return items;
    }
    expect(some).toHaveLength(size);
  }
}

const ids = (items: { id: string }[]) => items.map(({ id }) => id);

describe('pages', () => {
  test('When a list is paged through, then each item comes once, in every sort and direction and for every size', async () => {
    const list = await open();
    const things = Array.from({ length: 53 }, (_, i) => ({
      id: `thing-${String(i).padStart(2, '0')}`,
      // Many ties in one sort, none in the other, and in the opposite order.
      sorts: { name: `n${i % 5}`, placedAt: String(99 - i) },
    }));
    for (const { id, sorts } of things) await list.put(id, 1, entry({ sorts, doc: { id } }));

    for (const sort of ['name', 'placedAt'] as const) {
      const inOrder = [...things]
        .sort((a, b) => Buffer.compare(key(a.sorts[sort], a.id), key(b.sorts[sort], b.id)))
        .map(({ id }) => id);
      for (const size of [1, 7, 20, 53, 100]) {
        expect(ids(await all(list, { sort, size }))).toEqual(inOrder);
        expect(ids(await all(list, { sort, size, descending: true }))).toEqual([...inOrder].reverse());
      }
    }
    expect((await all(list)).every(({ id, doc }) => doc.id === id)).toBe(true);
  });

  test('When a list is empty, or the page is past its end, then there are no items, and the total is told', async () => {
    const list = await open();
    const query = { sort: 'placedAt', descending: true, size: 20 };

    expect(await list.page({ ...query, page: 0 })).toEqual({ items: [], total: 0 });
    await list.put('a', 1, entry());
    expect(await list.page({ ...query, page: 1 })).toEqual({ items: [], total: 1 });
    expect(await list.page({ ...query, page: 0, sort: 'unknown' })).toEqual({ items: [], total: 0 });
    expect(await list.page({ ...query, page: 0, facet: 'status:none' })).toEqual({ items: [], total: 0 });
  });

  test('When two lists share a Redis, then neither shows what is in the other', async () => {
    const [one, two] = [await open(), await open()];
    await one.put('a', 1, entry());

    expect(ids(await all(one))).toEqual(['a']);
    expect(await all(two)).toEqual([]);
  });

  test('When somebody else opens the same list, then it shows the same', async () => {
    const name = randomUUID();
    const [here, there] = [await open(name), await open(name)];
    await here.put(
      'a',
      1,
      entry({ doc: { price: 250_000, seat: { time: '08:00' }, none: null, empty: [] } }),
    );

    expect(await all(there)).toEqual([
      { id: 'a', doc: { price: 250_000, seat: { time: '08:00' }, none: null, empty: [] } },
    ]);
  });
});

describe('changes', () => {
  test('When its status changes, then it leaves the one part of the list and is in the other, and where it now belongs', async () => {
    const list = await open();
    await list.put('a', 1, entry({ sorts: { placedAt: '1' } }));
    await list.put('b', 1, entry({ sorts: { placedAt: '2' } }));
    await list.put(
      'a',
      2,
      entry({ sorts: { placedAt: '3' }, doc: { status: 'confirmed' }, facets: ['status:confirmed'] }),
    );

    expect(ids(await all(list, { facet: 'status:received' }))).toEqual(['b']);
    expect(await all(list, { facet: 'status:confirmed' })).toEqual([
      { id: 'a', doc: { status: 'confirmed' } },
    ]);
    expect(ids(await all(list))).toEqual(['b', 'a']);
  });

  test('When an older or an equal version comes, then nothing changes', async () => {
    const list = await open();
    await list.put('a', 12, entry({ doc: { now: 12 } }));
    // As text, 9 would be more than 12.
    for (const version of [9, 12])
      await list.put('a', version, entry({ doc: { now: version, late: true }, facets: ['x'] }));

    expect(await all(list)).toEqual([{ id: 'a', doc: { now: 12 } }]);
    expect(await all(list, { facet: 'x' })).toEqual([]);
  });

  test('When it has nothing to show any more, then it is gone, and what comes late does not bring it back', async () => {
    const list = await open();
    await list.put('a', 1, entry());
    await list.put('a', 3, undefined);
    await list.put('a', 2, entry());

    expect(await all(list)).toEqual([]);
    expect(await all(list, { facet: 'status:received' })).toEqual([]);
    await list.put('a', 4, entry());
    expect(ids(await all(list))).toEqual(['a']);
  });

  test('When it has another sort than before, then it is in that one only', async () => {
    const list = await open();
    await list.put('a', 1, entry({ sorts: { placedAt: '1', date: '2' } }));
    await list.put('a', 2, entry({ sorts: { date: '2' } }));

    expect(await all(list)).toEqual([]);
    expect(ids(await all(list, { sort: 'date' }))).toEqual(['a']);
  });
});

describe('odd texts', () => {
  const odd = [
    '',
    '\u0000',
    '\u0001',
    'a\u0000b',
    'a',
    'a\u0001',
    'ab',
    'a b',
    '가',
    '🙂',
    'Z',
    '{}',
    '"',
    "']",
  ];

  test('When values of a sort have any character, even the separator, then their order is that of their bytes', async () => {
    const list = await open();
    await Promise.all(odd.map((value, i) => list.put(`id-${i}`, 1, entry({ sorts: { placedAt: value } }))));

    const inOrder = odd
      .map((value, i) => ({ id: `id-${i}`, value }))
      .sort((a, b) => Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)));
    expect(ids(await all(list, { size: 3 }))).toEqual(ids(inOrder));
    await Promise.all(odd.map((_value, i) => list.put(`id-${i}`, 2, undefined)));
    expect(await all(list)).toEqual([]);
  });

  test('When ids, facets and documents have odd characters, then they come back as they were', async () => {
    const list = await open();
    for (const text of odd.filter((each) => !each.includes('\u0000'))) {
      await list.put(text, 1, entry({ doc: { text }, facets: [text || 'none', 'all'] }));
      expect(await all(list, { facet: text || 'none' })).toEqual([{ id: text, doc: { text } }]);
    }
  });

  test('When a name holds half of an emoji, then it is listed, and its later versions are too', async () => {
    const list = await open();
    for (const version of [1, 2]) {
      await list.put(
        'a',
        version,
        entry({ doc: { name: '\ud83d', version }, sorts: { placedAt: '\ud83d' } }),
      );
    }

    expect(await all(list)).toEqual([{ id: 'a', doc: { name: '\ud83d', version: 2 } }]);
  });

  test('When an id has the separator, then it is refused, for it could not be told from its sort value', async () => {
    const list = await open();

    await expect(list.put('a\u0000b', 1, entry())).rejects.toThrow('NUL');
    expect(await all(list)).toEqual([]);
  });
});

describe('many writers', () => {
  test('When several write the versions of the same things at once, in any order, then the latest of each is shown, once', async () => {
    const name = randomUUID();
    const writers = await Promise.all([open(name), open(name), open(name)]);
    const puts = Array.from({ length: 20 }, (_, thing) =>
      Array.from({ length: 12 }, (_, i) => ({ id: `thing-${thing}`, version: i + 1 })),
    ).flat();
    const shuffled = puts
      .map((put, i) => ({ ...put, at: (i * 7_919) % puts.length }))
      .sort((a, b) => a.at - b.at);

    await Promise.all(
      shuffled.flatMap(({ id, version }, i) =>
        // Two of them tell of each version, as when an event comes twice.
        [0, 1].map((again) =>
          (writers[(i + again) % 3] as ListIndex).put(
            id,
            version,
            entry({ doc: { version }, sorts: { placedAt: `${version % 4}` }, facets: [`v:${version}`] }),
          ),
        ),
      ),
    );

    const list = writers[0];
    expect(ids(await all(list)).sort()).toEqual([...new Set(puts.map(({ id }) => id))].sort());
    expect((await all(list)).every(({ doc }) => doc.version === 12)).toBe(true);
    expect(await all(list, { facet: 'v:12' })).toHaveLength(20);
    for (let version = 1; version < 12; version++)
      expect(await all(list, { facet: `v:${version}` })).toEqual([]);
  });

  test('When a page is read while things move, then no item stands where its document does not belong', async () => {
    const name = randomUUID();
    const [writer, reader] = [await open(name), await open(name)];
    const sides = ['left', 'right'];
    let version = 0;
    const move = async () => {
      version += 1;
      const side = sides[version % 2] as string;
      await Promise.all(
        [0, 1, 2, 3, 4].map((i) =>
          writer.put(`thing-${i}`, version, entry({ doc: { side }, facets: [side] })),
        ),
      );
    };
    await move();
    const moving = (async () => {
      for (let i = 0; i < 200; i++) await move();
    })();

    for (let i = 0; i < 200; i++) {
      const facet = sides[i % 2] as string;
      const { items, total } = await reader.page({
        facet,
        sort: 'placedAt',
        descending: false,
        page: 0,
        size: 20,
      });
      expect(items).toHaveLength(total);
      for (const { doc } of items) expect(doc.side).toBe(facet);
    }
    await moving;
  });
});

test('When things come, change, go and come late in any way, then the list is what a plain table would show', async () => {
  const list = createListIndex({ redisUrl, name: 'model' });
  opened.push(list);
  const client = createClient({ url: redisUrl });
  await client.connect();
  await eventually('the list is reachable', () => list.isReachable());
  const facets = ['red', 'green', 'blue'];
  const put = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'é'),
    version: fc.integer({ min: 1, max: 9 }),
    entry: fc.option(
      fc.record({
        doc: fc.record({ text: fc.string({ unit: 'binary', maxLength: 4 }) }),
        sorts: fc.record(
          { first: fc.string({ unit: 'binary', maxLength: 3 }), second: fc.constantFrom('1', '10', '2') },
          { requiredKeys: ['first'] },
        ),
        facets: fc.subarray(facets),
      }),
      { nil: undefined, freq: 4 },
    ),
  });

  await fc.assert(
    fc.asyncProperty(fc.array(put, { maxLength: 25 }), async (puts) => {
      await client.flushAll();
      const table = new Map<string, (typeof puts)[number]>();
      for (const each of puts) {
        await list.put(each.id, each.version, each.entry as ListedEntry | undefined);
        if (each.version > (table.get(each.id)?.version ?? 0)) table.set(each.id, each);
      }
      for (const facet of [undefined, ...facets]) {
        for (const sort of ['first', 'second'] as const) {
          const expected = [...table.values()]
            .flatMap(({ id, entry: shown }) => {
              const value = shown?.sorts[sort];
              const isThere = value !== undefined && (!facet || shown?.facets.includes(facet));
              return isThere ? [{ id, value, doc: shown?.doc }] : [];
            })
            .sort(
              (a, b) =>
                Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)) ||
                Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)),
            )
            .map(({ id, doc }) => ({ id, doc }));
          const found = { facet: facet ?? '', sort, size: 2 };
          expect(await all(list, found)).toEqual(expected);
          expect(await all(list, { ...found, descending: true })).toEqual([...expected].reverse());
        }
      }
    }),
    { numRuns: 60 },
  );
  client.destroy();
});

describe('a Redis that is away', () => {
  test('When it hangs, then a call fails in time, and the list works again when it goes on', async () => {
    const list = await open();
    await list.put('a', 1, entry());
    process.kill(redis.pid as number, 'SIGSTOP');
    try {
      await expect(list.put('b', 1, entry())).rejects.toThrow('no answer within');
      expect(await list.isReachable().catch(() => false)).toBe(false);
    } finally {
      process.kill(redis.pid as number, 'SIGCONT');
    }

    await list.put('b', 2, entry());
    expect(ids(await all(list))).toEqual(['a', 'b']);
  });

  test('When it was never there, then a call fails at once', async () => {
    const [port] = await freePorts(1);
    const list = createListIndex({ redisUrl: `redis://127.0.0.1:${port}`, name: 'nowhere' });
    opened.push(list);

    await expect(list.put('a', 1, entry())).rejects.toThrow();
    expect(await list.isReachable()).toBe(false);
  });
});

function key(value: string, id: string): Buffer {
  return Buffer.from(`${value}\u0000${id}`);
}
