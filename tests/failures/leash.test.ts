import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../tools/system/plan';
import { eventually } from '../../tools/system/waiting';

jest.setTimeout(60_000);

test('When the one who started a system is killed, then nothing of it is left', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-leash-'));
  const script = `
    const { planSystem } = require('./dist/tools/system/system.js');
    const { readToolchain } = require('./dist/tools/system/plan.js');
    planSystem({ dataDir: ${JSON.stringify(dataDir)}, toolchain: readToolchain() }).then(async (system) => {
      await system.start();
      const processes = [...system.infra.all, ...Object.values(system.apps).flatMap((app) => [app.service, app.sidecar])];
      console.log(JSON.stringify(processes.map(({ pid }) => pid)));
      setInterval(() => {}, 1000);
    });`;
  const starter = spawn(process.execPath, ['-e', script], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  starter.stdout.on('data', (chunk) => (printed += chunk));
  const pids = await eventually(
    'it is started',
    async () => printed.includes(']') && (JSON.parse(printed) as number[]),
  );
  expect(pids).toHaveLength(14);
  expect(pids.filter(isAlive)).toHaveLength(14);
  starter.kill('SIGKILL');
  await eventually('all are gone', async () => pids.every((pid) => !isAlive(pid)), { withinMs: 10_000 });
  rmSync(dataDir, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
