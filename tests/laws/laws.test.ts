import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { commandLists } from './commands';
import { found } from './found';
import { simulate } from './simulate';

const root = join(__dirname, '..', '..');
const minutes = 60_000;

function run(...args: string[]) {
  const main = ['-r', './tests/sidecars/fixture/runTypeScript.js', 'tests/laws/main.ts', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, main, { cwd: root, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

test('When the same commands run twice, then all that happens is the same', async () => {
  for (const commands of fc.sample(commandLists, { numRuns: 20, seed: 7 })) {
    const [first, second] = [
      await simulate(commands, { traced: true }),
      await simulate(commands, { traced: true }),
    ];
    expect(second.trace).toEqual(first.trace);
    expect([...second.world.stored]).toEqual([...first.world.stored]);
  }
}, 60_000);

test.each(Object.entries(found))(
  'When %s, then no law is broken',
  async (_what, commands) => {
    expect((await simulate(commands)).broken).toEqual([]);
  },
  60_000,
);

test(
  'When 20,000 schedules run, then no law is broken',
  () => {
    const { status, said } = run('--runs', '20000');
    expect(said).toContain('20000 of 20000 schedules');
    expect({ status, said: said.slice(-3_000) }).toMatchObject({ status: 0 });
  },
  10 * minutes,
);

test(
  'When a fault is planted, then some law catches it',
  () => {
    const { status, said } = run('--planted', '--seeds', '2000');
    expect({ status, said }).toMatchObject({ status: 0, said: expect.not.stringContaining('NOT caught') });
  },
  10 * minutes,
);
