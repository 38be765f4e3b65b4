import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildFromModule } from './gobuild.mjs';
import { project } from './places.mjs';
import { undoOnStop } from './undo.mjs';

/**
 * Builds a kit from its Go module into a folder, under another name until it is whole: who finds the folder finds all of
 * it. `besides` of the kit puts more into it than what is built.
 */
export function buildInto(folder, kit, progress) {
  return makeInto(folder, async (staging) => {
    await buildFromModule(kit, staging, progress);
    await kit.besides?.(path.join(project, kit.module), staging);
  });
}

/** Fills a folder under another name until it is whole. */
export async function makeInto(folder, fill) {
  mkdirSync(path.dirname(folder), { recursive: true });
  const staging = mkdtempSync(path.join(path.dirname(folder), '.half-'));
  const removeStaging = undoOnStop(() => rmSync(staging, { recursive: true, force: true }));
  try {
    await fill(staging);
    rmSync(folder, { recursive: true, force: true });
    renameSync(staging, folder);
  } finally {
    removeStaging();
  }
}

/** Of all files in a folder that something is built from, so that an edit is another folder. */
export function digestOf(module) {
  const folder = path.join(project, module);
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(path.join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}
