import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Sandbox } from './sandbox';

// What only `npm run test:variants` needs.

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Java, and a Maven that brings jars of these contents. */
function maven(jars: Record<string, string>, java = '17.0.15'): void {
  sandbox.command('java', `echo 'openjdk version "${java}" 2025-04-15' >&2`);
  const writes = Object.entries(jars).map(([name, text]) => `printf %s '${text}' > "$out/${name}"`);
  sandbox.command(
    'mvn',
    `for word in "$@"; do case "$word" in -DoutputDirectory=*) out="\${word#*=}" ;; esac; done
    mkdir -p "$out"
    ${writes.join('\n')}`,
  );
}

function pinned(jars: Record<string, string>): void {
  const lines = Object.entries(jars).map(([name, text]) => `${sha256(text)}  ${name}\n`);
  sandbox.write(path.join(sandbox.clone, 'tools/kafka/checksums.txt'), lines.join(''));
}

const jarsInCache = () => readdirSync(sandbox.cache).filter((name) => name.startsWith('kafka-'));

test('When Maven brings what is pinned, then it is kept for all clones, and fetched once only', async () => {
  maven({ 'a.jar': 'one', 'b.jar': 'two' });
  pinned({ 'a.jar': 'one', 'b.jar': 'two' });
  const { code } = await sandbox.run(['--only=kafka']);
  expect(code).toBe(0);
  expect((await sandbox.run(['--only=kafka'])).code).toBe(0);
  expect(sandbox.calls('mvn')).toHaveLength(1);
  const [jars = ''] = jarsInCache();
  expect(sandbox.toolchain()).toMatchObject({
    kafka: { java: path.join(sandbox.bin, 'java'), jars: path.join(sandbox.cache, jars) },
  });
});

test.each([
  ['another content', { 'a.jar': 'evil', 'b.jar': 'two' }],
  ['one more', { 'a.jar': 'one', 'b.jar': 'two', 'c.jar': 'three' }],
  ['one less', { 'a.jar': 'one' }],
])('When Maven brings %s than is pinned, then it is refused and nothing is kept', async (_what, brought) => {
  maven(brought);
  pinned({ 'a.jar': 'one', 'b.jar': 'two' });
  const { code, output } = await sandbox.run(['--only=kafka']);
  expect(code).toBe(1);
  expect(output).toContain('is not what tools/kafka/checksums.txt lists');
  expect(jarsInCache()).toEqual([]);
});

test('When none of it is named, then none of it is asked for', async () => {
  const { output } = await sandbox.run(['--check']);
  expect(output).not.toMatch(/kafka|sqlite|postgresql/);
});

test('When SQLite is missing and cannot be installed, then it says what to install', async () => {
  rmSync(path.join(sandbox.bin, 'sqlite3'), { force: true });
  const { code, output } = await sandbox.run(['--only=sqlite']);
  expect(code).toBe(1);
  expect(output).toContain('install what Debian calls sqlite3');
});
