// Makes this clone ready to run: npm packages, the Dapr runtime and CLI, Redis, the compiled code.
// `npm start` and `npm test` run it first, before any package is installed: it needs Node alone.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { stopChildren } from './setup/child.mjs';
import { clusterTools } from './setup/cluster.mjs';
import { daprCli, daprRuntime } from './setup/dapr.mjs';
import { kafka, postgresql, sqlite } from './setup/databases.mjs';
import { build } from './setup/dist.mjs';
import { faultTools } from './setup/faults.mjs';
import { imageTools } from './setup/images.mjs';
import { withLock } from './setup/lock.mjs';
import { manifestTools } from './setup/manifests.mjs';
import { npmPackages } from './setup/npm.mjs';
import { pinChecksums } from './setup/pin.mjs';
import { data } from './setup/places.mjs';
import { Progress } from './setup/progress.mjs';
import { redis } from './setup/redis.mjs';
import { siege } from './setup/siege.mjs';
import { isToolchainSaved, loadToolchain, recordTools, saveToolchain } from './setup/toolchain.mjs';
import { undoAll } from './setup/undo.mjs';

const STEPS = [
  npmPackages,
  daprRuntime,
  daprCli,
  redis,
  sqlite,
  postgresql,
  kafka,
  siege,
  ...faultTools,
  ...clusterTools,
  manifestTools,
  ...imageTools,
  build,
];
const STEP_NAMES = [...new Set(STEPS.map((step) => step.name))];

const USAGE = `usage: node tools/setup.mjs [--check] [--only=${STEP_NAMES.join(',')}]
       node tools/setup.mjs --pin-checksums

  --check           say what would be done and change nothing; exit 1 if there is something to do
  --only=STEPS      only these steps; some are only done if named: sqlite, postgresql and kafka (for test:variants),
                    faults (for test:failures), siege (for scenario:overload), cluster (for test:cluster),
                    manifests (for test:manifests), images (for test:images)
  --pin-checksums   for maintainers: pin the checksums of the Dapr release archives in tools/dapr/checksums.json

  HEALTHCENTER_CACHE         where fetched and built tools are kept (else ~/.cache/healthcenter)
  HEALTHCENTER_RELEASE_HOST  a mirror of https://github.com for Dapr's release archives
  REDIS_URL                  a Redis to use instead of a redis-server of this machine`;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await stopChildren();
    undoAll();
    console.error(`✗ set-up stopped by ${signal}`);
    process.exit(130);
  });
}

process.exit(await main());

/** Returns the exit code. */
async function main() {
  const options = parseOptions();
  if (typeof options === 'string') {
    console.error(`${options}\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  if (process.platform === 'win32') {
    console.error('Windows is not supported: use WSL (https://learn.microsoft.com/windows/wsl)');
    return 1;
  }
  if (options['pin-checksums']) {
    return attempt('checksums', async (progress) => {
      await pinChecksums(progress);
      progress.done('pinned in tools/dapr/checksums.json');
    });
  }
  const steps = STEPS.filter((step) => (options.only ? options.only.includes(step.name) : !step.onlyIfNamed));
  if (options.check) return check(steps);
  return attempt('set-up', (progress) =>
    withLock(path.join(data, 'setup.lock'), progress, () => setUp(steps, progress)),
  );
}

/** The options, or what is wrong with them. */
function parseOptions() {
  try {
    const { values } = parseArgs({
      options: {
        check: { type: 'boolean' },
        only: { type: 'string' },
        'pin-checksums': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const only = values.only?.split(',');
    const unknown = only?.find((name) => !STEP_NAMES.includes(name));
    return unknown === undefined ? { ...values, only } : `there is no step "${unknown}"`;
  } catch (error) {
    return error.message;
  }
}

async function setUp(steps, progress) {
  progress.stop();
  loadToolchain();
  for (const step of steps) {
    const code = await attempt(step.title, async (progress) => {
      const { text, tools } = (await step.find()) ?? (await step.make(progress));
      recordTools(tools);
      saveToolchain();
      progress.done(text);
    });
    if (code !== 0) return code;
  }
  return 0;
}

async function check(steps) {
  loadToolchain();
  let isReady = true;
  for (const step of steps) {
    const code = await attempt(step.title, async (progress) => {
      const found = await step.find();
      recordTools(found?.tools);
      progress.done(found?.text ?? (await step.plan()));
      if (!found) isReady = false;
    });
    if (code !== 0) isReady = false;
  }
  if (isReady && !isToolchainSaved()) {
    console.log('· toolchain: would be written to .data/toolchain.json');
    isReady = false;
  }
  return isReady ? 0 : 1;
}

/** Runs one piece of work, telling how it went; returns the exit code. */
async function attempt(title, work) {
  const progress = new Progress(title);
  try {
    return (await work(progress)) ?? 0;
  } catch (error) {
    progress.failed(error);
    return 1;
  } finally {
    progress.stop();
  }
}
