import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sh } from '../../tools/cluster/shell';
import { ManagedProcess } from '../../tools/system/managedProcess';
import { projectRoot, readToolchain, type Toolchain } from '../../tools/system/plan';

/** What an image says of itself, as OCI has it. */
export interface ImageConfig {
  User: string;
  Entrypoint: string[];
  Env: string[];
  WorkingDir: string;
}

export interface BuiltImage {
  config: ImageConfig;
  /** Where its files lie, to be looked at. */
  root: string;
}

export interface Container {
  logFile: string;
  /** What a command prints that runs in it, as whom it runs; throws where it fails. */
  run(...command: string[]): Promise<string>;
  /** Asks it to end, and says how it went. */
  stop(): Promise<string>;
}

const base = 'localhost/healthcenter-base:local';

/** Builds the Dockerfile's targets by buildah, and runs them by runc, in a folder of its own; needs root. */
export class ImageBuilder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'healthcenter-images-'));
  readonly #tools = tools();
  readonly #mounted: string[] = [];

  /** The image that the Dockerfile begins with, made of slim Debian and the Node.js that it names. */
  async begin(): Promise<void> {
    say('the image that the Dockerfile begins with');
    const { debian, node } = this.#tools;
    const program = join(this.#folder, 'node');
    const modules = join(dirname(node), '../../npm');
    cpSync(node, program);
    const id = (await this.#buildah('from', 'scratch')).trim();
    await this.#buildah('copy', '-q', id, debian, '/');
    await this.#buildah('copy', '-q', id, program, '/usr/local/bin/node');
    await this.#buildah('copy', '-q', id, modules, '/usr/local/lib/node_modules/npm');
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    await this.#buildah('config', '--env', `PATH=${path}`, id);
    await this.#buildah('commit', '-q', id, base);
    await this.#buildah('rm', id);
  }

  async build(target: string): Promise<BuiltImage> {
    say(`the image of ${target}`);
    const name = `localhost/healthcenter-${target}:local`;
    const settings = ['--isolation', 'chroot', '--pull-never', '--layers', '--build-arg', `NODE=${base}`];
    await this.#buildah('bud', ...settings, '--target', target, '-t', name, projectRoot);
    const { OCIv1 } = JSON.parse(await this.#buildah('inspect', '--type', 'image', name));
    const id = (await this.#buildah('from', '--pull-never', name)).trim();
    this.#mounted.push(id);
    return { config: OCIv1.config, root: (await this.#buildah('mount', id)).trim() };
  }

  /** Runs what an image is for, as a cluster would: as its user, on a file system that it cannot write to. */
  start(name: string, { config, root }: BuiltImage, env: Record<string, string>): Container {
    const bundle = join(this.#folder, name);
    mkdirSync(bundle);
    const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    writeFileSync(
      join(bundle, 'config.json'),
      JSON.stringify(bundleOf({ ...config, Env: [...config.Env, ...settings] }, root)),
    );
    const id = `healthcenter-${process.pid}-${name}`;
    const runc = ['--root', join(this.#folder, 'runc')];
    const running = new ManagedProcess(
      {
        name,
        command: this.#tools.runc,
        args: [...runc, 'run', '--bundle', bundle, id],
        cwd: bundle,
      },
      bundle,
    );
    running.start();
    return {
      logFile: running.logFile,
      run: (...command) => sh(this.#tools.runc, [...runc, 'exec', id, ...command]),
      stop: async () => {
        await sh(this.#tools.runc, [...runc, 'kill', id, 'TERM']);
        await running.exited();
        return running.howItEnded;
      },
    };
  }

  async end(): Promise<void> {
    for (const id of this.#mounted) await this.#buildah('umount', id);
    await this.#buildah('rm', '--all');
    await this.#buildah('rmi', '--all', '--force');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #buildah(...args: string[]): Promise<string> {
    const place = ['--root', join(this.#folder, 'store'), '--runroot', join(this.#folder, 'run')];
    return sh(this.#tools.buildah, [...place, '--storage-driver', 'overlay', ...args], { withinMs: 900_000 });
  }
}

// Past Jest, which keeps what is said until a file's tests are done.
function say(what: string): void {
  process.stderr.write(`· building ${what}\n`);
}

function bundleOf({ User, Entrypoint, Env, WorkingDir }: ImageConfig, root: string): object {
  const [uid, gid] = User.split(':').map(Number);
  return {
    ociVersion: '1.0.2',
    process: { user: { uid, gid }, args: Entrypoint, env: Env, cwd: WorkingDir, noNewPrivileges: true },
    root: { path: root, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=1777'] },
    ],
    // The network is this machine's, on whose loopback it is asked.
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
  };
}

function tools(): { buildah: string; runc: string; debian: string; node: string } {
  const toolchain: Toolchain = readToolchain();
  const { buildah, runc, imageDebian: debian, 'cluster-service-node': node } = toolchain;
  if (buildah && runc && debian && node) return { buildah, runc, debian, node };
  throw new Error('not all is there; `npm run test:images` gets it first');
}
