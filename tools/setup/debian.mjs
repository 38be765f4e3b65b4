import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { onPath, run } from './child.mjs';
import { logFile } from './places.mjs';
import { undoOnStop } from './undo.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

/** Whether this may install Debian's packages here. */
export function canInstall() {
  return process.getuid?.() === 0 && systemIds().includes('debian') && onPath('apt-get') !== null;
}

/** Installs Debian's packages of these names; throws a SetupError with `todo` when that fails. */
export async function installPackages(names, { progress, log, todo }) {
  const what = `Debian's ${names.join(', ')}`;
  const aptGet = (args) =>
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=60', ...args], {
      env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
      log: logFile(log),
      todo,
    });
  const install = ['install', '-y', '--no-install-recommends', ...names];
  const removePolicy = keepServicesStopped();
  try {
    progress.doing(`installing ${what}`);
    // The package lists are often there and fresh enough; fetching them takes longer than the package.
    await aptGet(install).catch(async () => {
      progress.doing("fetching Debian's package lists");
      await aptGet(['update']);
      progress.doing(`installing ${what}`);
      await aptGet(install);
    });
  } finally {
    removePolicy();
  }
}

/** Until the function returned is called, Debian starts no service it installs: this project starts its own. */
function keepServicesStopped() {
  if (existsSync(POLICY)) return () => {};
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  return undoOnStop(() => rmSync(POLICY, { force: true }));
}

/** What the system calls itself and what it derives from, e.g. ["ubuntu", "debian"]. */
export function systemIds() {
  if (process.platform !== 'linux') return [process.platform];
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    return [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, ids]) => ids.split(' '));
  } catch {
    return [];
  }
}
