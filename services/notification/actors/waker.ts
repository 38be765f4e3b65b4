import type { Logger } from '../../shared/platform/logger';

interface WakerOptions {
  wakeShard: (shard: number) => Promise<unknown>;
  /** Waits a moment for more that one waking does for. */
  gather: () => Promise<unknown>;
  log: Logger;
}

/**
 * Wakes dispatchers without anybody waiting: a shard's own look finds what this fails to bring about. All calls for a
 * shard while it gathers are one waking, for the messages of one booking come close together; those that come while it
 * is awake are one more.
 */
export function createWaker({ wakeShard, gather, log }: WakerOptions): (shard: number) => void {
  const awake = new Map<number, 'once' | 'again'>();
  async function run(shard: number): Promise<void> {
    do {
      await gather();
      awake.set(shard, 'once');
      await wakeShard(shard).catch((error) => log.warn({ err: error, shard }, 'dispatcher not woken'));
    } while (awake.get(shard) === 'again');
    awake.delete(shard);
  }
  return (shard) => {
    if (awake.has(shard)) awake.set(shard, 'again');
    else {
      awake.set(shard, 'once');
      void run(shard);
    }
  };
}
