import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patientComponents } from '../../tests/support/patientComponents';
import { projectRoot, readToolchain } from '../system/plan';
import { planSystem, type System, type SystemOptions } from '../system/system';
import { benchCalendars } from './calendars';
import { type Customers, createCustomers } from './customers';
import { reconcile } from './reconcile';

const probe = join(projectRoot, 'dist/tools/bench/count/probe.js');

/** A system under load, and those who load it. */
export interface BenchSystem extends System {
  dataDir: string;
  customers: Customers;
  /** Those who ask a service itself, past the gateway. */
  direct(appId: string): Customers;
  /** Throws unless all that was done so far is in the books as it was told to those who did it, and no law is broken. */
  reconcile(): Promise<void>;
}

export interface BenchOptions extends Partial<SystemOptions> {
  /** Whether each service writes down its calls; never while anything is timed. */
  probed?: boolean;
  /** Whether bookings wait for payment, and in line, as long as it takes: for what is counted, not timed. */
  patient?: boolean;
}

/** Starts a whole system on ports and data of its own, does the work on it, and takes it away again. */
export async function withSystem<Result>(
  { probed = false, patient = false, ...options }: BenchOptions,
  work: (system: BenchSystem) => Promise<Result>,
): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-bench-'));
  const toolchain = readToolchain();
  if (!toolchain.redisServer) throw new Error('a bench needs a Redis of its own: unset REDIS_URL');
  const system = await planSystem({
    toolchain,
    ...(patient ? { resourcesPath: patientComponents(join(dataDir, 'components'), '5s') } : {}),
    ...options,
    dataDir,
    env: {
      CALENDARS: JSON.stringify(benchCalendars()),
      LOG_LEVEL: 'warn',
      // All callers come from one address here; what is measured is not how they are refused.
      MAX_RESERVATION_PER_ADDRESS: '1000000',
      ...(patient ? { BOOKINGS_IN_FLIGHT_MAX: '1000' } : {}),
      ...(probed ? { NODE_OPTIONS: `--require ${probe}`, BENCH_PROBE_DIR: join(dataDir, 'probe') } : {}),
      ...options.env,
    },
  });
  const customers = createCustomers(system.url('gateway'));
  const others = new Map<string, Customers>();
  const direct = (appId: string) => {
    const known = others.get(appId) ?? createCustomers(system.url(appId));
    others.set(appId, known);
    return known;
  };
  try {
    await system.start();
    const bench = {
      ...system,
      dataDir,
      customers,
      direct,
      reconcile: () => reconcile(system, customers.journal),
    };
    return await work(bench);
  } finally {
    await Promise.all([customers, ...others.values()].map((each) => each.close()));
    await system.stop();
    if (!process.env.KEEP_TEST_DATA) rmSync(dataDir, { recursive: true, force: true });
  }
}
