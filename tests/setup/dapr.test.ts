import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { archiveName, platform, repository, Sandbox } from './sandbox';

const TOOLS = ['daprd', 'placement', 'scheduler', 'dapr'];

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

describe('When `dapr init` left the runtime', () => {
  test('in the right version, then it is used in place', async () => {
    sandbox.daprInit();
    sandbox.go();
    const { code, output } = await sandbox.run(['--only=dapr']);
    expect(output).toMatch(/dapr runtime 1\.18\.1: found in .*\.dapr\/bin/);
    expect(code).toBe(0);
    expect(sandbox.toolchain()).toMatchObject({
      daprd: path.join(sandbox.home, '.dapr/bin/daprd'),
      placement: path.join(sandbox.home, '.dapr/bin/placement'),
      scheduler: path.join(sandbox.home, '.dapr/bin/scheduler'),
      dapr: path.join(sandbox.bin, 'dapr'),
      runtimePath: path.join(sandbox.clone, '.data/runtime'),
    });
    expect(sandbox.calls('go')).toEqual([]);
  });

  test('then `dapr run -f` starts it with its arguments and its ports on loopback', async () => {
    sandbox.daprInit();
    await sandbox.run(['--only=dapr']);
    const launcher = path.join(sandbox.toolchain().runtimePath ?? '', '.dapr/bin/daprd');
    const env = { PATH: sandbox.bin, SANDBOX: sandbox.root };
    const given = execFileSync(launcher, ['--app-id', 'a b'], { env, encoding: 'utf8' });
    expect(given.trim().split('\n')).toEqual([
      ...['<--app-id>', '<a b>'],
      ...['<--metrics-listen-address>', '<127.0.0.1>'],
      ...['<--dapr-internal-grpc-listen-address>', '<127.0.0.1>'],
    ]);
  });

  test('and an earlier set-up saw it, then no tool is asked for its version again', async () => {
    sandbox.daprInit();
    await sandbox.run(['--only=dapr,redis']);
    await sandbox.run(['--only=dapr,redis']);
    for (const tool of [...TOOLS, 'redis-server']) expect(sandbox.calls(tool)).toHaveLength(1);
  });

  test('in another version, then it is passed over', async () => {
    sandbox.daprInit('1.15.0');
    sandbox.go();
    const { code, output } = await sandbox.run(['--only=dapr']);
    expect(output).toContain('daprd is 1.15.0');
    expect(code).toBe(0);
    expect(sandbox.toolchain().daprd).toBe(path.join(sandbox.cache, `dapr/1.18.1-${platform}/bin/daprd`));
    expect(sandbox.toolchain().dapr).toBe(path.join(sandbox.bin, 'dapr'));
  });
});

describe('When the release host serves the archives', () => {
  test('with the pinned checksums, then they are installed and nothing is built', async () => {
    sandbox.go();
    const host = await serveArchives();
    const { code, output } = await sandbox.run(['--only=dapr'], { HEALTHCENTER_RELEASE_HOST: host.url });
    expect(output).toContain('fetched from the release');
    expect(code).toBe(0);
    expect(host.asked).toEqual([
      ...TOOLS.slice(0, 3).map((tool) => `/dapr/dapr/releases/download/v1.18.1/${archiveName(tool)}`),
      `/dapr/cli/releases/download/v1.16.5/${archiveName('dapr')}`,
    ]);
    expect(sandbox.cached()).toEqual([
      `dapr-cli/1.16.5-${platform}/bin/dapr`,
      ...TOOLS.slice(0, 3).map((tool) => `dapr/1.18.1-${platform}/bin/${tool}`),
    ]);
    expect(sandbox.calls('go')).toEqual([]);
  });

  test('with another checksum, then it is refused and nothing of it stays', async () => {
    const host = await serveArchives({ scheduler: '0'.repeat(64) });
    const { code, output } = await sandbox.run(['--only=dapr'], { HEALTHCENTER_RELEASE_HOST: host.url });
    expect(output).toContain(`REFUSED ${archiveName('scheduler')}`);
    // Without Go there is no way left.
    expect(output).toContain('no Go on PATH');
    expect(code).toBe(1);
    expect(sandbox.cached()).toEqual([]);
  });

  test('but a tool in them is of another version, then they are not used', async () => {
    sandbox.go();
    const host = await serveArchives({}, '1.17.0');
    const { code, output } = await sandbox.run(['--only=dapr'], { HEALTHCENTER_RELEASE_HOST: host.url });
    expect(output).toContain('the new daprd says it is 1.17.0');
    expect(output).toMatch(/dapr runtime 1\.18\.1: built from its Go module/);
    expect(code).toBe(0);
  });

  test('but no checksum is pinned, then none is fetched', async () => {
    sandbox.go();
    const host = await serveArchives();
    sandbox.pin({});
    const { code, output } = await sandbox.run(['--only=dapr'], { HEALTHCENTER_RELEASE_HOST: host.url });
    expect(output).toContain(`no checksum is pinned for ${archiveName('daprd')}`);
    expect(host.asked).toEqual([]);
    expect(sandbox.goBuilds()).toHaveLength(4);
    expect(code).toBe(0);
  });

  test('but has not one of them, then it is built', async () => {
    sandbox.go();
    const host = await serveArchives({}, '1.18.1', ['placement']);
    const { code, output } = await sandbox.run(['--only=dapr'], { HEALTHCENTER_RELEASE_HOST: host.url });
    expect(output).toMatch(/answered 404 for .*placement/);
    expect(sandbox.goBuilds()).toHaveLength(3);
    expect(code).toBe(0);
  });

  async function serveArchives(
    otherPins: Record<string, string> = {},
    version?: string,
    lacking: string[] = [],
  ) {
    const archives = new Map(
      TOOLS.map((tool) => [tool, sandbox.archive(tool, tool === 'daprd' ? version : undefined)]),
    );
    sandbox.pin({
      ...Object.fromEntries([...archives].map(([tool, { sha256 }]) => [tool, sha256])),
      ...otherPins,
    });
    return sandbox.releaseHost((request, response) => {
      const tool = path.basename(request.url ?? '').split('_')[0] ?? '';
      const archive = lacking.includes(tool) ? undefined : archives.get(tool);
      response.writeHead(archive ? 200 : 404).end(archive?.body);
    });
  }
});

test('When the release host never answers, then within 5 s the build begins, and both tell what they do', async () => {
  sandbox.go();
  const host = await sandbox.releaseHost(() => {});
  sandbox.pin({ daprd: 'a', placement: 'b', scheduler: 'c', dapr: 'd' });
  const { code, output, ms } = await sandbox.run(['--only=dapr'], { HEALTHCENTER_RELEASE_HOST: host.url });
  expect(output).toMatch(/did not answer within 5 s/);
  expect(output).toMatch(/… fetching .*, 5 s/);
  expect(code).toBe(0);
  expect(sandbox.goBuilds()).toHaveLength(4);
  // The CLI's archive doesn't wait for it a second time.
  expect(host.asked).toHaveLength(1);
  expect(ms).toBeLessThan(9_000);
}, 20_000);

describe('When it is built from the Go module', () => {
  test('then a second clone of the same user needs neither network nor build', async () => {
    sandbox.go();
    const second = sandbox.newClone('second clone');
    await sandbox.run(['--only=dapr']);
    const { code, output } = await sandbox.run(['--only=dapr'], {}, second);
    expect(output).toMatch(/dapr runtime 1\.18\.1: kept in/);
    expect(code).toBe(0);
    expect(sandbox.goBuilds()).toHaveLength(4);
    expect(sandbox.toolchain(second).scheduler).toBe(sandbox.toolchain().scheduler);
  });

  test('and the build fails, then it says what failed and what to do, and leaves nothing', async () => {
    sandbox.go(`case "$*" in *placement*) echo "module proxy is away"; exit 3;; esac`);
    const { code, output } = await sandbox.run(['--only=dapr']);
    expect(code).toBe(1);
    expect(output).toMatch(/✗ dapr runtime 1\.18\.1: `go build .*placement` failed \(exit 3\)/);
    expect(output).toContain('module proxy is away');
    expect(output).toMatch(/Log: .*setup-build-placement\.log/);
    expect(output).toMatch(/What to do: .*dapr init --slim/);
    expect(sandbox.cached()).toEqual([]);
  });

  test('with a Go that is too old, then it says which is needed', async () => {
    sandbox.go('', 'go1.22.1');
    const { code, output } = await sandbox.run(['--only=dapr']);
    expect(output).toMatch(/this Go is too old \(1\.22\.1\): building it takes Go 1\.26\.4 or newer/);
    expect(code).toBe(1);
    expect(sandbox.goBuilds()).toEqual([]);
  });

  test('then the pinned modules build the versions that the checksums are for', () => {
    const read = (file: string) => readFileSync(path.join(repository, 'tools/dapr', file), 'utf8');
    const pins = JSON.parse(read('checksums.json'));
    expect(read('runtime/go.mod')).toContain(`github.com/dapr/dapr v${pins.runtime.version} `);
    expect(read('cli/go.mod')).toContain(`github.com/dapr/cli v${pins.cli.version} `);
  });
});

describe('When a maintainer pins checksums', () => {
  test('then each is what the release says beside its archive', async () => {
    const host = await sandbox.releaseHost((request, response) => {
      const file = path.basename(request.url ?? '', '.sha256');
      response.end(`${sumFor(file)} *${file}\n`);
    });
    const { code } = await sandbox.run(['--pin-checksums'], { HEALTHCENTER_RELEASE_HOST: host.url });
    expect(code).toBe(0);
    const pins = JSON.parse(readFileSync(path.join(sandbox.clone, 'tools/dapr/checksums.json'), 'utf8'));
    expect(Object.keys(pins.runtime.sha256)).toHaveLength(12);
    expect(pins.runtime.sha256[archiveName('daprd')]).toBe(sumFor(archiveName('daprd')));
    expect(pins.cli).toMatchObject({
      version: '1.16.5',
      sha256: { [archiveName('dapr')]: sumFor(archiveName('dapr')) },
    });
  });

  test('and one is not to be had, then all stay as they were', async () => {
    const file = path.join(sandbox.clone, 'tools/dapr/checksums.json');
    const before = readFileSync(file, 'utf8');
    const host = await sandbox.releaseHost((request, response) => {
      response.writeHead(request.url?.includes('scheduler') ? 404 : 200).end('1'.repeat(64));
    });
    const { code, output } = await sandbox.run(['--pin-checksums'], { HEALTHCENTER_RELEASE_HOST: host.url });
    expect(output).toMatch(/answered 404 for .*scheduler/);
    expect(code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  function sumFor(file: string): string {
    return Buffer.from(file.padEnd(32).slice(0, 32)).toString('hex');
  }
});

test('When only looked at, then it says what would be done and changes nothing', async () => {
  const before = await sandbox.run(['--check']);
  expect(before.output).toMatch(/npm packages: would run npm ci/);
  expect(before.output).toMatch(/dapr runtime 1\.18\.1: would fetch the release or build it/);
  expect(before.code).toBe(1);
  expect(existsSync(path.join(sandbox.clone, '.data'))).toBe(false);
  expect(sandbox.cached()).toEqual([]);

  sandbox.daprInit();
  await sandbox.run(['--only=dapr']);
  expect((await sandbox.run(['--check', '--only=dapr'])).code).toBe(0);
});
