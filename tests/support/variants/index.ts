import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
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

export function asVariantName(name: string): VariantName {
  if (name in starts) return name as VariantName;
  throw new Error(`there is no variant ${name}; there are ${Object.keys(starts).join(', ')}`);
}

/** Starts what variants need, and puts them in the place of the standard components by the README's commands. */
export async function startVariants(
  names: readonly VariantName[],
  dataDir: string,
): Promise<RunningVariants> {
  const resourcesPath = join(dataDir, 'components');
  cpSync(join(projectRoot, 'components'), resourcesPath, { recursive: true });
  const running: [VariantName, RunningVariant][] = [];
  const stop = async () => {
    await Promise.all(running.map(([, variant]) => variant.stop()));
  };
  try {
    for (const name of names) {
      const variant = await starts[name]({ dataDir });
      running.push([name, variant]);
      await followReadme(name, dataDir, variant);
    }
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

/** What a user does, in a folder with the project's components; but for where things are, which differs. */
async function followReadme(name: VariantName, cwd: string, variant: RunningVariant): Promise<void> {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const [, block] = readme.split(`<!-- variant: ${name} -->\n\`\`\`sh\n`);
  if (!block) throw new Error(`the README does not tell how to take ${name}`);
  const lines = block.slice(0, block.indexOf('```')).split('\n');
  const commands = lines.filter((line) => !line.startsWith('export ')).join('\n');
  const path = [...(variant.programs ?? []), process.env.PATH].join(delimiter);
  const env = { ...process.env, ...variant.sidecarEnv, PATH: path };
  await promisify(execFile)('bash', ['-euc', commands], { cwd, env });
}
