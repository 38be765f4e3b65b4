import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readToolchain } from '../../tools/system/plan';
import { planSystem, type System, type SystemOptions } from '../../tools/system/system';
import { type Api, apiOf } from './api';

export interface TestSystem extends System {
  dataDir: string;
  /** The public paths through the gateway. */
  api: Api;
  /** A file that makes a service kill itself at the line that is written into it. */
  crashFile: string;
  /** Stops all and removes what it stored. */
  end(): Promise<void>;
}

/** Starts a whole system on ports and data of its own. Its sweeps are faster than the standard, to keep tests short. */
export async function startTestSystem(options: Partial<SystemOptions> = {}): Promise<TestSystem> {
  const toolchain = options.toolchain ?? readToolchain();
  if (!toolchain.redisServer && !options.toolchain) {
    throw new Error(
      'The tests start and stop a Redis of their own: put redis-server on the PATH and unset REDIS_URL.',
    );
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-'));
  const crashFile = join(dataDir, 'crash');
  const system = await planSystem({
    ...options,
    toolchain,
    dataDir,
    env: {
      SWEEP_SECONDS: '2',
      DISPATCH_SECONDS: '2',
      // Most tests order without a phone, all from one address.
      MAX_RESERVATION_PER_ADDRESS: '100000',
      CRASH_FILE: crashFile,
      ...options.env,
    },
  });
  const end = async () => {
    await system.stop();
    if (!process.env.KEEP_TEST_DATA) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await system.start();
  } catch (error) {
    await system.stop();
    throw new Error(`the system did not start; its logs are in ${dataDir}/logs`, { cause: error });
  }
  return { ...system, dataDir, crashFile, api: apiOf(system.url('gateway')), end };
}
