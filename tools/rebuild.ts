// `npm run rebuild:mypages`: builds all my pages and their list anew, on a system that runs. It may be used meanwhile.
import { parseArgs } from 'node:util';
import { readProgress } from './rebuild/progress';

const usage = `usage: npm run rebuild:mypages [-- --port=8084]

  --port   notification's HTTP port on this machine; else NOTIFICATION_PORT, else 8084`;

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`✗ my pages were not rebuilt: ${error.message}`);
    process.exit(1);
  },
);

/** Returns the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const port = portFrom(values.port ?? process.env.NOTIFICATION_PORT ?? '8084');
  let lastTold = Date.now();
  const totals = await readProgress(await asked(port), (soFar) => {
    if (Date.now() - lastTold < tellEveryMs) return;
    lastTold = Date.now();
    console.log(`· ${inWords(soFar)}`);
  });
  console.log(`✓ my pages are rebuilt: ${inWords(totals)}`);
  return 0;
}

async function asked(port: number): Promise<Response> {
  const url = `http://127.0.0.1:${port}/mypages/rebuild`;
  try {
    return await fetch(url, { method: 'POST' });
  } catch (error) {
    throw new Error(`nothing answers at ${url}; is the system running?`, { cause: error });
  }
}

function portFrom(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new Error(`the port must be a whole number from 1 to 65535, not "${text}"`);
}

function inWords(counts: Record<string, number>): string {
  const { orders, rebuilt, unchanged, newerThanHistory, removed, rowsAdded } = counts;
  return [
    `${orders} orders`,
    `${rebuilt} pages differed`,
    `${unchanged} did not`,
    `${removed} removed`,
    `${rowsAdded} rows added to the SMS ledger`,
    ...(newerThanHistory ? [`${newerThanHistory} left, for they show more than their order tells`] : []),
  ].join(', ');
}

const tellEveryMs = 2_000;
