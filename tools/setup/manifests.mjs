import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ask, isExecutable, onPath } from './child.mjs';
import { buildFromModule } from './gobuild.mjs';
import { withLock } from './lock.mjs';
import { arch, cache, os, shown } from './places.mjs';
import { undoOnStop } from './undo.mjs';

const VERSION = '5.8.1';
const folder = path.join(cache, 'manifests', `kustomize-${VERSION}-${os}-${arch}`);
const kept = path.join(folder, 'kustomize');
const kit = {
  module: 'tools/manifests/kustomize',
  binaries: ['kustomize'],
  buildMinutes: 1,
  goBuild: () => ({ pkg: 'sigs.k8s.io/kustomize/kustomize/v5', flags: ['-ldflags', '-s -w'] }),
  byHand: 'install kubectl',
};

/** What builds the manifests for their tests: kubectl or kustomize of this machine, else one of our own. */
export const manifestTools = {
  name: 'manifests',
  onlyIfNamed: true,
  title: 'kustomize',
  find,
  plan: async () => `would build it into ${shown(folder)}`,
  make: (progress) =>
    withLock(path.join(cache, 'setup.lock'), progress, async () => (await find()) ?? install(progress)),
};

async function find() {
  if (isExecutable(kept)) return { text: `kept in ${shown(folder)}`, tools: { kustomize: [kept, 'build'] } };
  for (const command of [
    ['kubectl', 'kustomize'],
    ['kustomize', 'build'],
  ]) {
    const program = onPath(command[0]);
    const help = program && (await ask(program, [command[1], '--help']));
    // Of what older ones lack, a variant's folder needs components.
    if (help?.includes('--load-restrictor')) {
      return { text: `${shown(program)} ${command[1]}`, tools: { kustomize: [program, command[1]] } };
    }
  }
  return null;
}

/** Without it the tests of the manifests are left out, and say so: it is no reason to run none. */
async function install(progress) {
  mkdirSync(path.dirname(folder), { recursive: true });
  const staging = mkdtempSync(path.join(path.dirname(folder), '.half-'));
  const removeStaging = undoOnStop(() => rmSync(staging, { recursive: true, force: true }));
  try {
    await buildFromModule(kit, staging, progress);
    renameSync(staging, folder);
    return {
      text: `built from its Go module, kept in ${shown(folder)}`,
      tools: { kustomize: [kept, 'build'] },
    };
  } catch (error) {
    progress.note(`${error.message}: the manifests are not tested. To test them, install kubectl`);
    return { text: 'none', tools: { kustomize: null } };
  } finally {
    removeStaging();
  }
}
