import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isExecutable, onPath, run } from './child.mjs';
import { serviceNode } from './cluster.mjs';
import { makeInto } from './keptBuild.mjs';
import { withLock } from './lock.mjs';
import { fromPackages } from './packages.mjs';
import { arch, cache, logFile, os, shown } from './places.mjs';

const PROGRAMS = ['buildah', 'debootstrap', 'runc'];
const SUITE = 'bookworm';
const CERTIFICATES = 'etc/ssl/certs/ca-certificates.crt';

/** What only the tests of the Dockerfile need: an image builder, and what the image that it begins with is made of. */
export const imageTools = [
  fromPackages('images', PROGRAMS, () =>
    PROGRAMS.every(onPath)
      ? {
          text: PROGRAMS.map((name) => shown(onPath(name))).join(', '),
          tools: { buildah: onPath('buildah'), runc: onPath('runc') },
        }
      : null,
  ),
  serviceNode('images'),
  baseFolder(),
];

/**
 * All that the Dockerfile's `node:…-slim` has, for machines that reach no registry of images: slim Debian, with the Node.js and npm
 * that `serviceNode` has.
 */
function baseFolder() {
  const folder = path.join(cache, 'images', `${SUITE}-${os}-${arch}`);
  const found = (how) => ({ text: `${how} in ${shown(folder)}`, tools: { imageDebian: folder } });
  const isThere = () => isExecutable(path.join(folder, 'usr/bin/find'));
  return {
    name: 'images',
    onlyIfNamed: true,
    title: 'slim Debian',
    find: async () => (isThere() ? found('kept') : null),
    plan: async () => `would put it into ${shown(folder)}`,
    make: (progress) =>
      withLock(path.join(cache, 'images.lock'), progress, async () => {
        if (isThere()) return found('kept');
        progress.doing('fetching slim Debian, about a minute');
        await makeInto(folder, async (staging) => {
          const todo = "see to the network or apt's settings, then start again";
          const args = ['--variant=minbase', '--include=ca-certificates', SUITE, staging];
          await run('debootstrap', args, { log: logFile('debootstrap'), todo });
          rmSync(path.join(staging, 'var/cache/apt/archives'), { recursive: true, force: true });
          // Whom this machine trusts, for npm within a build as well.
          cpSync(`/${CERTIFICATES}`, path.join(staging, CERTIFICATES), { dereference: true });
          mkdirSync(path.join(staging, 'usr/local/etc'), { recursive: true });
          writeFileSync(path.join(staging, 'usr/local/etc/npmrc'), `cafile=/${CERTIFICATES}\n`);
          const npm = '../lib/node_modules/npm/bin';
          symlinkSync(`${npm}/npm-cli.js`, path.join(staging, 'usr/local/bin/npm'));
          symlinkSync(`${npm}/npx-cli.js`, path.join(staging, 'usr/local/bin/npx'));
        });
        return found('fetched by debootstrap, kept');
      }),
  };
}
