// `npm run test:variants` after the set-up: what is special about each variant, then all journeys on each of them and on
// all three at once. With --short only the first, which books on all three at once. Ends with one line that sums up.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIANTS = ['payment-store-sqlite', 'reservation-store-postgresql', 'pubsub-kafka'];

const folder = mkdtempSync(join(tmpdir(), 'healthcenter-variants-'));
const total = { passed: 0, failed: 0, skipped: 0 };

jest('variants', '', []);
if (!process.argv.includes('--short')) {
  for (const variant of [...VARIANTS, VARIANTS.join(',')])
    jest('sidecars', variant, ['--', 'tests/journeys']);
}
rmSync(folder, { recursive: true, force: true });

console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 ? 1 : 0);

function jest(project, variants, files) {
  const name = variants ? `journeys on ${variants.replaceAll(',', ', ')}` : 'what is special about each';
  console.log(`\n· ${name}`);
  const begun = Date.now();
  const outputFile = join(folder, 'result.json');
  rmSync(outputFile, { force: true });
  const args = ['node_modules/jest/bin/jest.js', '--selectProjects', project, '--runInBand', '--json'];
  spawnSync(process.execPath, [...args, `--outputFile=${outputFile}`, ...files], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // The list's test places 1,000 orders, which says no more about a store than these do.
    env: { TEST_LIST_ORDERS: '200', ...process.env, TEST_VARIANTS: variants },
  });
  console.log(`· ${name}: ${Math.round((Date.now() - begun) / 1000)} s`);
  try {
    const result = JSON.parse(readFileSync(outputFile, 'utf8'));
    total.passed += result.numPassedTests;
    // A suite that could not even be loaded has no tests to count, and is a failure all the same.
    total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    total.skipped += result.numPendingTests + result.numTodoTests;
  } catch {
    console.error(`· ${name}: ended without a result`);
    total.failed += 1;
  }
}
