import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repository, Sandbox } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

test.each([['--frob'], ['--only=npm,frob'], ['frob']])(
  'When given %s, then it tells its usage',
  async (option) => {
    const { code, output } = await sandbox.run([option]);
    expect(output).toContain('frob');
    expect(output).toContain('usage: node tools/setup.mjs');
    expect(code).toBe(2);
  },
);

describe('npm packages', () => {
  const inClone = (...names: string[]) => path.join(sandbox.clone, ...names);
  const npmThatWorks = () => sandbox.command('npm', 'mkdir -p node_modules/new');

  test('When they are missing, then they are installed from the lockfile, and once only', async () => {
    npmThatWorks();
    const { code, output } = await sandbox.run(['--only=npm']);
    expect(output).toMatch(/npm packages: installed \(they were missing\) \(\d+\.\d s\)/);
    expect(code).toBe(0);
    await sandbox.run(['--only=npm']);
    expect(sandbox.calls('npm')).toEqual(['ci --no-audit --no-fund']);
  });

  test('When the lockfile has changed, then they are installed anew', async () => {
    npmThatWorks();
    await sandbox.run(['--only=npm']);
    writeFileSync(inClone('package-lock.json'), '{ "packages": {} }');
    const { output } = await sandbox.run(['--only=npm']);
    expect(output).toContain('they were stale');
    expect(sandbox.calls('npm')).toHaveLength(2);
  });

  test('When a person ran `npm ci`, then they are not installed again', async () => {
    const lock = JSON.parse(readFileSync(inClone('package-lock.json'), 'utf8'));
    delete lock.packages[''];
    sandbox.write(inClone('node_modules/.package-lock.json'), JSON.stringify(lock));
    expect((await sandbox.run(['--only=npm'])).output).toContain('as in the lockfile');
    delete lock.packages['node_modules/express'];
    sandbox.write(inClone('node_modules/.package-lock.json'), JSON.stringify(lock));
    expect((await sandbox.run(['--only=npm', '--check'])).code).toBe(1);
  });

  test('When npm fails, then the packages of before stay, and the next set-up tries again', async () => {
    sandbox.write(inClone('node_modules/old/package.json'), '{}');
    sandbox.command('npm', 'mkdir -p node_modules/half; echo "ENOTFOUND registry"; exit 1');
    const { code, output } = await sandbox.run(['--only=npm']);
    expect(output).toMatch(/✗ npm packages: `npm ci .*` failed \(exit 1\)/);
    expect(output).toContain('ENOTFOUND registry');
    expect(code).toBe(1);
    expect(existsSync(inClone('node_modules/old'))).toBe(true);
    expect(existsSync(inClone('node_modules/half'))).toBe(false);
    npmThatWorks();
    await sandbox.run(['--only=npm']);
    expect(existsSync(inClone('node_modules/new'))).toBe(true);
    expect(existsSync(inClone('node_modules/old'))).toBe(false);
  });
});

describe('redis', () => {
  const noRedis = () => rmSync(path.join(sandbox.bin, 'redis-server'));

  test('When a server is on PATH, then it is that one', async () => {
    const { code } = await sandbox.run(['--only=redis']);
    expect(code).toBe(0);
    expect(sandbox.toolchain()).toMatchObject({
      redisServer: path.join(sandbox.bin, 'redis-server'),
      redisUrl: null,
    });
  });

  test('When REDIS_URL is set, then it is that one, and its password is not shown', async () => {
    const REDIS_URL = 'redis://me:secret@localhost:6390/2';
    const { code, output } = await sandbox.run(['--only=redis'], { REDIS_URL });
    expect(output).toContain('redis://me:***@localhost:6390/2');
    expect(code).toBe(0);
    expect(sandbox.toolchain()).toMatchObject({ redisServer: null, redisUrl: REDIS_URL });
    expect((await sandbox.run(['--only=redis'], { REDIS_URL: 'localhost:6390' })).code).toBe(1);
  });

  test('When there is none and none can be installed, then it says what to install', async () => {
    noRedis();
    const { code, output } = await sandbox.run(['--only=redis']);
    expect(output).toContain('there is no redis-server on PATH');
    expect(output).toMatch(
      /What to do: (run `.*redis.*`|install redis-server 6\.2 or newer), or set REDIS_URL/,
    );
    expect(code).toBe(1);
  });

  test('When it is older than 6.2, then it is not used', async () => {
    sandbox.command('redis-server', 'echo "Redis server v=5.0.14 sha=0"');
    const { code, output } = await sandbox.run(['--only=redis']);
    expect(output).toContain('is Redis 5.0.14; 6.2 or newer is needed');
    expect(code).toBe(1);
  });

  const onDebianAsRoot = process.getuid?.() === 0 && existsSync('/etc/debian_version') ? test : test.skip;
  onDebianAsRoot(
    "When root on Debian, then Debian's package is installed and its service is not started",
    async () => {
      noRedis();
      const policy = '/usr/sbin/policy-rc.d';
      const hadPolicy = existsSync(policy);
      sandbox.command('made-redis', 'echo "Redis server v=7.0.15 sha=0"', path.join(sandbox.root, 'deb'));
      sandbox.command(
        'apt-get',
        `case "$*" in
        *update) cp "$SANDBOX/bin/sh" "$SANDBOX/lists" ;;
        *) test -e "$SANDBOX/lists" || exit 100
           ${policy}; echo $? > "$SANDBOX/policy"
           cp "$SANDBOX/deb/made-redis" "$SANDBOX/bin/redis-server" ;;
      esac`,
      );
      const { code, output } = await sandbox.run(['--only=redis']);
      expect(output).toContain('redis: installed 7.0.15');
      expect(code).toBe(0);
      expect(sandbox.calls('apt-get').map((call) => call.split(' ')[2])).toEqual([
        'install',
        'update',
        'install',
      ]);
      expect(readFileSync(path.join(sandbox.root, 'policy'), 'utf8')).toBe('101\n');
      expect(existsSync(policy)).toBe(hadPolicy);
    },
  );
});

describe('build', () => {
  const inDist = (name: string) => path.join(sandbox.clone, 'dist/services/greeting', name);
  const writeMain = (text: string) =>
    sandbox.write(path.join(sandbox.clone, 'services/greeting/main.ts'), text);

  beforeEach(() => {
    symlinkSync(path.join(repository, 'node_modules'), path.join(sandbox.clone, 'node_modules'));
  });

  test('When sources are newer, then they are compiled with what they read at run time beside them', async () => {
    const { code } = await sandbox.run(['--only=build']);
    expect(code).toBe(0);
    expect(readFileSync(inDist('main.js'), 'utf8')).toContain("greeting = 'hello'".replaceAll("'", '"'));
    expect(existsSync(inDist('greeting.proto'))).toBe(true);
    expect((await sandbox.run(['--only=build'])).output).toContain('dist is up to date');

    writeMain("export const greeting: string = 'good morning';\n");
    expect((await sandbox.run(['--only=build'])).output).toContain('compiled into dist');
    expect(readFileSync(inDist('main.js'), 'utf8')).toContain('good morning');
  });

  test('When they do not compile, then it says why and the old build stays', async () => {
    await sandbox.run(['--only=build']);
    writeMain('export const greeting: string = 7;\n');
    const { code, output } = await sandbox.run(['--only=build']);
    expect(output).toContain("Type 'number' is not assignable to type 'string'");
    expect(code).toBe(1);
    expect(readFileSync(inDist('main.js'), 'utf8')).toContain('hello');
    expect(existsSync(path.join(sandbox.clone, 'dist.tmp'))).toBe(false);
    expect((await sandbox.run(['--only=build', '--check'])).code).toBe(1);
  });
});
