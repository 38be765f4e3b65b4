import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const repository = path.resolve(__dirname, '../..');
const arch = process.arch === 'x64' ? 'amd64' : process.arch;
export const platform = `${process.platform}-${arch}`;

export type Outcome = { code: number | null; output: string; ms: number };

/**
 * A user of their own: home, cache and PATH hold only what a test puts there, beside a few system commands.
 * Two clones of a sandbox are two clones of one user.
 */
export class Sandbox {
  readonly root = mkdtempSync(path.join(tmpdir(), 'set-up '));
  readonly home = this.#folder('home');
  readonly cache = this.#folder('cache');
  readonly bin = this.#folder('bin');
  readonly clone = this.newClone('clone');
  readonly #servers: Server[] = [];
  readonly #children: ChildProcess[] = [];

  constructor() {
    for (const command of ['sh', 'tar', 'gzip', 'cp', 'sleep', 'basename', 'mkdir', 'env']) {
      const real = execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();
      symlinkSync(real, path.join(this.bin, command));
    }
    symlinkSync(process.execPath, path.join(this.bin, 'node'));
    // Tests that need none of it don't depend on what this machine has.
    this.command('redis-server', 'echo "Redis server v=7.0.15 sha=00000000:0"');
  }

  /** A clone with the set-up, one small service, and no packages. */
  newClone(name: string): string {
    const clone = this.#folder(name);
    cpSync(path.join(repository, 'tools/setup.mjs'), path.join(clone, 'tools/setup.mjs'));
    cpSync(path.join(repository, 'tools/setup'), path.join(clone, 'tools/setup'), { recursive: true });
    cpSync(path.join(repository, 'tools/dapr'), path.join(clone, 'tools/dapr'), { recursive: true });
    cpSync(path.join(repository, 'tools/kafka'), path.join(clone, 'tools/kafka'), { recursive: true });
    for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(path.join(repository, file), path.join(clone, file));
    }
    this.write(path.join(clone, 'services/greeting/main.ts'), 'export const greeting: string = "hello";\n');
    this.write(path.join(clone, 'services/greeting/greeting.proto'), 'syntax = "proto3";\n');
    return clone;
  }

  /** Runs the set-up of a clone to its end. */
  run(args: string[], env: Record<string, string> = {}, clone = this.clone): Promise<Outcome> {
    return outcomeOf(this.start(args, env, clone));
  }

  start(args: string[], env: Record<string, string> = {}, clone = this.clone): ChildProcess {
    const child = spawn(process.execPath, [path.join(clone, 'tools/setup.mjs'), ...args], {
      cwd: this.root,
      env: {
        HOME: this.home,
        HEALTHCENTER_CACHE: this.cache,
        // Nothing listens there: no test reaches the real host.
        HEALTHCENTER_RELEASE_HOST: 'http://127.0.0.1:1',
        PATH: this.bin,
        SANDBOX: this.root,
        ...env,
      },
    });
    this.#children.push(child);
    return child;
  }

  /** Puts a command on PATH (or elsewhere): a shell script that notes each call. */
  command(name: string, script: string, folder = this.bin): void {
    const file = path.join(folder, name);
    this.write(file, `#!/bin/sh\necho "$*" >> "$SANDBOX/calls of ${name}"\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** The arguments of each call of a command, in order. */
  calls(name: string): string[] {
    const file = path.join(this.root, `calls of ${name}`);
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  /** What \`dapr init --slim\` leaves, and the CLI on PATH. */
  daprInit(version = '1.18.1'): void {
    for (const name of ['daprd', 'placement', 'scheduler']) {
      this.command(name, toolScript(name, version), path.join(this.home, '.dapr/bin'));
    }
    this.command('dapr', toolScript('dapr', '1.16.5'));
  }

  /** A Go whose builds give working tools; `before` runs at the start of each build. */
  go(before = '', version = 'go1.26.4'): void {
    const made = path.join(this.root, 'made by go');
    for (const [name, itsVersion] of Object.entries(TOOL_VERSIONS)) {
      this.command(name, toolScript(name, itsVersion), made);
    }
    this.command(
      'go',
      `if [ "$1" = version ]; then echo "go version ${version} ${process.platform}/${arch}"; exit; fi
      ${before}
      while [ $# -gt 0 ]; do if [ "$1" = -o ]; then out="$2"; fi; shift; done
      cp "$SANDBOX/made by go/$(basename "$out")" "$out"`,
    );
  }

  goBuilds(): string[] {
    return this.calls('go').filter((call) => call.startsWith('build'));
  }

  /** A release archive with a working tool in it, and its checksum. */
  archive(name: string, version = TOOL_VERSIONS[name] ?? ''): { body: Buffer; sha256: string } {
    const folder = path.join(this.root, 'release');
    this.command(name, toolScript(name, version), folder);
    const file = path.join(folder, `${name}.tar.gz`);
    execFileSync('tar', ['-czf', file, '-C', folder, name]);
    const body = readFileSync(file);
    return { body, sha256: createHash('sha256').update(body).digest('hex') };
  }

  /** Replaces the checksums that the clone pins for this platform. */
  pin(sha256: Record<string, string>, clone = this.clone): void {
    const file = path.join(clone, 'tools/dapr/checksums.json');
    const pins = JSON.parse(readFileSync(file, 'utf8'));
    pins.runtime.sha256 = {};
    pins.cli.sha256 = {};
    for (const [name, sum] of Object.entries(sha256)) {
      pins[name === 'dapr' ? 'cli' : 'runtime'].sha256[archiveName(name)] = sum;
    }
    writeFileSync(file, JSON.stringify(pins));
  }

  /** A release host on this machine; returns its address and the paths it was asked for. */
  async releaseHost(answer: RequestListener): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  toolchain(clone = this.clone): Record<string, string | null> {
    return JSON.parse(readFileSync(path.join(clone, '.data/toolchain.json'), 'utf8'));
  }

  /** Every file in the cache, hidden ones too. */
  cached(): string[] {
    return readdirSync(this.cache, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.cache, path.join(entry.parentPath, entry.name)))
      .sort();
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.root, { recursive: true, force: true });
  }

  #folder(name: string): string {
    const folder = path.join(this.root, name);
    mkdirSync(folder);
    return folder;
  }
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const began = performance.now();
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, output, ms: performance.now() - began }));
  });
}

export function archiveName(tool: string): string {
  return `${tool}_${process.platform}_${arch}.tar.gz`;
}

const TOOL_VERSIONS: Record<string, string> = {
  daprd: '1.18.1',
  placement: '1.18.1',
  scheduler: '1.18.1',
  dapr: '1.16.5',
};

/** Answers a question for the version the way the real tool does. */
function toolScript(name: string, version: string): string {
  switch (name) {
    case 'daprd':
      return `if [ "$1" = --version ]; then echo ${version}; else for arg; do echo "<$arg>"; done; fi`;
    case 'dapr':
      return `printf 'CLI version: ${version} \\nRuntime version: n/a\\n'`;
    default:
      return `echo 'level=info msg="Starting Dapr Any Service -- version ${version} -- commit "'; exit 1`;
  }
}
