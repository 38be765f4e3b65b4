import { z } from 'zod';
import { withinDeadline } from './listIndex';
import { openRedis } from './redis';

/** An event that a service could not take in, however often the broker brought it. */
export interface DeadLetter {
  /** Its topic and its identity there: the same event that dies twice is one letter. */
  id: string;
  topic: string;
  /** As it was published. It may hold personal data, so it is handed to its handler and to nobody else. */
  event: unknown;
  /** Why it was not taken in at last; absent where another process had tried. */
  reason?: string | undefined;
  /** UTC, ISO 8601. */
  since: string;
  /** How often it was handed over again since then. */
  tries: number;
}

/** Keeps dead letters until they are taken in. Any instance of a service may use it at any time. */
export interface DeadLetterStore {
  /** Changes nothing where the letter is there already. With `dueMs`, it is handed over again by itself at that time. */
  keep(letter: DeadLetter, dueMs?: number): Promise<void>;
  find(id: string): Promise<DeadLetter | undefined>;
  page(page: number, size: number, descending: boolean): Promise<{ letters: DeadLetter[]; total: number }>;
  /** Letters that are due; they are due again at `againMs`, should whoever took them die. */
  takeDue(nowMs: number, againMs: number, max: number): Promise<string[]>;
  /** It was tried once more in vain; nothing is stored where somebody else had it taken in meanwhile. */
  failedAgain(letter: DeadLetter, dueMs?: number): Promise<void>;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

/** All keys of a service lie in one slot of a Redis cluster. */
export function createDeadLetterStore(redisUrl: string, service: string): DeadLetterStore {
  const { redis } = openRedis(redisUrl);
  const keyOf = (part: string) => `dead-letters:{${service}}:${part}`;
  const keys = [keyOf('letters'), keyOf('since'), keyOf('due')];
  const ask = (script: string, values: (string | number)[]): Promise<unknown> =>
    withinDeadline(redis.eval(script, { keys, arguments: values.map(String) }));
  const read = (texts: readonly string[]) => texts.map((text) => storedLetter.parse(JSON.parse(text)));

  return {
    async keep(letter, dueMs) {
      await ask(keepScript, [letter.id, JSON.stringify(letter), Date.parse(letter.since), dueMs ?? '']);
    },
    async find(id) {
      return read((await ask(findScript, [id])) as string[])[0];
    },
    async page(page, size, descending) {
      const range = [page * size, page * size + size - 1, descending ? 'ZREVRANGE' : 'ZRANGE'];
      const [total, ...texts] = (await ask(pageScript, range)) as [number, ...string[]];
      return { total, letters: read(texts) };
    },
    async takeDue(nowMs, againMs, max) {
      return (await ask(takeDueScript, [nowMs, againMs, max])) as string[];
    },
    async failedAgain(letter, dueMs) {
      await ask(replaceScript, [letter.id, JSON.stringify(letter), dueMs ?? '']);
    },
    async remove(id) {
      await ask(removeScript, [id]);
    },
    async close() {
      redis.destroy();
    },
  };
}

const storedLetter = z.object({
  id: z.string(),
  topic: z.string(),
  event: z.unknown(),
  reason: z.string().optional(),
  since: z.string(),
  tries: z.number(),
});

const keepScript = `
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1]) end
return 1`;

const findScript = `
local text = redis.call('HGET', KEYS[1], ARGV[1])
if text then return { text } end
return {}`;

const pageScript = `
local found = { redis.call('ZCARD', KEYS[2]) }
for _, id in ipairs(redis.call(ARGV[3], KEYS[2], ARGV[1], ARGV[2])) do
  found[#found + 1] = redis.call('HGET', KEYS[1], id)
end
return found`;

const takeDueScript = `
local ids = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[3], ARGV[2], id) end
return ids`;

const replaceScript = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if ARGV[3] ~= '' then redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1]) else redis.call('ZREM', KEYS[3], ARGV[1]) end
return 1`;

const removeScript = `
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])`;
