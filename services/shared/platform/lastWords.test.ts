import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const runTypeScript = join(__dirname, '../../../tests/sidecars/fixture/runTypeScript.js');

/** Runs a line in a process that ends as the services do, with a logger like theirs. */
function run(line: string) {
  const script = `
    const { createLogger } = require(${JSON.stringify(join(__dirname, 'logger.ts'))});
    const { endOnUncaught } = require(${JSON.stringify(join(__dirname, 'lastWords.ts'))});
    endOnUncaught(createLogger('test', 'info'));
    setTimeout(() => console.log('went on'), 500);
    ${line}`;
  return spawnSync(process.execPath, ['--require', runTypeScript, '-e', script], { encoding: 'utf8' });
}

const failure = `Object.assign(new Error('no card 4242 4242 4242 4242 of 010-1234-5678'), { name: 'Oops', phone: '010-1234-5678' })`;

test.each([
  ['an error is thrown', `setImmediate(() => { throw ${failure}; });`, 'nobody caught an error'],
  ['a promise is rejected', `Promise.reject(${failure});`, 'nobody handled a rejection'],
  [
    'something else is thrown',
    `setImmediate(() => { throw 'no 010-1234-5678'; });`,
    'nobody caught an error',
  ],
  ['nothing is thrown', `setImmediate(() => { throw undefined; });`, 'nobody caught an error'],
])(
  'When %s and nobody catches it, then the process ends, and only the masked log tells why',
  (_how, line, msg) => {
    const { status, stdout, stderr } = run(line);

    expect(status).toBe(1);
    expect(stderr).toBe('');
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'fatal', service: 'test', msg });
    expect(stdout).not.toMatch(/4242|1234|5678/);
  },
);
