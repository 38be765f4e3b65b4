import { spawnSync } from 'node:child_process';
import { projectRoot, readToolchain } from '../../tools/system/plan';

/** Has the set-up build what only fault tests need, if that is not done yet, and tells where it is. */
export function faultTools(): { toxiproxy: string; linearizable: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/setup.mjs', '--only=faults'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the fault tests need Go:\n${stdout}${stderr}`);
  const { toxiproxy = '', linearizable = '' } = readToolchain();
  return { toxiproxy, linearizable };
}
