import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { data, logFile, project } from './places.mjs';
import { SetupError } from './progress.mjs';
import { undoOnStop } from './undo.mjs';

const dist = path.join(project, 'dist');
const fresh = path.join(project, 'dist.tmp');
const before = path.join(data, 'dist.before');
const stamp = '.setup-stamp';

// Read at run time from beside the compiled code.
const ASSET = /\.(proto|lua|json)$/;

export const build = {
  name: 'build',
  title: 'build',
  find: async () => (isFresh() ? { text: 'dist is up to date' } : null),
  plan: async () => 'would compile services and tools into dist',
  make,
};

function isFresh() {
  const file = path.join(dist, stamp);
  return existsSync(file) && readFileSync(file, 'utf8') === sourcesHash();
}

/** Compiles beside dist and swaps at the end, so that a failing build leaves the old one. */
async function make(progress) {
  const compiler = path.join(project, 'node_modules/.bin/tsc');
  if (!existsSync(compiler)) {
    throw new SetupError(
      'the compiler is not installed',
      'run `node tools/setup.mjs` without --only, or `npm ci`',
    );
  }
  rmSync(fresh, { recursive: true, force: true });
  const hash = sourcesHash();
  const removeFresh = undoOnStop(() => rmSync(fresh, { recursive: true, force: true }));
  try {
    progress.doing('compiling');
    await run(compiler, ['-p', 'tsconfig.build.json', '--outDir', 'dist.tmp'], {
      cwd: project,
      log: logFile('build'),
      todo: 'mend what the compiler names, then start again; dist is as it was',
    });
    for (const asset of sourceFiles().filter((file) => file.startsWith('services') && ASSET.test(file))) {
      cpSync(path.join(project, asset), path.join(fresh, asset));
    }
    writeFileSync(path.join(fresh, stamp), hash);
    swap();
  } finally {
    removeFresh();
  }
  return { text: 'compiled into dist' };
}

function swap() {
  rmSync(before, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, before);
  renameSync(fresh, dist);
  rmSync(before, { recursive: true, force: true });
}

/** A hash over what the build reads. Contents, not times: a checkout to and fro needs no build. */
function sourcesHash() {
  const hash = createHash('sha256');
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...sourceFiles()]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(project, file)))
      .update('\0');
  }
  return `${hash.digest('hex')}\n`;
}

function sourceFiles() {
  return ['services', 'tools', 'tests/failures/run', 'tests/overload', 'tests/support']
    .flatMap(filesUnder)
    .sort();
}

function filesUnder(folder) {
  if (!existsSync(path.join(project, folder))) return [];
  return readdirSync(path.join(project, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(file);
    const isSource = entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts');
    return isSource || (file.startsWith('services') && ASSET.test(entry.name)) ? [file] : [];
  });
}
