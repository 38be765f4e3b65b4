// `npm run redrive -- --service order`: hands dead letters to the service once more, after what kept them is mended.
import { parseArgs } from 'node:util';
import { readRunFile } from './system/plan';

const usage = `usage: npm run redrive -- --service=order [--id=orders:order.….1 …] [--port=8081]

  --service   order, payment, reservation or notification
  --id        only this letter, as GET /deadLetters of the service names it; may be given again; else all
  --port      the service's HTTP port on this machine; else the one of dapr.yaml`;

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`✗ not re-driven: ${error.message}`);
    process.exit(1);
  },
);

/** Returns the exit code: 1 if a letter was kept. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      service: { type: 'string' },
      id: { type: 'string', multiple: true },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const base = baseUrl(values.service, values.port);
  const ids = values.id ?? (await allIds(base));
  let kept = 0;
  for (const id of ids) {
    const { outcome, reason } = await redrive(base, id);
    if (outcome === 'kept') kept += 1;
    console.log(reason ? `✗ ${id}: ${outcome} (${reason})` : `· ${id}: ${outcome}`);
  }
  console.log(`${kept === 0 ? '✓' : '✗'} ${ids.length} dead letters tried, ${kept} kept`);
  return kept === 0 ? 0 : 1;
}

function baseUrl(service: string | undefined, portText: string | undefined): string {
  const app = readRunFile().apps.find(({ appId }) => appId === service && appId !== 'gateway');
  if (!app) throw new Error(`name the service\n${usage}`);
  const port = Number(portText ?? app.appPort);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return `http://127.0.0.1:${port}`;
  throw new Error(`the port must be a whole number from 1 to 65535, not "${portText}"`);
}

/** Read whole before the first is tried: those taken in leave the pages. */
async function allIds(base: string): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 0; ; page++) {
    const { body } = await asked('GET', `${base}/deadLetters?size=100&sort=since,asc&page=${page}`);
    const letters = (body as { _embedded: { deadLetters: { id: string }[] } })._embedded.deadLetters;
    if (letters.length === 0) return ids;
    ids.push(...letters.map(({ id }) => id));
  }
}

async function redrive(base: string, id: string): Promise<{ outcome: string; reason?: string }> {
  const { status, body } = await asked('POST', `${base}/deadLetters/${encodeURIComponent(id)}/redrive`);
  // Taken in meanwhile, by itself or by somebody else; or no id of a letter at all.
  if (status === 404) return { outcome: 'not there' };
  return body as { outcome: string; reason?: string };
}

async function asked(method: string, url: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, { method }).catch((cause: unknown) => {
    throw new Error(`nothing answers at ${url}; is the system running?`, { cause });
  });
  if (!answer.ok && answer.status !== 404) throw new Error(`${url} answered ${answer.status}`);
  return { status: answer.status, body: await answer.json() };
}
