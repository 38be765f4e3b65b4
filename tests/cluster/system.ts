import { kubectl } from '../../tools/cluster/shell';
import { eventually } from '../../tools/system/waiting';
import { type Api, apiOf, askLightly } from '../support/api';
import { evidence } from './report';

/** `kubectl -n healthcenter`. */
export const k = (...args: string[]) => kubectl('-n', 'healthcenter', ...args);

/** Runs it, keeps what it printed as evidence, and returns it. */
export async function shown(...args: string[]): Promise<string> {
  const printed = await k(...args);
  evidence(`kubectl -n healthcenter ${args.join(' ')}`, printed);
  return printed;
}

export const addressOf = async (service: string) =>
  (await k('get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}')).trim();

export async function gateway(): Promise<Api> {
  return apiOf(await gatewayUrl());
}

/** The same for a load, which takes its share of the node's processors. */
export async function gatewayLightly(): Promise<Api> {
  const url = await gatewayUrl();
  return apiOf(url, askLightly(url));
}

const gatewayUrl = async () => `http://${await addressOf('gateway')}:8080`;

export const redisUrl = async () => `redis://${await addressOf('redis')}:6379`;

export interface Pod {
  name: string;
  leaves: boolean;
  ip: string;
  ready: boolean;
  restarts: Record<string, number>;
  image: string;
}

interface PodJson {
  metadata: { name: string; deletionTimestamp?: string };
  spec: { containers: { name: string; image: string }[] };
  status: {
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { name: string; restartCount: number }[];
    initContainerStatuses?: { name: string; restartCount: number }[];
  };
}

/** The pods of a service, without those that are about to go: they still serve for some seconds. */
export async function podsOf(service: string): Promise<Pod[]> {
  return (await allPodsOf(service)).filter(({ leaves }) => !leaves);
}

export async function allPodsOf(service: string): Promise<Pod[]> {
  const { items } = JSON.parse(
    await k('get', 'pods', '-l', `app.kubernetes.io/name=${service}`, '-o', 'json'),
  ) as { items: PodJson[] };
  return items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    leaves: metadata.deletionTimestamp !== undefined,
    ip: status.podIP ?? '',
    ready: status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
    restarts: Object.fromEntries(
      [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].map((each) => [
        each.name,
        each.restartCount,
      ]),
    ),
    image: spec.containers.find(({ name }) => name === 'app')?.image ?? '',
  }));
}

export async function onePodOf(service: string): Promise<Pod> {
  const [pod] = await podsOf(service);
  if (!pod) throw new Error(`there is no pod of ${service}`);
  return pod;
}

/** Until all pods of a service are ready, there are so many or more (the autoscaler has a say), and none is about to go. */
export function readyPods(service: string, count = 1, withinMs = 240_000): Promise<Pod[]> {
  return eventually(
    `${count} pods of ${service}, and all that there are, are ready`,
    async () => {
      const pods = await allPodsOf(service);
      const areReady = pods.length > 0 && pods.every(({ ready, leaves }) => ready && !leaves);
      return areReady && pods.length >= count ? pods : undefined;
    },
    { withinMs, everyMs: 1_000 },
  );
}

export function expectThat(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(`not so: ${what}`);
}
