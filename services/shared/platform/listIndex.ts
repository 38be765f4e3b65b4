import { openRedis } from './redis';

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
  /** The ids of all that it knows of; one may come twice. */
  ids(): AsyncIterable<string>;
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

/** `name` is the list's own, for lists share a Redis. All keys of a list lie in one slot of a Redis cluster. */
export function createListIndex({ redisUrl, name }: { redisUrl: string; name: string }): ListIndex {
  const { redis } = openRedis(redisUrl);
  const docsKey = `list:{${name}}:docs`;
  const placesKey = `list:{${name}}:places`;
  const setKey = (facet: string, sort: string) => `list:{${name}}:${facet}:by:${sort}`;

  // What is given up may still take effect: a later version wins all the same.
  const ask = (script: string, keys: string[], values: (string | number)[]): Promise<unknown> =>
    withinDeadline(redis.eval(script, { keys, arguments: values.map(String) }));

  async function store(id: string, version: number, entry: ListedEntry | undefined, equalToo: boolean) {
    if (id.includes(separator)) throw new Error('an id in a list must not have a NUL');
    const places = Object.entries(entry?.sorts ?? {}).flatMap(([sort, value]) =>
      ['', ...new Set(entry?.facets)].flatMap((facet) => [
        setKey(facet, sort),
        `${orderKept(value)}${separator}${id}`,
      ]),
    );
    const doc = entry ? JSON.stringify(entry.doc) : '';
    return ask(putScript, [docsKey, placesKey], [id, version, equalToo ? 1 : 0, doc, ...places]);
  }

  return {
    async put(id, version, entry) {
      await store(id, version, entry, false);
    },

    async restore(id, version, entry) {
      return (await store(id, version, entry, true)) === 1 ? 'stored' : 'newer there';
    },

    async remove(id) {
      await ask(removeScript, [docsKey, placesKey], [id]);
    },

    async *ids() {
      for await (const entries of redis.hScanIterator(placesKey, { COUNT: 1_000 })) {
        for (const { field } of entries) yield field;
      }
    },

    async page({ facet = '', sort, descending, page, size }) {
      const order = descending ? 'ZREVRANGE' : 'ZRANGE';
      const [total, ...found] = (await ask(
        pageScript,
        [docsKey, setKey(facet, sort)],
        [order, page * size, page * size + size - 1],
      )) as [number, ...string[]];
      const items: ListedPage['items'] = [];
      for (let i = 0; i + 1 < found.length; i += 2) {
        items.push({ id: found[i] as string, doc: JSON.parse(found[i + 1] as string) });
      }
      return { items, total };
    },

    async isReachable() {
      return redis.isReady && (await withinDeadline(redis.ping())) === 'PONG';
    },

    async close() {
      redis.destroy();
    },
  };
}

const deadlineMs = 2_000;

// A Redis that hangs must not hold up the turns of every actor that is listed.
export function withinDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

// Ends a sort value, and sorts before all that one can have.
const separator = '\u0000';

// A value that has the separator itself stays where it belongs.
function orderKept(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these two are what this is about.
  return value.replace(/[\u0000\u0001]/g, (each) => (each === separator ? '\u0001\u0001' : '\u0001\u0002'));
}

// A thing that left the list keeps its version, so that what is said late of it does not bring it back. Where it stands
// already it stays, but for who builds the list anew: he trusts nothing that is there. A document goes through as text,
// unread: a name may hold what Redis' JSON reader refuses, such as half of an emoji.
const putScript = `
local places = {}
local here = {}
for i = 5, #ARGV do places[i - 4] = ARGV[i] end
for i = 1, #places, 2 do here[places[i]] = places[i + 1] end
local known = redis.call('HGET', KEYS[2], ARGV[1])
if known then
  local old = cjson.decode(known)
  local version = tonumber(ARGV[2])
  if old.version > version or (old.version == version and ARGV[3] == '0') then return 0 end
  for i = 1, #old.places, 2 do
    local set, member = old.places[i], old.places[i + 1]
    if here[set] ~= member then
      redis.call('ZREM', set, member)
    elseif ARGV[3] == '0' then
      here[set] = nil
    end
  end
end
for set, member in pairs(here) do redis.call('ZADD', set, 0, member) end
redis.call('HSET', KEYS[2], ARGV[1], cjson.encode({ version = tonumber(ARGV[2]), places = places }))
if ARGV[4] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[4]) end
return 1`;

const removeScript = `
local known = redis.call('HGET', KEYS[2], ARGV[1])
if not known then return 0 end
local old = cjson.decode(known)
for i = 1, #old.places, 2 do redis.call('ZREM', old.places[i], old.places[i + 1]) end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1`;

// In one script, so that a page shows one moment: no document of a state that belongs elsewhere in the list.
const pageScript = `
local found = { redis.call('ZCARD', KEYS[2]) }
for _, member in ipairs(redis.call(ARGV[1], KEYS[2], ARGV[2], ARGV[3])) do
  local id = string.match(member, '[^%z]*$')
  local doc = redis.call('HGET', KEYS[1], id)
  if doc then
    found[#found + 1] = id
    found[#found + 1] = doc
  end
end
return found`;
