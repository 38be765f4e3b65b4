// `npm test` after the set-up: lint, format and types, then the tests without sidecars, then those with.
// Ends with one line that sums up all of them.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'healthcenter-tests-'));
let passed = 0;
let failed = 0;
let skipped = 0;

step('lint, format and types', ['npm', 'run', '--silent', 'check']);
jest('unit', []);
jest('manifests', []);
jest('laws', ['--runInBand']);
// One after the other: each starts systems of its own, and two cores are enough for one at a time.
jest('sidecars', ['--runInBand']);
rmSync(folder, { recursive: true, force: true });

console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 ? 1 : 0);

function step(name, [command, ...args]) {
  const begun = Date.now();
  console.log(`\n· ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  console.log(
    `· ${name}: ${status === 0 ? 'done' : 'FAILED'} (${Math.round((Date.now() - begun) / 1000)} s)`,
  );
  if (status !== 0) failed += 1;
  else passed += 1;
}

function jest(project, extra) {
  const outputFile = join(folder, `${project}.json`);
  const begun = Date.now();
  console.log(`\n· tests: ${project}`);
  const args = [
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    project,
    '--json',
    `--outputFile=${outputFile}`,
    ...extra,
  ];
  spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  console.log(`· tests: ${project}: ${Math.round((Date.now() - begun) / 1000)} s`);
  try {
    const result = JSON.parse(readFileSync(outputFile, 'utf8'));
    passed += result.numPassedTests;
    // A suite that could not even be loaded has no tests to count, and is a failure all the same.
    failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    skipped += result.numPendingTests + result.numTodoTests;
  } catch {
    console.error(`· tests: ${project} ended without a result`);
    failed += 1;
  }
}
