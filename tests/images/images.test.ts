import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { productionModules, services } from '../../tools/cluster/images';
import { useLeash } from '../../tools/system/managedProcess';
import { freePorts, projectRoot } from '../../tools/system/plan';
import { eventually } from '../../tools/system/waiting';
import { startRedis } from '../support/redisOfItsOwn';
import { type BuiltImage, ImageBuilder } from './imageBuilder';

// Two installs by npm and five images.
jest.setTimeout(20 * 60_000);

const nobody = 65_532;

describe.each(services)('The image of %s, built from the Dockerfile', (service) => {
  let image: BuiltImage;
  beforeAll(async () => {
    image = await built(service);
  });

  test('is run as nobody in particular, who may write to none of it', () => {
    expect(image.config).toMatchObject({
      User: `${nobody}:${nobody}`,
      WorkingDir: '/app',
      Entrypoint: ['node', '--enable-source-maps', `dist/services/${service}/main.js`],
    });
    expect(image.config.Env).toContain('NODE_ENV=production');
    const own = filesBelow(join(image.root, 'app')).filter(({ uid, mode }) => uid === nobody || mode & 0o2);
    expect(own).toEqual([]);
  });

  test('has what its service needs, what an SBOM is made from, and no more', () => {
    expect(namesIn(image, 'app')).toEqual(['dist', 'node_modules', 'package-lock.json', 'package.json']);
    expect(namesIn(image, 'app/dist')).toEqual(['services']);
    const parts = [service, 'shared', ...(service === 'notification' ? ['sms'] : [])];
    expect(namesIn(image, 'app/dist/services')).toEqual(parts.sort());
    const needed = productionModules().map((place) => place.replace('node_modules/', ''));
    expect(packagesIn(image)).toEqual(needed.sort());
    for (const file of ['package.json', 'package-lock.json'])
      expect(readFileSync(join(image.root, 'app', file), 'utf8')).toBe(
        readFileSync(join(projectRoot, file), 'utf8'),
      );
    expect(namesIn(image, 'usr/local/lib')).not.toContain('node_modules');
    expect(namesIn(image, 'usr/local/bin')).toEqual(['node']);
  });

  test('starts on a file system that it cannot write to, answers, has what its probe asks for, and ends when told', async () => {
    const [appPort = 0, daprPort = 0] = await freePorts(2);
    const container = builder.start(service, image, {
      ...{ APP_ID: service, APP_PORT: String(appPort), DAPR_HTTP_PORT: String(daprPort) },
      ...{ LIST_REDIS_URL: redis.url, VIEW_REDIS_URL: redis.url, PROVIDER_REDIS_URL: redis.url },
      HEARTBEAT_FILE: '/tmp/healthy',
    });
    const status = await eventually(`${service} answers (${container.logFile})`, async () => {
      const answer = await fetch(`http://127.0.0.1:${appPort}/livez`);
      return answer.ok && answer.status;
    });
    expect(status).toBe(200);
    expect(await container.run('/bin/sh', '-c', 'find /tmp/healthy -mmin -1')).toBe('/tmp/healthy\n');
    await expect(container.run('/bin/sh', '-c', 'echo > /app/written')).rejects.toThrow(/Read-only/);
    expect(await container.run('node', '-p', 'process.getuid()')).toBe(`${nobody}\n`);
    expect(await container.stop()).toBe('exit code 0');
    expect(readFileSync(container.logFile, 'utf8')).toContain('"stopped"');
  });
});

test('They share all layers but the last', async () => {
  const images = await Promise.all(services.map(built));
  const modules = images.map(
    ({ root }) => lstatSync(join(root, 'app/node_modules/express/package.json')).ino,
  );
  expect(new Set(modules).size).toBe(1);
});

let builder: ImageBuilder;
let redis: Awaited<ReturnType<typeof startRedis>>;
const images = new Map<string, Promise<BuiltImage>>();

beforeAll(async () => {
  useLeash();
  redis = await startRedis();
  builder = new ImageBuilder();
  await builder.begin();
});

afterAll(async () => {
  await builder?.end();
  await redis?.stop();
});

// One after the other: the first makes what all share.
let last: Promise<unknown> = Promise.resolve();
function built(service: string): Promise<BuiltImage> {
  const known = images.get(service);
  if (known) return known;
  const building = last.then(() => builder.build(service));
  last = building.catch(() => {});
  images.set(service, building);
  return building;
}

function namesIn({ root }: BuiltImage, folder: string): string[] {
  return readdirSync(join(root, folder)).sort();
}

function packagesIn({ root }: BuiltImage): string[] {
  const modules = join(root, 'app/node_modules');
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : [name],
    )
    .sort();
}

function filesBelow(folder: string): { path: string; uid: number; mode: number }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(folder, name);
    const stats = lstatSync(path);
    return stats.isSymbolicLink() ? [] : [{ path, uid: stats.uid, mode: stats.mode }];
  });
}
