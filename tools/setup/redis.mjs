import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ask, onPath, run } from './child.mjs';
import { isAtLeast } from './gobuild.mjs';
import { withLock } from './lock.mjs';
import { cache, logFile, shown } from './places.mjs';
import { SetupError } from './progress.mjs';
import { versionOf } from './toolchain.mjs';
import { undoOnStop } from './undo.mjs';

const OLDEST = '6.2';
const POLICY = '/usr/sbin/policy-rc.d';

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
  const packages = ['install', '-y', '--no-install-recommends', 'redis-server'];
  const removePolicy = keepServicesStopped();
  try {
    progress.doing("installing Debian's redis-server");
    // The package lists are often there and fresh enough; fetching them takes longer than the package.
    await aptGet(packages).catch(async () => {
      progress.doing("fetching Debian's package lists");
      await aptGet(['update']);
      progress.doing("installing Debian's redis-server");
      await aptGet(packages);
    });
  } finally {
    removePolicy();
  }
  const installed = await find();
  if (!installed)
    throw new SetupError('the package is installed, but redis-server is not on PATH', toInstall());
  return { ...installed, text: `installed ${installed.text}` };
}

function aptGet(args) {
  return run('apt-get', ['-o', 'DPkg::Lock::Timeout=60', ...args], {
    env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    log: logFile('redis'),
    todo: toInstall(),
  });
}

/** Until the function returned is called, Debian starts no service it installs: this project starts its own. */
function keepServicesStopped() {
  if (existsSync(POLICY)) return () => {};
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  return undoOnStop(() => rmSync(POLICY, { force: true }));
}

function canInstall() {
  return process.getuid?.() === 0 && systemIds().includes('debian') && onPath('apt-get') !== null;
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

/** What the system calls itself and what it derives from, e.g. ["ubuntu", "debian"]. */
function systemIds() {
  if (process.platform !== 'linux') return [process.platform];
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    return [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, ids]) => ids.split(' '));
  } catch {
    return [];
  }
}
