import { createClient } from 'redis';

export interface RedisCounts {
  /** By command; what a script calls counts as well. */
  commands: Map<string, number>;
  connections: number;
}

/** What a Redis has been asked to do since it started. */
export async function redisCounts(url: string): Promise<RedisCounts> {
  const redis = createClient({ url });
  await redis.connect();
  try {
    const [commandstats, stats] = [await redis.info('commandstats'), await redis.info('stats')];
    const commands = [...commandstats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(
      ([, name = '', calls]): [string, number] => [name, Number(calls)],
    );
    return {
      commands: new Map(commands),
      connections: Number(/total_connections_received:(\d+)/.exec(stats)?.[1]),
    };
  } finally {
    redis.destroy();
  }
}

/** How often each was done between two readings; what was not done is left out. */
export function since(before: Map<string, number>, after: Map<string, number>): Map<string, number> {
  return new Map(
    [...after].flatMap(([name, count]) => {
      const more = count - (before.get(name) ?? 0);
      return more > 0 ? [[name, more] as const] : [];
    }),
  );
}

/** What is asked whether or not anybody books: looks for new and left messages, probes, connections being set up. */
export function isPolling(command: string): boolean {
  return /^(ping|info|hello|auth|select|command|config|client|xreadgroup|xpending|xinfo|xautoclaim|xclaim|xtrim|scan|dbsize|exists|memory|script|quit)(\||$)/.test(
    command,
  );
}

/** Whether it changes data, and so goes to the append-only file before it is answered. */
export function isWrite(command: string): boolean {
  return /^(set|setnx|del|unlink|expire|hset|hsetnx|hmset|hdel|hincrby|zadd|zrem|zremrangeby.*|xadd|xack|xdel|sadd|srem|incr)$/.test(
    command,
  );
}

/** How long a Redis has worked on what bookings asked of it, and how much memory it uses. */
export async function redisMicros(url: string): Promise<{ micros: number; bytes: number }> {
  const redis = createClient({ url });
  await redis.connect();
  try {
    const [commandstats, memory] = [await redis.info('commandstats'), await redis.info('memory')];
    // What a script calls is within the script's own time.
    const micros = [...commandstats.matchAll(/^cmdstat_([^:]+):calls=\d+,usec=(\d+)/gm)]
      .filter(([, name = '']) => /^(eval|evalsha|xadd|xack|get|set|hgetall|exec)$/.test(name))
      .reduce((sum, [, , usec]) => sum + Number(usec), 0);
    return { micros, bytes: Number(/used_memory:(\d+)/.exec(memory)?.[1]) };
  } finally {
    redis.destroy();
  }
}
