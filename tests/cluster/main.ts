import { parseArgs } from 'node:util';
import { applySystem, bringDown, bringUp } from '../../tools/cluster/cluster';
import { useLeash } from '../../tools/system/managedProcess';
import { checks } from './checks';
import { beginReport, evidence, note, reportFile } from './report';

// npm run test:cluster [-- --only 1,5,6,9] [-- --hold] [-- --attach] [-- --down]
//   --only     these checks; the others are left out
//   --hold     brings all up, checks nothing, and takes it down on Ctrl-C
//   --attach   checks what another process holds
//   --down     takes down what a killed run left
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    hold: { type: 'boolean' },
    attach: { type: 'boolean' },
    down: { type: 'boolean' },
  },
});

/** The exit code where this machine carries no cluster at all, which says nothing about the system. */
const noClusterHere = 2;

void main().then((code) => process.exit(code));

async function main(): Promise<number> {
  if (values.down) {
    await bringDown();
    return 0;
  }
  if (process.getuid?.() !== 0 || process.platform !== 'linux') {
    console.error('The cluster test needs Linux and root: it starts containers.');
    return 1;
  }
  beginReport();
  if (values.attach) return runChecks();
  useLeash();
  try {
    try {
      await bringUp(note);
    } catch (error) {
      note(`no cluster can be had here: ${(error as Error).message}`);
      return noClusterHere;
    }
    evidence('kubectl apply -k k8s/overlays/local', await applySystem(note));
    note('all of it is ready');
    if (!values.hold) return await Promise.race([runChecks(), stopRequest()]);
    return await stopRequest();
  } catch (error) {
    note(`FAILED: ${(error as Error).message}`);
    if (values.hold) await stopRequest();
    return 1;
  } finally {
    note('taking it down');
    await bringDown();
    note(`down; the report is ${reportFile}`);
  }
}

function stopRequest(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(130));
  });
}

async function runChecks(): Promise<number> {
  const wanted = values.only?.split(',');
  let failed = 0;
  const chosen = checks.filter(({ number }) => !wanted || wanted.includes(String(number)));
  for (const { number, title, check } of chosen) {
    note(`check ${number}: ${title}`);
    const begun = Date.now();
    try {
      await check();
      note(`check ${number}: PASSED, in ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
    } catch (error) {
      failed += 1;
      note(`check ${number}: FAILED: ${(error as Error).message}`);
    }
  }
  note(`${chosen.length - failed} of ${chosen.length} checks passed`);
  return failed === 0 ? 0 : 1;
}
