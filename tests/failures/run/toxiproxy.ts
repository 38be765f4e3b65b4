import { ManagedProcess } from '../../../tools/system/managedProcess';
import { freePorts } from '../../../tools/system/plan';
import { accepts, eventually } from '../../../tools/system/waiting';
import type { NetworkFault } from './schedule';

/** A toxiproxy with one way to Redis for each of those who need one. */
export interface RedisWays {
  /** By user: where it finds Redis. */
  addresses: Record<string, string>;
  start(redisHost: string): Promise<void>;
  disturb(user: string, kind: NetworkFault): Promise<void>;
  calm(user: string, kind: NetworkFault): Promise<void>;
  calmAll(): Promise<void>;
  stop(): Promise<void>;
}

const toxics: Record<NetworkFault, { type: string; stream: string; attributes: Record<string, number> }> = {
  latency: { type: 'latency', stream: 'downstream', attributes: { latency: 300, jitter: 250 } },
  // Cut after this many milliseconds, in the middle of whatever is under way.
  reset: { type: 'reset_peer', stream: 'downstream', attributes: { timeout: 150 } },
  // Nothing comes through any more, and nobody says so.
  'time-out': { type: 'timeout', stream: 'downstream', attributes: { timeout: 0 } },
};

export async function planRedisWays(
  binary: string,
  users: readonly string[],
  dataDir: string,
): Promise<RedisWays> {
  const [apiPort = 0, ...ports] = await freePorts(users.length + 1);
  const addresses = Object.fromEntries(users.map((user, i) => [user, `127.0.0.1:${ports[i]}`]));
  const args = ['-host', '127.0.0.1', '-port', String(apiPort)];
  const proxy = new ManagedProcess(
    { name: 'toxiproxy', command: binary, args, cwd: dataDir },
    `${dataDir}/logs`,
  );

  async function ask(method: string, path: string, body?: object): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${apiPort}${path}`, {
      method,
      // It refuses what calls itself a browser.
      headers: { 'user-agent': 'fault-run', 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`toxiproxy: ${method} ${path}: ${answer.status} ${await answer.text()}`);
  }

  return {
    addresses,
    async start(redisHost) {
      proxy.start();
      await eventually('toxiproxy answers', () => accepts(apiPort));
      for (const [name, listen] of Object.entries(addresses)) {
        await ask('POST', '/proxies', { name, listen, upstream: redisHost, enabled: true });
      }
    },
    disturb: (user, kind) => ask('POST', `/proxies/${user}/toxics`, { name: kind, ...toxics[kind] }),
    calm: (user, kind) => ask('DELETE', `/proxies/${user}/toxics/${kind}`),
    calmAll: () => ask('POST', '/reset'),
    stop: () => proxy.stop(),
  };
}
