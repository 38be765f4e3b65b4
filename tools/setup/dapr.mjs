import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { installFromArchives, NotThisWay } from './archives.mjs';
import { ask, isExecutable, onPath } from './child.mjs';
import { buildFromModule, isAtLeast } from './gobuild.mjs';
import { withLock } from './lock.mjs';
import { arch, cache, os, pins, shown } from './places.mjs';
import { SetupError } from './progress.mjs';
import { versionOf } from './toolchain.mjs';
import { undoOnStop } from './undo.mjs';

const runtimeVersion = pins.runtime.version;
const cliVersion = pins.cli.version;
const initFolder = path.join(homedir(), '.dapr/bin');

export const daprRuntime = step({
  title: `dapr runtime ${runtimeVersion}`,
  pinned: 'runtime',
  binaries: ['daprd', 'placement', 'scheduler'],
  folder: path.join(cache, 'dapr', `${runtimeVersion}-${os}-${arch}`),
  module: 'tools/dapr/runtime',
  // Measured on 2 cores.
  buildMinutes: 13,
  goBuild: (binary) => ({
    pkg: `github.com/dapr/dapr/cmd/${binary}`,
    flags: [
      // The official releases' flavour: the smaller one lacks the name resolution this project uses.
      ...['-tags', 'allcomponents'],
      ...['-ldflags', `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${runtimeVersion}`],
    ],
  }),
  byHand: `run \`dapr init --slim --runtime-version ${runtimeVersion}\``,
  isRight: (version) => version === runtimeVersion,
  elsewhere: (binary) => path.join(initFolder, binary),
});

export const daprCli = step({
  title: `dapr cli ${cliVersion}`,
  pinned: 'cli',
  binaries: ['dapr'],
  folder: path.join(cache, 'dapr-cli', `${cliVersion}-${os}-${arch}`),
  module: 'tools/dapr/cli',
  buildMinutes: 5,
  goBuild: () => ({
    pkg: 'github.com/dapr/cli',
    flags: ['-ldflags', `-s -w -X main.version=${cliVersion} -X main.apiVersion=1.0`],
  }),
  byHand: `install the Dapr CLI ${cliVersion} or newer`,
  isRight: (version) =>
    version.split('.')[0] === cliVersion.split('.')[0] &&
    isAtLeast(version, cliVersion.split('.').slice(0, 2).join('.')),
  elsewhere: (binary) => onPath(binary),
});

function step(kit) {
  return {
    name: 'dapr',
    title: kit.title,
    find: () => find(kit),
    plan: async () => `would fetch the release or build it into ${shown(kit.folder)}`,
    make: (progress) =>
      withLock(
        path.join(cache, 'setup.lock'),
        progress,
        async () => (await find(kit)) ?? install(kit, progress),
      ),
  };
}

/** Looks where the Dapr CLI or its user put the tools, then where an earlier set-up did. */
async function find(kit) {
  const there = await lookAt(kit, kit.elsewhere);
  if (there.tools) return found(kit, there.tools, 'found');
  const kept = await lookAt(kit, (binary) => path.join(kit.folder, 'bin', binary));
  if (kept.tools)
    return found(kit, kept.tools, 'kept', there.passedOver && `passed over: ${there.passedOver}`);
  return null;
}

function found(kit, tools, how, remark) {
  const folder = shown(path.dirname(tools[kit.binaries[0]]));
  return { text: `${how} in ${folder}${remark ? ` (${remark})` : ''}`, tools };
}

/** All of a kit's tools in the right version, or what is there instead. */
async function lookAt(kit, place) {
  const tools = {};
  for (const binary of kit.binaries) {
    const file = place(binary);
    if (!file || !isExecutable(file)) {
      const others = Object.values(tools);
      return { passedOver: others.length > 0 && `${shown(path.dirname(others[0]))} has no ${binary}` };
    }
    const version = await versionOf(file, tellVersion);
    if (!version || !kit.isRight(version)) {
      return { passedOver: `${shown(file)} is ${version ?? 'not one that runs here'}` };
    }
    tools[binary] = file;
  }
  return { tools };
}

async function install(kit, progress) {
  const { passedOver } = await lookAt(kit, kit.elsewhere);
  if (passedOver) progress.note(`passed over: ${passedOver}`);
  const how = (await installBy(kit, progress, fromRelease)) ?? (await installBy(kit, progress, fromModule));
  if (!how) {
    throw new SetupError(
      'neither its release nor its build gave what runs here',
      `${kit.byHand}, then start again`,
    );
  }
  const { tools } = await lookAt(kit, (binary) => path.join(kit.folder, 'bin', binary));
  return found(kit, tools, `${how}, kept`);
}

async function fromRelease(kit, bin, progress) {
  await installFromArchives(kit.pinned, kit.binaries, bin, progress);
  return 'fetched from the release';
}

async function fromModule(kit, bin, progress) {
  await buildFromModule(kit, bin, progress);
  return 'built from its Go module';
}

/** Fills a folder beside the final one and renames it when all of it runs; null when this way can't be gone. */
async function installBy(kit, progress, way) {
  const parent = path.dirname(kit.folder);
  mkdirSync(parent, { recursive: true });
  removeLeftovers(parent);
  const staging = mkdtempSync(path.join(parent, '.half-'));
  const removeStaging = undoOnStop(() => rmSync(staging, { recursive: true, force: true }));
  try {
    const how = await way(kit, path.join(staging, 'bin'), progress);
    await requireRunning(kit, path.join(staging, 'bin'));
    rmSync(kit.folder, { recursive: true, force: true });
    renameSync(staging, kit.folder);
    return how;
  } catch (error) {
    if (!(error instanceof NotThisWay)) throw error;
    progress.note(`${error.message}; moving on`);
    return null;
  } finally {
    removeStaging();
  }
}

// What a killed set-up left. The lock is held, so no other set-up works there now.
function removeLeftovers(parent) {
  for (const name of readdirSync(parent)) {
    if (name.startsWith('.half-')) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

async function requireRunning(kit, bin) {
  for (const binary of kit.binaries) {
    const file = path.join(bin, binary);
    const version = existsSync(file) ? await tellVersion(file) : null;
    if (!version || !kit.isRight(version)) {
      throw new NotThisWay(`the new ${binary} ${version ? `says it is ${version}` : "doesn't run here"}`);
    }
  }
}

async function tellVersion(binary) {
  switch (path.basename(binary)) {
    case 'daprd':
      return versionIn(await ask(binary, ['--version']), /^(\d+\.\d+\.\d+\S*)/m);
    case 'dapr':
      return versionIn(await ask(binary, ['--version']), /CLI version: v?(\d+\.\d+\.\d+\S*)/);
    default:
      // These two tell their version only when they start. With a port and certificates that can't be, they stop
      // right after that, before they listen anywhere.
      return versionIn(
        await ask(binary, [
          ...['--healthz-port=-1', '--enable-metrics=false', '--port=0'],
          ...['--tls-enabled', '--trust-anchors-file=/dev/null/none', '--sentry-address=127.0.0.1:1'],
        ]),
        /Starting Dapr \w+ Service -- version (\d+\.\d+\.\d+\S*)/,
      );
  }
}

function versionIn(answer, pattern) {
  return pattern.exec(answer ?? '')?.[1] ?? null;
}
