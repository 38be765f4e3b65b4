import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManagedProcess } from '../../tools/system/managedProcess';

/** What Debian's siege was answered. Its durations have two decimals. */
export interface SiegeResult {
  answers: { status: number; seconds: number }[];
  /** What it says where a connection failed or an answer did not come. */
  errors: string[];
  /** As it was called. */
  command: string;
  elapsedSeconds: number;
}

interface SiegeOptions {
  program: string;
  /** Where its settings and what it says are kept. */
  folder: string;
  name: string;
  url: string;
  /** One request each; a caller begins somewhere in the list, and goes on from there. */
  bodies: readonly string[];
  users: number;
  seconds: number;
}

// Its own settings are for web pages; these only let it go on through refusals, and tell every answer. It keeps its
// connections, as a browser does.
const settings = `
verbose = true
color = off
logging = false
show-logfile = false
json_output = false
gmethod = GET
parser = false
protocol = HTTP/1.1
connection = keep-alive
timeout = 30
failures = 1000000000
limit = 255
`;

export async function runSiege(options: SiegeOptions): Promise<SiegeResult> {
  const { program, folder, name, url, bodies, users, seconds } = options;
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'siegerc'), settings);
  writeFileSync(join(own, 'urls.txt'), bodies.map((body) => `${url} POST ${body}\n`).join(''));
  const args = [`-c${users}`, `-t${seconds}S`, '-f', 'urls.txt', '--content-type=application/json'];
  const siege = new ManagedProcess(
    { name, command: program, args: ['-R', 'siegerc', ...args], cwd: own, env: { HOME: own } },
    own,
  );
  siege.start();
  try {
    await siege.exited((seconds + 12) * 1_000);
  } catch (error) {
    // Siege 4.1 may hang in its last moment, when all users are gone. What it was answered it has told by then.
    if (!readFileSync(siege.logFile, 'utf8').includes('Lifting the server siege')) throw error;
    await siege.kill();
  }
  const lines = readFileSync(siege.logFile, 'utf8').split('\n');
  return {
    answers: lines.flatMap((line) => {
      const [, status, took] = /HTTP\/1\.1 (\d{3})\s+([\d.]+) secs/.exec(line) ?? [];
      return status ? [{ status: Number(status), seconds: Number(took) }] : [];
    }),
    errors: lines.filter((line) => /\[(error|alert|fatal)\]/i.test(line)),
    command: `siege ${args.join(' ')}`,
    elapsedSeconds: Number(/Elapsed time:\s+([\d.]+)/.exec(lines.join('\n'))?.[1] ?? seconds),
  };
}
