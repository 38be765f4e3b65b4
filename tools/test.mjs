// `npm test` after the set-up: lint, format and types, then the tests without sidecars, then those with. With --all, as
// in CI, also the short forms of what has a command of its own.

import { startTestRun } from './testRun.mjs';

const run = startTestRun();
run.step('lint, format and types', ['npm', 'run', '--silent', 'check']);
run.jest('unit');
run.jest('manifests');
run.jest('laws', { args: ['--runInBand'] });
// One after the other: each starts systems of its own, and two cores are enough for one at a time.
run.jest('sidecars', { args: ['--runInBand'] });
if (process.argv.includes('--all')) {
  const parts = 'faults,sqlite,postgresql,kafka';
  run.step('set-up of what the rest needs', [process.execPath, 'tools/setup.mjs', `--only=${parts}`]);
  run.jest('faults', { name: 'tests: minutes of faults', args: ['--runInBand'] });
  run.step('what a booking costs, in calls and writes', [
    process.execPath,
    'dist/tools/bench/main.js',
    '--quick',
  ]);
  ofImages();
  run.jest('variants', { name: 'tests: other databases, another broker', args: ['--runInBand'] });
  onCluster();
}
run.end();

function ofImages() {
  const name = 'tests: the Dockerfile, built and run';
  const setUp = [process.execPath, 'tools/setup.mjs', '--only=images'];
  if (process.platform !== 'linux' || process.getuid() !== 0) run.leaveOut(name, 'it needs Linux and root');
  else if (run.prepare('set-up of an image builder', setUp, 10)) run.jest('images', { name });
  else run.leaveOut(name, 'its programs could not be had');
}

// Where Kubernetes has to be built first that takes long, so it is given what is left of 50 minutes.
function onCluster() {
  const name = 'on a real cluster: a journey, self-healing, configuration';
  if (process.platform !== 'linux' || process.getuid() !== 0) {
    run.leaveOut(name, 'it needs Linux and root');
    return;
  }
  const setUp = [process.execPath, 'tools/setup.mjs', '--only=cluster'];
  if (!run.prepare('set-up of a cluster', setUp, 50 - run.minutesSinceBegin())) {
    run.leaveOut(name, 'its programs could not be had in the time');
    return;
  }
  const inTypeScript = [process.execPath, '-r', './tests/sidecars/fixture/runTypeScript.js'];
  run.step(name, [...inTypeScript, 'tests/cluster/main.ts', '--only', '1,5,6,9'], { leftOutBy: 2 });
}
