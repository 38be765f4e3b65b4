import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useLeash } from '../../tools/system/managedProcess';
import { readToolchain } from '../../tools/system/plan';
import { planSystem, type System, type SystemOptions } from '../../tools/system/system';
import { keptElsewhere } from './actorStores';
import { type Api, apiOf } from './api';
import { makePatient, patientComponents } from './patientComponents';
import { type RunningVariants, startVariants, type VariantName, variantsOfThisRun } from './variants';

export interface TestSystem extends System {
  dataDir: string;
  /** The public paths through the gateway. */
  api: Api;
  /** A file that makes a service kill itself at the line that is written into it. */
  crashFile: string;
  /** What runs for its variants, such as Kafka, by the variant's name. */
  variants: RunningVariants['processes'];
  /** Stops all and removes what it stored. */
  end(): Promise<void>;
}

export interface TestSystemOptions extends SystemOptions {
  /** Folders of components/variants that take the place of the standard components. */
  variants: readonly VariantName[];
  /** With the timeout to payment that is shipped, and the bounds on bookings in flight; tests are patient else. */
  asShipped: boolean;
}

/** Starts a whole system on ports and data of its own. Its sweeps are faster than the standard, to keep tests short. */
export async function startTestSystem(options: Partial<TestSystemOptions> = {}): Promise<TestSystem> {
  const toolchain = options.toolchain ?? readToolchain();
  if (!toolchain.redisServer && !options.toolchain) {
    throw new Error(
      'The tests start and stop a Redis of their own: put redis-server on the PATH and unset REDIS_URL.',
    );
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-'));
  const crashFile = join(dataDir, 'crash');
  useLeash();
  const names = options.variants ?? variantsOfThisRun();
  const variants = names.length > 0 ? await startVariants(names, dataDir) : undefined;
  const isPatient = !options.asShipped;
  if (variants && isPatient) makePatient(variants.resourcesPath, '3s');
  const own =
    variants?.resourcesPath ?? (isPatient ? patientComponents(join(dataDir, 'components')) : undefined);
  const system = await planSystem({
    ...(own ? { resourcesPath: own } : {}),
    ...options,
    sidecarEnv: { ...variants?.sidecarEnv, ...options.sidecarEnv },
    toolchain,
    dataDir,
    env: {
      SWEEP_SECONDS: '2',
      DISPATCH_SECONDS: '2',
      // Most tests order without a phone, all from one address.
      MAX_RESERVATION_PER_ADDRESS: '100000',
      // Some race hundreds for one seat, all at once.
      ...(isPatient ? { BOOKINGS_IN_FLIGHT_MAX: '1000' } : {}),
      CRASH_FILE: crashFile,
      SHARED_FOLDER: join(dataDir, 'shared'),
      ...options.env,
    },
  });
  if (variants) keptElsewhere(system.infra.redisUrl, variants.stores);
  const stopAll = async () => {
    await system.stop();
    await variants?.stop();
  };
  const end = async () => {
    await stopAll();
    if (!process.env.KEEP_TEST_DATA) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await system.start();
  } catch (error) {
    await stopAll();
    throw new Error(`the system did not start; its logs are in ${dataDir}/logs`, { cause: error });
  }
  return {
    ...system,
    dataDir,
    crashFile,
    variants: variants?.processes ?? {},
    api: apiOf(system.url('gateway')),
    end,
  };
}
