import { createClient } from 'redis';

/**
 * A connection to Redis that comes back by itself; while there is none, every command fails at once, and who waits for
 * one that hangs has a deadline of its own. `connected` resolves once it has tried for the first time.
 */
export function openRedis(url: string) {
  const redis = createClient({
    url,
    socket: { connectTimeout: 2_000 },
    disableOfflineQueue: true,
    // What it would limit is the time in its own queue, which is none here; and for each command it makes a signal, a
    // timer that outlives the command, and in the end an exception. docs/performance.md has what they cost.
    commandOptions: { timeout: 0 },
  });
  redis.on('error', () => {});
  const connected = redis.connect().then(
    () => {},
    () => {},
  );
  return { redis, connected };
}

export type Redis = ReturnType<typeof openRedis>['redis'];
