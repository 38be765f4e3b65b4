import { Client, credentials } from '@grpc/grpc-js';

export const schedulerId = 'dapr-scheduler-server-0';
const leadershipKey = `dapr/leadership/${schedulerId}`;
const watchHosts = '/dapr.proto.scheduler.v1.Scheduler/WatchHosts';

/**
 * Whether the scheduler takes reminders. It calls itself healthy, and accepts connections, before it does; until then
 * whoever sets a reminder is kept waiting. So we ask, as a sidecar would, who takes them.
 */
export function takesReminders(port: number): Promise<boolean> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const asIs = (bytes: Buffer) => bytes;
  const nothing = Buffer.alloc(0);
  const deadline = Date.now() + 500;
  return new Promise<boolean>((resolve) => {
    const hosts = client.makeServerStreamRequest(watchHosts, asIs, asIs, nothing, { deadline });
    hosts.on('data', (message: Buffer) => resolve(message.length > 0));
    hosts.on('error', () => resolve(false));
    hosts.on('end', () => resolve(false));
  }).finally(() => client.close());
}

/**
 * A scheduler that was killed leaves its leadership leased for 20 seconds, which a restart of its store renews, and its
 * successor waits for that. With one scheduler on the store, a leadership under a lease beside another lease is one that
 * nobody has any more: we give it back in the name of the dead.
 */
export async function endStaleLeadership(storePort: number): Promise<void> {
  const ask = async <T>(path: string, body: object): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${storePort}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(2_000),
    });
    return (await answer.json()) as T;
  };
  const key = Buffer.from(leadershipKey).toString('base64');
  const { kvs } = await ask<{ kvs?: { lease: string }[] }>('kv/range', { key });
  const { leases = [] } = await ask<{ leases?: { ID: string }[] }>('lease/leases', {});
  const ID = kvs?.[0]?.lease;
  const isStale = leases.length > 1 && leases.some((lease) => lease.ID === ID);
  if (isStale) await ask('lease/revoke', { ID });
}
