import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { outcomeOf, Sandbox } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

test('When two clones are set up at once, then one works and the other waits for it', async () => {
  sandbox.go('sleep 0.4');
  const second = sandbox.newClone('second clone');
  const outcomes = await Promise.all([
    sandbox.run(['--only=dapr']),
    sandbox.run(['--only=dapr'], {}, second),
  ]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  expect(sandbox.goBuilds()).toHaveLength(4);
  expect(outcomes.map(({ output }) => output).join()).toMatch(
    /waiting for another set-up, process \d+, started [\d:]+ in .*clone/,
  );
});

test('When one clone is set up twice at once, then its packages are installed once', async () => {
  sandbox.command('npm', `sleep 0.5; mkdir -p node_modules`);
  const outcomes = await Promise.all([sandbox.run(['--only=npm']), sandbox.run(['--only=npm'])]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  expect(sandbox.calls('npm')).toHaveLength(1);
});

describe('When a set-up was killed while it held the lock', () => {
  const gone = {
    pid: spawnSync('true').pid,
    host: hostname(),
    processStart: '1',
    began: new Date(),
    project: '/gone',
  };

  test('then the lock is taken over, by one of many', async () => {
    sandbox.go('sleep 0.1');
    sandbox.write(path.join(sandbox.cache, 'setup.lock'), JSON.stringify(gone));
    const clones = ['b', 'c', 'd'].map((name) => sandbox.newClone(name));
    const outcomes = await Promise.all(clones.map((clone) => sandbox.run(['--only=dapr'], {}, clone)));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(sandbox.goBuilds()).toHaveLength(4);
    expect(sandbox.cached().filter((file) => file.includes('lock'))).toEqual([]);
  });

  test('then its number in use by another process does not keep the lock', async () => {
    sandbox.go();
    sandbox.write(path.join(sandbox.cache, 'setup.lock'), JSON.stringify({ ...gone, pid: process.pid }));
    expect((await sandbox.run(['--only=dapr'])).code).toBe(0);
  });

  test('on another machine, then its silence tells that it is gone', async () => {
    sandbox.go();
    const lock = path.join(sandbox.cache, 'setup.lock');
    sandbox.write(lock, JSON.stringify({ ...gone, host: 'elsewhere' }));
    const longAgo = new Date(Date.now() - 61_000);
    utimesSync(lock, longAgo, longAgo);
    expect((await sandbox.run(['--only=dapr'])).code).toBe(0);
  });

  test('then what it had half-made is removed', async () => {
    sandbox.go();
    sandbox.write(path.join(sandbox.cache, 'dapr/.half-abc/bin/daprd'), 'half');
    await sandbox.run(['--only=dapr']);
    expect(sandbox.cached().filter((file) => file.includes('.half-'))).toEqual([]);
  });
});

test('When it is stopped while it builds, then the build ends too and nothing half-made stays', async () => {
  sandbox.go('echo $$ > "$SANDBOX/building"; sleep 30');
  const child = sandbox.start(['--only=dapr']);
  const outcome = outcomeOf(child);
  await until(() => existsSync(path.join(sandbox.root, 'building')), child);
  child.kill('SIGTERM');
  const { code, output } = await outcome;
  expect(output).toContain('stopped by SIGTERM');
  expect(code).toBe(130);
  expect(sandbox.cached()).toEqual([]);
  expect(existsSync(path.join(sandbox.clone, '.data/setup.lock'))).toBe(false);
  const builder = spawnSync('cat', [path.join(sandbox.root, 'building')], { encoding: 'utf8' }).stdout;
  expect(() => process.kill(Number(builder), 0)).toThrow('ESRCH');
});

async function until(isSo: () => boolean, child: ChildProcess): Promise<void> {
  while (!isSo()) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before that`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
