import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { data, logFile, project } from './places.mjs';
import { undoOnStop } from './undo.mjs';

const modules = path.join(project, 'node_modules');
const aside = path.join(data, 'node_modules.before');
const stamp = path.join(modules, '.setup-stamp');
const lockfile = path.join(project, 'package-lock.json');

export const npmPackages = {
  name: 'npm',
  title: 'npm packages',
  find: async () => (isFresh() ? { text: 'as in the lockfile' } : null),
  plan: async () => `would run npm ci (they are ${existsSync(modules) ? 'stale' : 'missing'})`,
  make,
};

/** Stamped by an earlier set-up, or put there by a person's own `npm ci`. */
function isFresh() {
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === stampText();
  return isInstalledFromLockfile();
}

async function make(progress) {
  const was = existsSync(modules) ? 'stale' : 'missing';
  const restore = setAside();
  try {
    progress.doing('installing packages (npm ci)');
    await run('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: project,
      log: logFile('npm'),
      todo: "if the registry could not be reached, see to the network or npm's settings; if the lockfile disagrees with package.json, run `npm install`; then start again",
    });
    writeFileSync(stamp, stampText());
    rmSync(aside, { recursive: true, force: true });
  } finally {
    restore();
  }
  return { text: `installed (they were ${was})` };
}

/** Moves the packages out of npm's way; the function returned moves them back, unless the new ones are whole. */
function setAside() {
  if (existsSync(aside)) {
    // A set-up was killed. The stamp tells when: before it was set node_modules wasn't whole, after it the old was waste.
    rmSync(existsSync(stamp) ? aside : modules, { recursive: true, force: true });
  }
  if (existsSync(modules)) {
    rmSync(stamp, { force: true });
    renameSync(modules, aside);
  }
  return undoOnStop(() => {
    if (existsSync(stamp)) return;
    rmSync(modules, { recursive: true, force: true });
    if (existsSync(aside)) renameSync(aside, modules);
  });
}

function stampText() {
  const sha256 = createHash('sha256').update(readFileSync(lockfile)).digest('hex');
  return `${sha256} node ${process.versions.node.split('.')[0]}\n`;
}

/** Compares npm's own record of what it installed, which it writes last, with the lockfile. */
function isInstalledFromLockfile() {
  const record = path.join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const isSame = (place) => installed[place]?.integrity === wanted[place]?.integrity;
  return (
    Object.keys(installed).every(isSame) &&
    Object.keys(wanted).every((place) => place === '' || wanted[place].optional || isSame(place))
  );
}
