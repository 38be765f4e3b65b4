import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  createReadStream,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { projectRoot } from '../system/plan';
import { at, programs, registry } from './plan';
import { ctr, sh } from './shell';

/**
 * Makes images out of folders, for a machine without an image builder and without a registry: the same contents as the
 * Dockerfile's targets, on the same Node.js. They are handed to containerd as one archive.
 */
export async function importImages(): Promise<void> {
  const folder = at('images');
  mkdirSync(folder, { recursive: true });
  const images = await allImages(folder);
  await importArchive(folder, images);
  rmSync(folder, { recursive: true });
}

/** Another image of a service, with the same contents under another tag, so that there is something to roll out. */
export async function tagAgain(service: string, tag: string): Promise<void> {
  await ctr('images', 'tag', serviceImage(service, 'local'), serviceImage(service, tag));
}

export const services = ['gateway', 'order', 'payment', 'reservation', 'notification'] as const;

export const serviceImage = (service: string, tag: string) => `docker.io/healthcenter/${service}:${tag}`;

interface Image {
  name: string;
  layers: string[];
  config: { Entrypoint: string[]; User?: string; WorkingDir?: string; Env?: string[] };
}

const nobody = '65532:65532';

async function allImages(folder: string): Promise<Image[]> {
  const { coredns, metricsServer, pause, dapr, redisServer, serviceNode } = programs();
  const certificates = await layerOf(folder, 'certificates', async (root) => {
    cpSync('/etc/ssl/certs/ca-certificates.crt', join(root, 'etc/ssl/certs/ca-certificates.crt'));
  });
  const single = async (name: string, program: string, ...more: string[]): Promise<Image> => ({
    name,
    layers: [
      ...more,
      await layerOf(folder, basename(program), async (root) =>
        cpSync(program, join(root, basename(program))),
      ),
    ],
    config: { Entrypoint: [`/${basename(program)}`], User: nobody, Env: ['GOMAXPROCS=1'] },
  });
  const base = await layerOf(folder, 'base', (root) =>
    copyPrograms(root, [
      serviceNode,
      '/bin/sh',
      '/usr/bin/find',
      redisServer,
      sibling(redisServer, 'redis-cli'),
    ]),
  );
  const modules = join(folder, 'modules.tar');
  await tarOf(modules, ['package.json', ...productionModules()], '--transform', 's,^,app/,');
  return [
    await single(`${registry}/pause:1`, pause),
    await single(`${registry}/coredns:1.15.0`, coredns, certificates),
    await single(`${registry}/metrics-server:0.9.0`, metricsServer, certificates),
    ...(await Promise.all(
      Object.entries(dapr).map(([name, program]) =>
        single(`${registry}/${name}:1.18.1`, program, certificates),
      ),
    )),
    {
      name: 'docker.io/library/redis:7.0.15-bookworm',
      layers: [base],
      config: { Entrypoint: [], User: nobody },
    },
    ...(await Promise.all(
      services.map((service) => serviceOf(folder, service, [base, certificates, modules])),
    )),
  ];
}

async function serviceOf(folder: string, service: string, below: string[]): Promise<Image> {
  const own = join(folder, `${service}.tar`);
  const parts = [service, 'shared', ...(service === 'notification' ? ['sms'] : [])];
  await tarOf(
    own,
    parts.map((part) => `dist/services/${part}`),
    '--transform',
    's,^,app/,',
  );
  return {
    name: serviceImage(service, 'local'),
    layers: [...below, own],
    config: {
      Entrypoint: ['node', '--enable-source-maps', `dist/services/${service}/main.js`],
      ...{ User: nobody, WorkingDir: '/app' },
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'NODE_ENV=production'],
    },
  };
}

/** The folders of all packages that are needed to run, as the lockfile has it. */
export function productionModules(): string[] {
  const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
  };
  return Object.entries(lock.packages).flatMap(([place, { dev, optional, devOptional }]) =>
    place === '' || dev || optional || devOptional || place.split('node_modules/').length > 2 ? [] : [place],
  );
}

/** Programs with the libraries that they are linked to, each where it looks for them. */
async function copyPrograms(root: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    copyInto(root, file, `/usr/bin/${basename(file)}`);
    const linked = await sh('ldd', [file]);
    for (const [, library = ''] of linked.matchAll(/(?:=>\s*|^\s*)(\/\S+) \(0x/gm))
      copyInto(root, library, library);
  }
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyInto(root, '/bin/sh', '/bin/sh');
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'nonroot:x:65532:65532::/:/bin/sh\n');
}

function copyInto(root: string, file: string, place: string): void {
  mkdirSync(dirname(join(root, place)), { recursive: true });
  // Not cpSync with `dereference`: Node.js 24 takes a link to a file for a folder.
  copyFileSync(file, join(root, place));
}

const sibling = (file: string, name: string) => join(dirname(file), name);

async function layerOf(
  folder: string,
  name: string,
  fill: (root: string) => Promise<void> | void,
): Promise<string> {
  const root = join(folder, `${name}.root`);
  mkdirSync(root, { recursive: true });
  await fill(root);
  const layer = join(folder, `${name}.layer.tar`);
  await sh('tar', ['-C', root, ...tarSettings, '-cf', layer, '.']);
  rmSync(root, { recursive: true });
  return layer;
}

function tarOf(layer: string, places: readonly string[], ...settings: string[]): Promise<string> {
  return sh('tar', ['-C', projectRoot, ...tarSettings, ...settings, '-cf', layer, ...places], {
    withinMs: 300_000,
  });
}

const tarSettings = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];

/** As `docker save` writes them: a layer that images share is there once. */
async function importArchive(folder: string, images: readonly Image[]): Promise<void> {
  const digests = new Map<string, string>();
  for (const layer of new Set(images.flatMap(({ layers }) => layers)))
    digests.set(layer, await sha256Of(layer));
  const manifest = images.map(({ name, layers, config }, index) => {
    const described = JSON.stringify({
      ...{ architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux', config },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${digests.get(layer)}`) },
    });
    writeFileSync(join(folder, `${index}.json`), described);
    return { Config: `${index}.json`, RepoTags: [name], Layers: layers.map((layer) => basename(layer)) };
  });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const names = [
    'manifest.json',
    ...images.map((_image, index) => `${index}.json`),
    ...[...digests.keys()].map((layer) => basename(layer)),
  ];
  await sh('tar', ['-C', folder, '-cf', join(folder, 'images'), ...names], { withinMs: 300_000 });
  await ctr('images', 'import', join(folder, 'images'));
}

function sha256Of(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')));
  });
}
