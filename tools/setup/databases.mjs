import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ask, onPath, run } from './child.mjs';
import { fromPackages, NotThere } from './packages.mjs';
import { cache, logFile, project, shown } from './places.mjs';
import { SetupError } from './progress.mjs';
import { undoOnStop } from './undo.mjs';

// What `npm run test:variants` needs beside the rest. Nothing else does, so these steps run only where they are named.

export const sqlite = fromPackages('sqlite', ['sqlite3'], () => {
  const sqlite3 = onPath('sqlite3');
  return sqlite3 && { text: shown(sqlite3), tools: { sqlite3 } };
});

export const postgresql = fromPackages('postgresql', ['postgresql'], () => {
  const folder = postgresqlFolder();
  return folder && { text: shown(folder), tools: { postgresql: folder } };
});

/** Where PostgreSQL's own programs are: Debian keeps those of each version out of PATH. */
function postgresqlFolder() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => path.join(debian, version, 'bin'));
  const initdb = onPath('initdb');
  if (initdb) folders.push(path.dirname(initdb));
  const isWhole = (folder) =>
    ['initdb', 'postgres', 'psql'].every((name) => existsSync(path.join(folder, name)));
  return folders.find(isWhole) ?? null;
}

const pom = path.join(project, 'tools/kafka/pom.xml');
const checksums = readFileSync(path.join(project, 'tools/kafka/checksums.txt'), 'utf8');
const jars = path.join(cache, `kafka-${createHash('sha256').update(checksums).digest('hex').slice(0, 8)}`);
const oldestJava = 17;

export const kafka = fromPackages(
  'kafka',
  ['default-jre-headless', 'maven'],
  async () => {
    const java = onPath('java');
    if (!java || !existsSync(jars)) return null;
    const version = await javaVersion(java);
    return { text: `${shown(jars)}, Java ${version}`, tools: { kafka: { java, jars } } };
  },
  async (progress) => {
    if (onPath('mvn') && (await javaVersion(onPath('java'))) >= oldestJava) return fetchJars(progress);
    throw new NotThere();
  },
);

async function javaVersion(java) {
  const said = java ? await ask(java, ['-version']) : null;
  return Number(/version "(\d+)/.exec(said ?? '')?.[1] ?? 0);
}

/** Each is looked at before any of it can be used. */
async function fetchJars(progress) {
  if (existsSync(jars)) return;
  progress.doing('fetching Kafka');
  const fresh = `${jars}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  const clear = undoOnStop(() => rmSync(fresh, { recursive: true, force: true }));
  try {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${fresh}`];
    await run('mvn', ['-q', '-B', '-f', pom, ...goal], {
      log: logFile('kafka'),
      todo: "see to the network or Maven's settings, then start again",
    });
    const got = readdirSync(fresh).sort();
    const listed = got.map((name) => `${sha256Of(path.join(fresh, name))}  ${name}\n`);
    const wanted = checksums.trimEnd().split('\n');
    const strange = listed.map((line) => line.trimEnd()).filter((line) => !wanted.includes(line));
    if (strange.length > 0 || got.length !== wanted.length) {
      throw new SetupError(
        `what Maven brought is not what tools/kafka/checksums.txt lists: ${strange.join(', ') || 'some are missing'}`,
        'find out who changed it; nothing was kept',
      );
    }
    renameSync(fresh, jars);
  } finally {
    clear();
  }
}

function sha256Of(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
