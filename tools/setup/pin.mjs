import { writeFileSync } from 'node:fs';
import { archiveName, fetchText, releaseUrl } from './archives.mjs';
import { pins, pinsFile } from './places.mjs';
import { SetupError } from './progress.mjs';

const BINARIES = { runtime: ['daprd', 'placement', 'scheduler'], cli: ['dapr'] };

/** For a maintainer: pins what the release host says beside each archive of the versions in checksums.json. */
export async function pinChecksums(progress) {
  const fresh = {};
  for (const [kit, binaries] of Object.entries(BINARIES)) {
    const sha256 = {};
    for (const file of binaries.flatMap(archivesOf)) {
      progress.doing(`asking for ${file}.sha256`);
      sha256[file] = await checksumOf(kit, file);
      const before = pins[kit].sha256[file];
      if (!before) progress.note(`new: ${file}`);
      else if (before !== sha256[file]) progress.note(`CHANGED: ${file} was ${before}, is ${sha256[file]}`);
    }
    fresh[kit] = { version: pins[kit].version, from: 'the .sha256 files of the release', sha256 };
  }
  writeFileSync(pinsFile, `${JSON.stringify(fresh, null, 2)}\n`);
}

function archivesOf(binary) {
  return ['linux', 'darwin'].flatMap((os) => ['amd64', 'arm64'].map((arch) => archiveName(binary, os, arch)));
}

async function checksumOf(kit, file) {
  const url = `${releaseUrl(kit, file)}.sha256`;
  const todo = 'run it where the release host can be reached; checksums.json is as it was';
  const text = await fetchText(url).catch((error) => {
    throw new SetupError(error.message, todo);
  });
  const [sha256] = /^[0-9a-f]{64}\b/.exec(text) ?? [];
  if (!sha256) throw new SetupError(`${url} holds no sha256`, todo);
  return sha256;
}
