import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { readBooks } from '../support/books';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

/*
 * A power cut takes every process at once, and of each file what was written but not synced: how much that is, the
 * kernel decides. We take away all that it may take. How far Redis' append-only file is synced follows from when Redis
 * calls fsync, which it tells by its own setting, asked of the running Redis:
 *
 * - `always`: after each write and before the answer to any of its commands (flushAppendOnlyFile in its aof.c), so all
 *   that is in the file once an answer is out. We take the answers first, then the size, then cut there.
 * - `no`: never but when a file is finished. What it rewrote last (BGREWRITEAOF) is synced; of the file that it appends
 *   to since then, nothing is.
 *
 * So the first test fails if an answer goes out before the write that it rests on, or if our Redis runs with another
 * setting; the second shows, by the same steps, that bookings are lost then.
 */
describe('A power cut under load', () => {
  let system: TestSystem;
  afterEach(() => system.end());

  test('When Redis syncs before each answer, as ours does, then every booking that was answered is there', async () => {
    system = await startTestSystem();
    const answered = await bookAndCutPower();
    await system.start();

    const { orders } = await lawsHold(system.infra.redisUrl);
    expect(answered.filter((id) => orders.get(id)?.status !== 'Reservation Complete')).toEqual([]);
  });

  test('When Redis leaves syncing to the kernel, then the same cut loses bookings that were answered', async () => {
    system = await startTestSystem({ appendFsync: 'no' });
    const answered = await bookAndCutPower();
    system.infra.redis?.start();
    await eventually('Redis has read its file', async () => (await readBooks(system.infra.redisUrl)).lists);

    const { orders } = await readBooks(system.infra.redisUrl);
    expect(answered.filter((id) => (orders.get(id)?.status ?? 'none') === 'none')).not.toEqual([]);
  });

  /** The ids of the bookings that had been answered when it went dark. */
  async function bookAndCutPower(): Promise<string[]> {
    const redis = createClient({ url: system.infra.redisUrl });
    redis.on('error', () => {});
    await redis.connect();
    const { appendfsync } = await redis.configGet('appendfsync');
    await redis.sendCommand(['BGREWRITEAOF']);
    await eventually('it is rewritten', async () => {
      const info = await redis.info('persistence');
      return /aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info);
    });

    const answered: string[] = [];
    let isDark = false;
    const workers = [1, 2, 3, 4].map(async (worker) => {
      for (let i = 0; !isDark; i++) {
        // Each is another person, or the limit of bookings would be met.
        const reply = await system.api
          .order({ cardNo: goodCard, name: `guest ${worker}-${i}` })
          .catch(() => undefined);
        if (reply?.status === 201 && !isDark) answered.push(reply.body.orderId);
      }
    });
    await sleep(4_000);
    const known = [...answered];
    const file = growingFile();
    const syncedBytes = appendfsync === 'always' ? statSync(file).size : 0;
    isDark = true;
    const { infra, apps } = system;
    const processes = Object.values(apps).flatMap(({ service, sidecar }) => [service, sidecar]);
    await Promise.all([...infra.all, ...processes].map((each) => each.kill()));
    await Promise.all(workers);
    redis.destroy();

    expect(growingFile()).toBe(file);
    expect(statSync(file).size).toBeGreaterThanOrEqual(syncedBytes);
    truncateSync(file, syncedBytes);
    process.stdout.write(
      `${known.length} answered, appendfsync ${appendfsync}, cut at ${syncedBytes} bytes\n`,
    );
    expect(known.length).toBeGreaterThan(10);
    return known;
  }

  function growingFile(): string {
    const folder = join(system.dataDir, 'redis', 'appendonlydir');
    const names = readdirSync(folder).filter((name) => name.endsWith('.incr.aof'));
    expect(names).toHaveLength(1);
    return join(folder, names[0] as string);
  }
});
