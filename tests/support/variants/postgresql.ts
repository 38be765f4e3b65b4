import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ManagedProcess } from '../../../tools/system/managedProcess';
import { freePorts, readToolchain } from '../../../tools/system/plan';
import { eventually } from '../../../tools/system/waiting';
import type { RunningVariant } from './variant';

const run = promisify(execFile);

/** A PostgreSQL for one test system, on a port and data of its own, with nothing in it. */
export async function reservationStorePostgresql({ dataDir }: { dataDir: string }): Promise<RunningVariant> {
  const { postgresql } = readToolchain();
  if (!postgresql) throw new Error('`node tools/setup.mjs --only=postgresql` gets what this test starts');
  const program = (name: string) => join(postgresql, name);
  const [port = 0] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'healthcenter-postgresql-'));
  const { as, uid, gid } = await anyoneButRoot();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  const data = join(folder, 'data');
  const [initdb = '', ...initArgs] = [
    ...as,
    ...[program('initdb'), '--pgdata', data, '--username', 'reservation', '--auth', 'trust'],
    ...['--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync'],
  ];
  await run(initdb, initArgs, { cwd: folder });
  const [command = '', ...args] = [
    ...as,
    ...[program('postgres'), '-D', data, '-p', String(port)],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
  ];
  const server = new ManagedProcess(
    { name: 'postgresql', command, args, cwd: folder },
    join(dataDir, 'logs'),
  );
  const url = (database: string) => `postgresql://reservation@127.0.0.1:${port}/${database}`;
  const ask = async (database: string, sql: string) => {
    const { stdout } = await run(program('psql'), [url(database), '-XAtc', sql], { maxBuffer: 1 << 28 });
    return stdout.trim();
  };

  async function read(): Promise<[string, string][]> {
    const sql = `SELECT coalesce(json_agg(json_build_array(key, convert_from(value, 'UTF8'))), '[]') FROM state`;
    return JSON.parse(await ask('reservation', sql)) as [string, string][];
  }

  async function stop(): Promise<void> {
    // Asks for a quick end: its connections are not waited for.
    await server.stop('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    server.start();
    await eventually('PostgreSQL answers', async () => (await ask('postgres', 'SELECT 1')) === '1');
    await ask('postgres', 'CREATE DATABASE reservation');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    sidecarEnv: { RESERVATION_POSTGRESQL: url('reservation') },
    process: server,
    programs: [postgresql],
    store: { appId: 'reservation', read },
    stop,
  };
}

/** PostgreSQL refuses to run as root: what to put before a command, so that it runs as the user of Debian's package. */
async function anyoneButRoot(): Promise<{ as: string[]; uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return { as: [] };
  const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  const [uid, gid] = [await idOf('-u'), await idOf('-g')];
  // It takes the place of the process that is started, so that what is signalled is PostgreSQL itself.
  return { as: ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'], uid, gid };
}
