import { createClient } from 'redis';

/** What a list shows of one thing, and where it stands in it. */
export interface ListedEntry {
  /** Answered as it is, so it holds nothing that a list may not show. */
  doc: Record<string, unknown>;
  /** By name of the sort: text whose order, byte by byte, is the order meant. Ties are broken by id. */
  sorts: Readonly<Record<string, string>>;
  /** Parts of the list that can be asked for alone, such as `status:confirmed`. */
  facets: readonly string[];
}

export interface ListQuery {
  /** Absent: the whole list. */
  facet?: string | undefined;
  sort: string;
  descending: boolean;
  /** Counted from 0. */
  page: number;
  size: number;
}

export interface ListedPage {
  items: { id: string; doc: Record<string, unknown> }[];
  total: number;
}

/**
 * A list of many things that can be paged in several sorts, kept in Redis beside what owns them. It is a view: who owns
 * a thing puts it here again after every change, and can build the whole list anew.
 */
export interface ListIndex {
  /** Stores what version `version` of a thing looks like; an older or equal one changes nothing. Throws if not stored. */
  put(id: string, version: number, entry: ListedEntry | undefined): Promise<void>;
  page(query: ListQuery): Promise<ListedPage>;
  /** For whoever builds the list anew: as `put`, but an equal version is replaced too. */
  restore(id: string, version: number, entry: ListedEntry): Promise<'stored' | 'newer there'>;
  /** Takes a thing out, and forgets its version. */
  remove(id: string): Promise<void>;
  /** The ids of all that it holds; one may come twice. */
  ids(): AsyncIterable<string>;
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

/** `name` is the list's own, for lists share a Redis. All keys of a list lie in one slot of a Redis cluster. */
export function createListIndex({ redisUrl, name }: { redisUrl: string; name: string }): ListIndex {
  const redis = createClient({ url: redisUrl, socket: { connectTimeout: 2_000 }, disableOfflineQueue: true });
  redis.on('error', () => {});
  // Connects, and connects again, by itself; until then every call fails at once.
  redis.connect().catch(() => {});
  const entriesKey = `list:{${name}}:entries`;
  const setKey = (facet: string, sort: string) => `list:{${name}}:${facet}:by:${sort}`;

  async function store(id: string, version: number, entry: ListedEntry | undefined, equalToo: boolean) {
    const stored = {
      version,
      doc: entry?.doc ?? null,
      members: Object.entries(entry?.sorts ?? {}).flatMap(([sort, value]) =>
        ['', ...(entry?.facets ?? [])].map((facet) => [setKey(facet, sort), `${value}${separator}${id}`]),
      ),
    };
    return redis.eval(putScript, {
      keys: [entriesKey],
      arguments: [id, String(version), JSON.stringify(stored), equalToo ? 'equal too' : ''],
    });
  }

  return {
    async put(id, version, entry) {
      await store(id, version, entry, false);
    },

    async restore(id, version, entry) {
      return (await store(id, version, entry, true)) === 1 ? 'stored' : 'newer there';
    },

    async remove(id) {
      await redis.eval(removeScript, { keys: [entriesKey], arguments: [id] });
    },

    async *ids() {
      for await (const entries of redis.hScanIterator(entriesKey, { COUNT: 1_000 })) {
        for (const { field } of entries) yield field;
      }
    },

    async page({ facet = '', sort, descending, page, size }) {
      const key = setKey(facet, sort);
      const [total, members] = await Promise.all([
        redis.zCard(key),
        redis.zRange(key, page * size, page * size + size - 1, descending ? { REV: true } : {}),
      ]);
      if (members.length === 0) return { items: [], total };
      const ids = members.map((member) => member.slice(member.lastIndexOf(separator) + 1));
      const stored = await redis.hmGet(entriesKey, ids);
      return {
        items: ids.flatMap((id, i) => {
          const doc = JSON.parse(stored[i] ?? '{}').doc;
          return doc ? [{ id, doc }] : [];
        }),
        total,
      };
    },

    async isReachable() {
      return redis.isReady && (await redis.ping()) === 'PONG';
    },

    async close() {
      redis.destroy();
    },
  };
}

// Sorts before all that a sort value has.
const separator = '\u0000';

const putScript = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old then
  local entry = cjson.decode(old)
  local version = tonumber(ARGV[2])
  if entry.version > version or (entry.version == version and ARGV[4] == '') then return 0 end
  for _, member in ipairs(entry.members) do redis.call('ZREM', member[1], member[2]) end
end
for _, member in ipairs(cjson.decode(ARGV[3]).members) do redis.call('ZADD', member[1], 0, member[2]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`;

const removeScript = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
if not old then return 0 end
for _, member in ipairs(cjson.decode(old).members) do redis.call('ZREM', member[1], member[2]) end
redis.call('HDEL', KEYS[1], ARGV[1])
return 1`;
