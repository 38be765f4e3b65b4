import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** The root of this clone. */
export const project = path.resolve(import.meta.dirname, '../..');

/** What this clone keeps for itself; git ignores it. */
export const data = path.join(project, '.data');

/** What every clone of this user shares: fetched or built tools, in folders named by version. */
export const cache = path.resolve(
  process.env.HEALTHCENTER_CACHE ||
    path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'healthcenter'),
);

export const os = process.platform;
export const arch = process.arch === 'x64' ? 'amd64' : process.arch;

export const pinsFile = path.join(project, 'tools/dapr/checksums.json');

/** Versions of the Dapr runtime and CLI, and the sha256 of their release archives. */
export const pins = JSON.parse(readFileSync(pinsFile, 'utf8'));

export function logFile(name) {
  return path.join(data, 'log', `setup-${name}.log`);
}

/** A path as a person would write it. */
export function shown(file) {
  const home = homedir();
  return file === home || file.startsWith(home + path.sep) ? `~${file.slice(home.length)}` : file;
}
