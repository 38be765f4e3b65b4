import type { Logger } from '../../shared/platform/logger';

/**
 * Wakes dispatchers without anybody waiting: a shard's own look finds what this fails to bring about. While a shard is
 * awake, all further calls for it are one more, afterwards.
 */
export function createWaker(
  wakeShard: (shard: number) => Promise<unknown>,
  log: Logger,
): (shard: number) => void {
  const awake = new Map<number, 'once' | 'again'>();
  async function run(shard: number): Promise<void> {
    do {
      awake.set(shard, 'once');
      await wakeShard(shard).catch((error) => log.warn({ err: error, shard }, 'dispatcher not woken'));
    } while (awake.get(shard) === 'again');
    awake.delete(shard);
  }
  return (shard) => {
    if (awake.has(shard)) awake.set(shard, 'again');
    else void run(shard);
  };
}
