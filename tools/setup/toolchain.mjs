import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { data } from './places.mjs';

const file = path.join(data, 'toolchain.json');
const runtimePath = path.join(data, 'runtime');
const launcher = path.join(runtimePath, '.dapr/bin/daprd');

/** Where each tool is: what the start command and the test harness read. */
const toolchain = {
  daprd: null,
  placement: null,
  scheduler: null,
  dapr: null,
  redisServer: null,
  redisUrl: null,
  versions: {},
};

/** Takes over what earlier set-ups of this clone found; to be called when no other one can be writing. */
export function loadToolchain() {
  try {
    Object.assign(toolchain, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // None yet, or not readable: it's found anew.
  }
  toolchain.runtimePath = runtimePath;
}

export function recordTools(tools) {
  Object.assign(toolchain, tools);
}

/** The version that `find(binary)` tells, remembered for as long as the file stays the same. */
export async function versionOf(binary, find) {
  const { mtimeMs, size } = statSync(binary);
  const known = toolchain.versions[binary];
  if (known?.mtimeMs === mtimeMs && known.size === size) return known.version;
  const version = await find(binary);
  if (version) toolchain.versions[binary] = { mtimeMs, size, version };
  return version;
}

/** Whether what is on disk already says what this run found. */
export function isToolchainSaved() {
  return readIfAny(file) === asText() && (!toolchain.daprd || readIfAny(launcher) === launcherText());
}

export function saveToolchain() {
  if (isToolchainSaved()) return;
  // Only for this user: REDIS_URL can hold a password.
  replace(file, asText(), 0o600);
  if (toolchain.daprd) replace(launcher, launcherText(), 0o755);
}

function asText() {
  return `${JSON.stringify(toolchain, null, 2)}\n`;
}

function launcherText() {
  return `#!/bin/sh
# \`dapr run -f\` starts this in daprd's place: the CLI has no flag for these two addresses, and without them
# every sidecar's metrics and internal gRPC ports are open to the network.
exec '${toolchain.daprd.replaceAll("'", `'\\''`)}' "$@" \\
  --metrics-listen-address 127.0.0.1 --dapr-internal-grpc-listen-address 127.0.0.1
`;
}

function replace(target, text, mode) {
  mkdirSync(path.dirname(target), { recursive: true });
  const fresh = `${target}.${process.pid}`;
  writeFileSync(fresh, text, { mode });
  chmodSync(fresh, mode);
  renameSync(fresh, target);
}

function readIfAny(name) {
  try {
    return readFileSync(name, 'utf8');
  } catch {
    return null;
  }
}
