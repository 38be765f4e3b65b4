import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { run } from './child.mjs';
import { arch, logFile, os, pins } from './places.mjs';
import { SetupError } from './progress.mjs';

const FIRST_BYTE_MS = 5_000;
const STALL_MS = 30_000;

const releaseHost = (process.env.HEALTHCENTER_RELEASE_HOST || 'https://github.com').replace(/\/+$/, '');

// Once it hasn't answered, nothing else of this run waits for it again.
let unreachable = null;

/** This way can't be gone, for the reason given; the next one can be tried. */
export class NotThisWay extends Error {}

/** `kit` is "runtime" or "cli". */
export function archiveName(binary, onOs = os, onArch = arch) {
  return `${binary}_${onOs}_${onArch}.tar.gz`;
}

export function releaseUrl(kit, file) {
  const repository = kit === 'runtime' ? 'dapr/dapr' : 'dapr/cli';
  return `${releaseHost}/${repository}/releases/download/v${pins[kit].version}/${file}`;
}

/** Puts the binaries of the official release into `bin`; each archive is unpacked only after its checksum was right. */
export async function installFromArchives(kit, binaries, bin, progress) {
  if (unreachable) throw unreachable;
  const files = binaries.map((binary) => archiveName(binary));
  const unpinned = files.filter((file) => !pins[kit].sha256[file]);
  if (unpinned.length > 0) {
    throw new NotThisWay(
      `no checksum is pinned for ${unpinned.join(', ')} ${pins[kit].version}, so no archive is fetched ` +
        '(a maintainer adds them with `node tools/setup.mjs --pin-checksums`)',
    );
  }
  mkdirSync(bin, { recursive: true });
  for (const file of files) {
    const archive = path.join(bin, file);
    const sha256 = await download(releaseUrl(kit, file), archive, progress);
    if (sha256 !== pins[kit].sha256[file]) {
      throw new NotThisWay(
        `REFUSED ${file}: its sha256 is ${sha256}, pinned is ${pins[kit].sha256[file]}; it was thrown away`,
      );
    }
    progress.doing(`unpacking ${file}`);
    await run('tar', ['-xzf', archive, '-C', bin, '--no-same-owner'], {
      log: logFile(`unpack-${kit}`),
      todo: `see why \`tar\` fails, or install ${binaries.join(', ')} by \`dapr init --slim\`, then start again`,
    });
    rmSync(archive);
  }
}

/** The text at `url`. */
export async function fetchText(url) {
  const chunks = [];
  for await (const chunk of bytesOf(url)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function download(url, file, progress) {
  let received = 0;
  progress.doing(() => `fetching ${path.basename(file)}, ${(received / 1e6).toFixed(0)} MB`);
  const hash = createHash('sha256');
  const output = await open(file, 'w');
  try {
    for await (const chunk of bytesOf(url)) {
      hash.update(chunk);
      await output.write(chunk);
      received += chunk.length;
    }
  } catch (error) {
    if (error instanceof NotThisWay) throw error;
    throw new SetupError(
      `${file} can't be written: ${error.message}`,
      'make room on the disk, then start again',
    );
  } finally {
    await output.close();
  }
  return hash.digest('hex');
}

/** Yields a response's bytes; throws NotThisWay when the first is not there in 5 s or a later one not in 30 s. */
async function* bytesOf(url) {
  const abort = new AbortController();
  const giveUp = (reason) => () => abort.abort(new NotThisWay(`${new URL(url).host} ${reason}`));
  let timer = setTimeout(giveUp(`did not answer within ${FIRST_BYTE_MS / 1000} s`), FIRST_BYTE_MS);
  let begun = false;
  const next = async (bytes) => {
    try {
      return await bytes;
    } catch (error) {
      const failure = abort.signal.aborted
        ? abort.signal.reason
        : new NotThisWay(`${new URL(url).host} can't be reached (${error.cause?.code ?? error.message})`);
      if (!begun) unreachable = failure;
      throw failure;
    }
  };
  try {
    const response = await next(fetch(url, { signal: abort.signal }));
    if (!response.ok) throw new NotThisWay(`${new URL(url).host} answered ${response.status} for ${url}`);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await next(reader.read());
      clearTimeout(timer);
      if (done) return;
      begun = true;
      yield value;
      timer = setTimeout(giveUp(`sent nothing for ${STALL_MS / 1000} s`), STALL_MS);
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}
