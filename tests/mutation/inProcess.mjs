// Runs the rules' tests for Stryker in one process, again and again. The rules are pure, so nothing of a run is left for
// the next one: what Jest does around each of some two thousand runs (a new world, all modules loaded anew) costs a
// second each and buys nothing here. Jest collects the tests and compares; Stryker does all the rest.

import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { expect } from 'expect';

const require = createRequire(import.meta.url);
const circus = require('jest-circus');

/** What Stryker's changes in the sources look at. */
const stryker = {};
globalThis.__stryker__ = stryker;

class InProcess {
  #tests = [];
  /** Where their rules are; undefined before any were loaded. */
  #domain;
  #times = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    Object.assign(globalThis, { describe: circus.describe, test: circus.test, expect });
    require('../sidecars/fixture/runTypeScript.js');
  }

  async dryRun({ files }) {
    stryker.mutantCoverage = { static: {}, perTest: {} };
    this.#load(files?.map(domainOf));
    const result = await this.#run(this.#tests, { bail: false });
    for (const { id, timeSpentMs } of result.tests) this.#times.set(id, timeSpentMs);
    const { mutantCoverage } = stryker;
    stryker.mutantCoverage = undefined;
    return { ...result, mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, sandboxFileName, mutantActivation, hitLimit, ...options }) {
    stryker.hitCount = hitLimit === undefined ? undefined : 0;
    stryker.hitLimit = hitLimit;
    stryker.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
    const domain = domainOf(sandboxFileName);
    if (options.reloadEnvironment || this.#domain !== domain) {
      try {
        this.#load([domain]);
        this.#domain = domain;
      } catch (error) {
        return toMutantRunResult(asFailure(`${domain} is loaded`, error));
      }
    }
    stryker.activeMutant = activeMutant.id;
    const tests = testFilter ? this.#tests.filter(({ id }) => testFilter.includes(id)) : [...this.#tests];
    // What takes no time finds most: it comes first.
    tests.sort((a, b) => (this.#times.get(a.id) ?? 0) - (this.#times.get(b.id) ?? 0));
    const result = await this.#run(tests, { bail: true });
    stryker.activeMutant = undefined;
    return toMutantRunResult(determineHitLimitReached(stryker.hitCount, hitLimit) ?? result);
  }

  #load(domains) {
    this.#domain = undefined;
    for (const file of Object.keys(require.cache)) {
      if (file.startsWith(path.resolve('services'))) delete require.cache[file];
    }
    stryker.currentTestId = undefined;
    const files = testFiles().filter((file) => domains?.includes(path.dirname(file)) ?? true);
    this.#tests = files.flatMap((fileName) => {
      circus.resetState();
      require(path.resolve(fileName));
      const found = testsIn(circus.getState().rootDescribeBlock);
      return found.map(({ name, run }, i) => ({ id: `${fileName} ${i}`, name, fileName, run }));
    });
  }

  async #run(tests, { bail }) {
    const results = [];
    for (const { id, name, fileName, run } of tests) {
      const began = performance.now();
      stryker.currentTestId = id;
      const result = { id, name, fileName, status: TestStatus.Success };
      try {
        await run();
      } catch (error) {
        Object.assign(result, { status: TestStatus.Failed, failureMessage: String(error.message) });
      }
      results.push({ ...result, timeSpentMs: performance.now() - began });
      if (bail && result.status === TestStatus.Failed) break;
    }
    stryker.currentTestId = undefined;
    return { status: DryRunStatus.Complete, tests: results };
  }
}

function domainOf(file) {
  return path.relative(process.cwd(), path.dirname(file));
}

function testFiles() {
  return readdirSync('services')
    .map((service) => `services/${service}/domain`)
    .filter(existsSync)
    .flatMap((domain) => readdirSync(domain).map((file) => `${domain}/${file}`))
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

function testsIn({ children, hooks }, names = []) {
  if (hooks.length > 0) throw new Error('hooks are not run here: write the tests of the rules without them');
  return children.flatMap((child) =>
    child.type === 'describeBlock'
      ? testsIn(child, [...names, child.name])
      : [{ name: [...names, child.name].join(' '), run: child.fn }],
  );
}

function asFailure(name, error) {
  const test = { id: name, name, timeSpentMs: 0, status: TestStatus.Failed, failureMessage: String(error) };
  return { status: DryRunStatus.Complete, tests: [test] };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcess)];
