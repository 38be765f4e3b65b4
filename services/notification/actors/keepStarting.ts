import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../shared/platform/logger';
import type { StopFlag } from '../../shared/platform/service';

/** Starts each shard's dispatcher once the sidecar, placement and scheduler are there to do so. Returns when all are. */
export async function keepStarting(
  shards: readonly string[],
  start: (shard: string) => Promise<unknown>,
  stop: StopFlag,
  log: Logger,
): Promise<void> {
  for (const shard of shards) {
    while (!stop.stopping) {
      try {
        await start(shard);
        break;
      } catch (error) {
        log.debug({ err: error, shard }, 'dispatcher not started yet');
        await sleep(1_000);
      }
    }
  }
  log.info({ shards: shards.length }, 'dispatchers look for messages');
}
