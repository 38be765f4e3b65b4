// What the test commands share: each part runs one after the other, tells how long it took, and is counted in the line
// that ends them.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function startTestRun() {
  const folder = mkdtempSync(join(tmpdir(), 'healthcenter-tests-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const begunAt = Date.now();

  function timed(name, work) {
    const begun = Date.now();
    console.log(`\n· ${name}`);
    const outcome = outcomeOf(work);
    console.log(`· ${name}: ${outcome} (${Math.round((Date.now() - begun) / 1000)} s)`);
  }

  // What breaks while a part is run is that part's failure: those after it are run, and counted, all the same.
  function outcomeOf(work) {
    try {
      return work();
    } catch (error) {
      total.failed += 1;
      return `FAILED: ${error.stack}`;
    }
  }

  return {
    /** A command that passes or fails as a whole, and counts as one test; by `leftOutBy` it says that it cannot run here. */
    step(name, [command, ...args], { leftOutBy } = {}) {
      timed(name, () => {
        const { status } = spawnSync(command, args, { stdio: 'inherit' });
        const outcome =
          status === 0 ? 'passed' : status !== null && status === leftOutBy ? 'skipped' : 'failed';
        total[outcome] += 1;
        return { passed: 'done', skipped: 'left out: it cannot run here', failed: 'FAILED' }[outcome];
      });
    },

    minutesSinceBegin: () => (Date.now() - begunAt) / 60_000,

    /** What a later step needs and may not get: returns whether it is there, within so many minutes. */
    prepare(name, [command, ...args], minutes) {
      let isThere = false;
      timed(name, () => {
        if (minutes <= 0) return 'no time is left for it';
        // Node takes whole milliseconds alone.
        const timeout = Math.ceil(minutes * 60_000);
        isThere = spawnSync(command, args, { stdio: 'inherit', timeout }).status === 0;
        return isThere ? 'done' : 'not there';
      });
      return isThere;
    },

    /** A step that is not run here, and why. */
    leaveOut(name, why) {
      timed(name, () => {
        total.skipped += 1;
        return `left out: ${why}`;
      });
    },

    /** A project of jest.config.js. */
    jest(project, { name = `tests: ${project}`, args = [], env = {} } = {}) {
      timed(name, () => {
        const outputFile = join(folder, 'result.json');
        rmSync(outputFile, { force: true });
        const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', project, '--json'];
        // Nothing here is timed: on a machine that is busy with something else, a test may take as long as it needs.
        const patience = '--testTimeout=60000';
        spawnSync(process.execPath, [...jest, `--outputFile=${outputFile}`, patience, ...args], {
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, ...env },
        });
        try {
          const result = JSON.parse(readFileSync(outputFile, 'utf8'));
          // A suite that could not even be loaded has no tests to count, and is a failure all the same.
          const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
          total.passed += result.numPassedTests;
          total.failed += failed;
          total.skipped += result.numPendingTests + result.numTodoTests;
          return `${result.numPassedTests} passed, ${failed} failed`;
        } catch {
          total.failed += 1;
          return 'ended without a result';
        }
      });
    },

    /** Prints the line that sums up, and ends the process. */
    end() {
      rmSync(folder, { recursive: true, force: true });
      const { passed, failed, skipped } = total;
      console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
      process.exit(failed > 0 ? 1 : 0);
    },
  };
}
