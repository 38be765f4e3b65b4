import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ask, run } from './child.mjs';
import { logFile, project } from './places.mjs';
import { SetupError } from './progress.mjs';

const TOOLCHAIN_MS = 300_000;

/**
 * Builds a kit's binaries into `bin` from its pinned tools module, whose committed go.sum checks what is fetched.
 */
export async function buildFromModule(kit, bin, progress) {
  const module = path.join(project, kit.module);
  progress.doing('looking at Go');
  await requireGo(kit, module);
  progress.note(`building it from its Go module; from nothing that takes about ${kit.buildMinutes} minutes`);
  mkdirSync(bin, { recursive: true });
  for (const binary of kit.binaries) {
    progress.doing(`building ${binary}`);
    const { pkg, flags } = kit.goBuild(binary);
    await run('go', ['build', '-mod=readonly', '-trimpath', ...flags, '-o', path.join(bin, binary), pkg], {
      cwd: module,
      env: { CGO_ENABLED: '0', GOWORK: 'off' },
      log: logFile(`build-${binary}`),
      todo: `see the log: most often a Go module proxy can't be reached, or the disk is full. Or ${kit.byHand}. Then start again`,
    });
  }
}

async function requireGo(kit, module) {
  const wanted = /^go (\d+\.\d+(?:\.\d+)?)$/m.exec(readFileSync(path.join(module, 'go.mod'), 'utf8'))[1];
  // Asked inside the module, where a Go that can fetch the toolchain which go.mod asks for does so.
  const answer = await ask('go', ['version'], { cwd: module, waitMs: TOOLCHAIN_MS });
  const found = /go version go(\d+\.\d+(?:\.\d+)?)/.exec(answer ?? '')?.[1];
  if (found && isAtLeast(found, wanted)) return;
  const what = answer === null ? 'no Go on PATH' : `this Go is too old (${found ?? answer.trim()})`;
  throw new SetupError(
    `${what}: building it takes Go ${wanted} or newer`,
    `${kit.byHand}; or install Go ${wanted} or newer (https://go.dev/dl). Then start again`,
  );
}

/** Compares dotted numbers. */
export function isAtLeast(version, wanted) {
  const [left, right] = [version, wanted].map((text) => text.split('.').map(Number));
  for (let i = 0; i < right.length; i++) {
    if ((left[i] ?? 0) !== right[i]) return (left[i] ?? 0) > right[i];
  }
  return true;
}
