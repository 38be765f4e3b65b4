import path from 'node:path';
import { ask, onPath } from './child.mjs';
import { canInstall, installPackages, systemIds } from './debian.mjs';
import { isAtLeast } from './gobuild.mjs';
import { withLock } from './lock.mjs';
import { cache, shown } from './places.mjs';
import { SetupError } from './progress.mjs';
import { versionOf } from './toolchain.mjs';

const OLDEST = '6.2';

export const redis = {
  name: 'redis',
  title: 'redis',
  find,
  plan: async () => (canInstall() ? "would install Debian's redis-server" : `would stop: ${toInstall()}`),
  make: async (progress) => {
    if (!canInstall()) throw new SetupError('there is no redis-server on PATH', toInstall());
    return withLock(
      path.join(cache, 'setup.lock'),
      progress,
      async () => (await find()) ?? install(progress),
    );
  },
};

async function find() {
  const url = process.env.REDIS_URL;
  if (url) return { text: `REDIS_URL, ${withoutPassword(url)}`, tools: { redisUrl: url, redisServer: null } };
  const server = onPath('redis-server');
  if (!server) return null;
  const version = await versionOf(server, tellVersion);
  if (!version || !isAtLeast(version, OLDEST)) {
    const what = version ? `is Redis ${version}` : "doesn't run";
    throw new SetupError(`${shown(server)} ${what}; ${OLDEST} or newer is needed`, toInstall());
  }
  return { text: `${version}, ${shown(server)}`, tools: { redisServer: server, redisUrl: null } };
}

async function tellVersion(server) {
  return / v=(\d+\.\d+\.\d+)/.exec((await ask(server, ['--version'])) ?? '')?.[1] ?? null;
}

function withoutPassword(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['redis:', 'rediss:'].includes(url.protocol)) {
    throw new SetupError(
      'REDIS_URL is not a redis:// or rediss:// address',
      'set it like redis://localhost:6379, or unset it',
    );
  }
  if (url.password) url.password = '***';
  return url.href;
}

async function install(progress) {
  await installPackages(['redis-server'], { progress, log: 'redis', todo: toInstall() });
  const installed = await find();
  if (!installed)
    throw new SetupError('the package is installed, but redis-server is not on PATH', toInstall());
  return { ...installed, text: `installed ${installed.text}` };
}

function toInstall() {
  const ids = systemIds();
  const [, command] = INSTALL_COMMANDS.find(([id]) => ids.includes(id)) ?? [];
  return `${command ? `run \`${command}\`` : `install redis-server ${OLDEST} or newer`}, or set REDIS_URL, then start again`;
}

const INSTALL_COMMANDS = [
  ['darwin', 'brew install redis'],
  ['debian', 'sudo apt-get install redis-server'],
  ['ubuntu', 'sudo apt-get install redis-server'],
  ['fedora', 'sudo dnf install redis'],
  ['rhel', 'sudo dnf install redis'],
  ['arch', 'sudo pacman -S redis'],
  ['alpine', 'sudo apk add redis'],
  ['suse', 'sudo zypper install redis'],
];
