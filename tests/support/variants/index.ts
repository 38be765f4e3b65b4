import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ManagedProcess } from '../../../tools/system/managedProcess';
import { projectRoot } from '../../../tools/system/plan';
import { pubsubKafka } from './kafka';
import { reservationStorePostgresql } from './postgresql';
import { paymentStoreSqlite } from './sqlite';
import type { ReadActors, RunningVariant, StartVariant } from './variant';

const starts = {
  'payment-store-sqlite': paymentStoreSqlite,
  'reservation-store-postgresql': reservationStorePostgresql,
  'pubsub-kafka': pubsubKafka,
} as const satisfies Record<string, StartVariant>;

/** A folder of components/variants. */
export type VariantName = keyof typeof starts;

export interface RunningVariants {
  resourcesPath: string;
  sidecarEnv: Record<string, string>;
  /** What was started for a variant, such as the broker. */
  processes: Partial<Record<VariantName, ManagedProcess>>;
  /** By app id. */
  stores: Map<string, ReadActors>;
  stop(): Promise<void>;
}

/** Those of `npm run test:variants`, which runs other tests as they are. */
export function variantsOfThisRun(): VariantName[] {
  return (process.env.TEST_VARIANTS ?? '').split(',').filter(Boolean).map(asVariantName);
}

function asVariantName(name: string): VariantName {
  if (name in starts) return name as VariantName;
  throw new Error(`there is no variant ${name}; there are ${Object.keys(starts).join(', ')}`);
}

/** Puts variants in the place of the standard components, as their README says, and starts what they need. */
export async function startVariants(
  names: readonly VariantName[],
  dataDir: string,
): Promise<RunningVariants> {
  const resourcesPath = join(dataDir, 'components');
  copyYaml(join(projectRoot, 'components'), resourcesPath);
  for (const name of names) copyYaml(join(projectRoot, 'components', 'variants', name), resourcesPath);

  const running: [VariantName, RunningVariant][] = [];
  const stop = async () => {
    await Promise.all(running.map(([, variant]) => variant.stop()));
  };
  try {
    for (const name of names) running.push([name, await starts[name]({ dataDir })]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    resourcesPath,
    sidecarEnv: Object.assign({}, ...running.map(([, { sidecarEnv }]) => sidecarEnv)),
    processes: Object.fromEntries(
      running.flatMap(([name, { process: started }]) => (started ? [[name, started]] : [])),
    ),
    stores: new Map(running.flatMap(([, { store }]) => (store ? [[store.appId, store.read]] : []))),
    stop,
  };
}

function copyYaml(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((each) => each.endsWith('.yaml'))) {
    cpSync(join(from, name), join(to, name));
  }
}
