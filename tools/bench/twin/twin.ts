import { join } from 'node:path';
import { ManagedProcess } from '../../system/managedProcess';
import { freePorts, projectRoot, type Toolchain } from '../../system/plan';
import { eventually } from '../../system/waiting';
import { seatsOfACenter } from '../calendars';
import { type Customers, createCustomers } from '../customers';
import { cpuSince, readUsage, sumOf } from '../usage';

/** The twin and its Redis, which syncs before each answer as the system's does. */
export interface Twin {
  customers: Customers;
  /** CPU-ms of both processes so far. */
  cpuMs(): number;
  /** Throws unless it has stored each thing as often as callers were told. */
  reconcile(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTwin(dataDir: string, { redisServer }: Toolchain): Promise<Twin> {
  const [appPort = 0, redisPort = 0] = await freePorts(2);
  const logDir = join(dataDir, 'logs');
  const redis = new ManagedProcess(
    {
      name: 'twin-redis',
      command: redisServer ?? '',
      args: [
        ...['--bind', '127.0.0.1', '--port', String(redisPort), '--dir', dataDir],
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--appenddirname', 'twin'],
      ],
      cwd: dataDir,
    },
    logDir,
  );
  const twin = new ManagedProcess(
    {
      name: 'twin',
      command: process.execPath,
      args: ['--enable-source-maps', join(projectRoot, 'dist/tools/bench/twin/main.js')],
      env: {
        APP_PORT: String(appPort),
        REDIS_URL: `redis://127.0.0.1:${redisPort}`,
        SEATS_PER_TIME: String(seatsOfACenter),
      },
      cwd: projectRoot,
    },
    logDir,
  );
  const customers = createCustomers(`http://127.0.0.1:${appPort}`);
  const counts = async () => (await fetch(`http://127.0.0.1:${appPort}/counts`)).json();
  redis.start();
  twin.start();
  await eventually('the twin answers', counts);
  const before = readUsage([redis, twin]);
  return {
    customers,
    cpuMs: () => sumOf(cpuSince(before, readUsage([redis, twin]))),
    async reconcile() {
      const told = customers.journal.told.size;
      const expected = { orders: told, payments: told, reservations: told, pages: told };
      await eventually(
        `the twin has ${told} of each`,
        async () => JSON.stringify(await counts()) === JSON.stringify(expected),
      );
    },
    async stop() {
      await customers.close();
      await twin.stop();
      await redis.stop();
    },
  };
}
