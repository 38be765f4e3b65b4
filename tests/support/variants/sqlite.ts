import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readToolchain } from '../../../tools/system/plan';
import type { RunningVariant } from './variant';

const run = promisify(execFile);

/** A file in the folder that the sidecars run in; nothing to start. */
export async function paymentStoreSqlite({ dataDir }: { dataDir: string }): Promise<RunningVariant> {
  const { sqlite3 } = readToolchain();
  if (!sqlite3) throw new Error('`node tools/setup.mjs --only=sqlite` gets what this test reads SQLite with');
  const file = join(dataDir, '.data', 'payment.db');
  async function read(): Promise<[string, string][]> {
    // Its own driver waits as long when the sidecar is writing.
    const args = ['-readonly', '-json', '-cmd', '.timeout 2000', file, 'SELECT key, value FROM state'];
    const { stdout } = await run(sqlite3 as string, args, { maxBuffer: 1 << 28 });
    const rows = JSON.parse(stdout || '[]') as { key: string; value: string }[];
    return rows.map(({ key, value }) => [key, value]);
  }
  return { store: { appId: 'payment', read }, programs: [dirname(sqlite3)], stop: async () => {} };
}
