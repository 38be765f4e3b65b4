import path from 'node:path';
import { canInstall, installPackages } from './debian.mjs';
import { withLock } from './lock.mjs';
import { cache } from './places.mjs';
import { SetupError } from './progress.mjs';

/** What `prepare` throws where the packages have to be installed first. */
export class NotThere extends Error {}

/** A step whose tools are Debian's packages, and what `prepare` makes with them. */
export function fromPackages(name, packages, find, prepare = async () => {}) {
  const todo = `install what Debian calls ${packages.join(' and ')}, then start again`;
  async function make(progress) {
    const found = await find();
    if (found) return found;
    try {
      await prepare(progress);
      const prepared = await find();
      if (prepared) return prepared;
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
    }
    if (!canInstall()) throw new SetupError(`${packages.join(' and ')} not found on this machine`, todo);
    await installPackages(packages, { progress, log: name, todo });
    await prepare(progress);
    const installed = await find();
    if (!installed) throw new SetupError('the packages are installed, but not what they should bring', todo);
    return installed;
  }
  return {
    name,
    title: name,
    find,
    plan: async () => `would get ${packages.join(' and ')}`,
    make: (progress) => withLock(path.join(cache, 'setup.lock'), progress, () => make(progress)),
    onlyIfNamed: true,
  };
}
