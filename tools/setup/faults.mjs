import path from 'node:path';
import { isExecutable } from './child.mjs';
import { buildInto, digestOf } from './keptBuild.mjs';
import { withLock } from './lock.mjs';
import { arch, cache, os, shown } from './places.mjs';

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
        if (!isThere()) await buildInto(folder(), kit, progress);
        return found('built from its Go module, kept');
      }),
  };
}
