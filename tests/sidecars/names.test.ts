import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeNames } from '../../tools/system/names';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'healthcenter-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// By SQLite itself: sidecars meet so seldom in the same millisecond that a thousand starts showed nothing.
test('When six sidecars open the names of a new system at the same moment, then none of them is refused', async () => {
  const names = join(folder, 'names.db');
  makeNames(names);
  expect(await refusalsOf(names)).toBe('');
});

test('Without the file that we make, some are refused: so this race is one that can be lost', async () => {
  expect(await refusalsOf(join(folder, 'nothing'))).toContain('database is locked');
});

async function refusalsOf(names: string): Promise<string> {
  const script = join(__dirname, 'fixture', 'names.py');
  const { stdout } = await promisify(execFile)('python3', [script, names, '300']);
  return stdout;
}
