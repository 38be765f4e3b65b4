import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isExecutable } from './child.mjs';
import { buildFromModule } from './gobuild.mjs';
import { withLock } from './lock.mjs';
import { arch, cache, os, project, shown } from './places.mjs';
import { undoOnStop } from './undo.mjs';

/** What only the fault tests need: built when they are run, never for `npm start`. */
export const faultTools = [
  tool('toxiproxy', 'github.com/Shopify/toxiproxy/v2/cmd/server'),
  tool('linearizable', '.'),
];

function tool(binary, pkg) {
  const module = `tools/faults/${binary}`;
  const kit = {
    module,
    binaries: [binary],
    buildMinutes: 2,
    goBuild: () => ({ pkg, flags: ['-ldflags', '-s -w'] }),
    byHand: 'run the other tests only',
  };
  const folder = () => path.join(cache, 'faults', `${binary}-${digestOf(module)}-${os}-${arch}`);
  const found = (how) => ({
    text: `${how} in ${shown(folder())}`,
    tools: { [binary]: path.join(folder(), binary) },
  });
  const isThere = () => isExecutable(path.join(folder(), binary));
  return {
    name: 'faults',
    onlyIfNamed: true,
    title: binary,
    find: async () => (isThere() ? found('kept') : null),
    plan: async () => `would build it into ${shown(folder())}`,
    make: (progress) =>
      withLock(path.join(cache, 'setup.lock'), progress, async () => {
        if (!isThere()) await install(kit, folder(), progress);
        return found('built from its Go module, kept');
      }),
  };
}

/** Under another name until it is whole: who finds the folder finds all of it. */
async function install(kit, folder, progress) {
  mkdirSync(path.dirname(folder), { recursive: true });
  const staging = mkdtempSync(path.join(path.dirname(folder), '.half-'));
  const removeStaging = undoOnStop(() => rmSync(staging, { recursive: true, force: true }));
  try {
    await buildFromModule(kit, staging, progress);
    rmSync(folder, { recursive: true, force: true });
    renameSync(staging, folder);
  } finally {
    removeStaging();
  }
}

/** Of all that it is built from, so that an edit is another folder. */
function digestOf(module) {
  const folder = path.join(project, module);
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(path.join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}
