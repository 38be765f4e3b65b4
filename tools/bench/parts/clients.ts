import { DaprClient, HttpMethod, LogLevel } from '@dapr/dapr';
import { createDaprSidecar } from '../../../services/shared/platform/daprSidecar';
import { appOf } from '../../system/system';
import { closedLoop, middleOf } from '../load';
import type { Part, PartOptions } from './part';

/** @dapr/dapr's client against our port, for the same calls to the same sidecar, in turns. */
export const clients: Part = async (run) => {
  const { daprHttpPort } = appOf(run.system.apps, 'order').plan;
  const port = createDaprSidecar({ httpPort: daprHttpPort, pubsubName: 'pubsub' });
  const sdk = new DaprClient({
    daprHost: '127.0.0.1',
    daprPort: String(daprHttpPort),
    logger: { level: LogLevel.Error },
  });
  const event = { eventId: 'bench.1', orderId: 'bench' };
  const lines = [
    await compare('invoke', run, {
      port: () => port.invoke({ appId: 'reservation', path: '/livez', method: 'GET' }),
      sdk: () => sdk.invoker.invoke('reservation', 'livez', HttpMethod.GET),
    }),
    await compare('publish', run, {
      port: () => port.publish('bench', [event]),
      sdk: () => sdk.pubsub.publish('pubsub', 'bench', event),
    }),
  ];
  await port.close();
  return lines;
};

async function compare(
  what: string,
  { rounds, seconds, callers }: PartOptions,
  ways: { port: () => Promise<unknown>; sdk: () => Promise<unknown> },
): Promise<string> {
  const ratios: number[] = [];
  const rates = { port: [] as number[], sdk: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const way of ['port', 'sdk'] as const) {
      const { perSecond } = await closedLoop(callers, seconds, async () => {
        await ways[way]();
        return undefined;
      });
      rates[way].push(perSecond);
    }
    ratios.push((rates.port[round] ?? 0) / (rates.sdk[round] ?? 1));
  }
  const { middle, least, greatest } = middleOf(ratios);
  return (
    `${what}: port ${middleOf(rates.port).middle.toFixed(0)}/s, @dapr/dapr ${middleOf(rates.sdk).middle.toFixed(0)}/s, ratio ` +
    `${middle.toFixed(2)} (${least.toFixed(2)} to ${greatest.toFixed(2)}, ${rounds} rounds of ${seconds} s, ${callers} callers)`
  );
}
