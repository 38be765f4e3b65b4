import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './sandbox';

const tool = pathToFileURL(path.join(repository, 'tools', 'testRun.mjs')).href;

/** A run of the parts that `parts` calls on `run`, in a process of its own, as `npm test` is. */
function testRun(parts: string) {
  const program = `import { startTestRun } from '${tool}'; const run = startTestRun(); ${parts}; run.end();`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  return { status, stdout, sum: stdout.trimEnd().split('\n').at(-1) };
}

const step = (code: number) =>
  `run.step('ends with ${code}', ['sh', '-c', 'exit ${code}'], { leftOutBy: 2 })`;

test('When parts pass, fail and are left out, then the last line counts each', () => {
  const run = testRun([step(0), step(0), step(1), step(2), `run.leaveOut('no', 'no root')`].join(';'));
  expect(run.sum).toBe('2 passed, 1 failed, 2 skipped');
  expect(run.status).toBe(1);
});

test('When all pass, then so does the run', () => {
  expect(testRun(step(0))).toMatchObject({ status: 0, sum: '1 passed, 0 failed' });
});

test.each([['0.25'], ['17.257550883333333'], ['50 - run.minutesSinceBegin()']])(
  'When what a step needs may take %s minutes, then it is made ready',
  (minutes) => {
    const run = testRun(`console.log(run.prepare('ready', ['true'], ${minutes}))`);
    expect(run.stdout).toContain('ready: done');
    expect(run).toMatchObject({ status: 0, sum: '0 passed, 0 failed' });
  },
);

test('When no time is left for what a step needs, then it is not begun', () => {
  const run = testRun(`console.log(run.prepare('ready', ['sh', '-c', 'echo begun'], -0.5))`);
  expect(run.stdout).toContain('no time is left');
  expect(run.stdout).not.toContain('begun');
});

test('When what must be ready takes too long, then it is not there', () => {
  const run = testRun(`console.log('there:', run.prepare('ready', ['sleep', '60'], 0.001))`);
  expect(run.stdout).toContain('there: false');
});

test('When a part cannot be run at all, then it fails, and those after it are counted', () => {
  const run = testRun(`run.step('odd', [Symbol('no command')]); ${step(0)}`);
  expect(run).toMatchObject({ status: 1, sum: '1 passed, 1 failed' });
});
