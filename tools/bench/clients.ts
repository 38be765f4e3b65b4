// `npm run bench:clients`: @dapr/dapr's client against our port, for the same calls to the same sidecar, in turns.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaprClient, HttpMethod, LogLevel } from '@dapr/dapr';
import { createDaprSidecar } from '../../services/shared/platform/daprSidecar';
import { readToolchain } from '../system/plan';
import { appOf, planSystem } from '../system/system';
import { closedLoop, quantile } from './load';

const rounds = 5;
const secondsEach = 3;
const callers = 16;

void main();

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'healthcenter-bench-'));
  const system = await planSystem({ dataDir, toolchain: readToolchain(), env: { LOG_LEVEL: 'warn' } });
  try {
    await system.start();
    const { daprHttpPort } = appOf(system.apps, 'order').plan;
    const port = createDaprSidecar({ httpPort: daprHttpPort, pubsubName: 'pubsub' });
    const sdk = new DaprClient({
      daprHost: '127.0.0.1',
      daprPort: String(daprHttpPort),
      logger: { level: LogLevel.Error },
    });
    const event = { eventId: 'bench.1', orderId: 'bench' };
    await compare('invoke', {
      port: () => port.invoke({ appId: 'reservation', path: '/livez', method: 'GET' }),
      sdk: () => sdk.invoker.invoke('reservation', 'livez', HttpMethod.GET),
    });
    await compare('publish', {
      port: () => port.publish('bench', [event]),
      sdk: () => sdk.pubsub.publish('pubsub', 'bench', event),
    });
    await port.close();
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function compare(
  what: string,
  ways: { port: () => Promise<unknown>; sdk: () => Promise<unknown> },
): Promise<void> {
  const ratios: number[] = [];
  const rates = { port: [] as number[], sdk: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const way of ['port', 'sdk'] as const) {
      const { perSecond } = await closedLoop(callers, secondsEach, async () => {
        await ways[way]();
        return undefined;
      });
      rates[way].push(perSecond);
    }
    ratios.push((rates.port[round] ?? 0) / (rates.sdk[round] ?? 1));
  }
  const middle = (list: number[]) =>
    quantile(
      [...list].sort((a, b) => a - b),
      0.5,
    );
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  console.log(
    `${what}: port ${middle(rates.port).toFixed(0)}/s, @dapr/dapr ${middle(rates.sdk).toFixed(0)}/s, ` +
      `ratio ${middle(ratios).toFixed(2)} (${spread}, ${rounds} rounds of ${secondsEach} s, ${callers} callers)`,
  );
}
