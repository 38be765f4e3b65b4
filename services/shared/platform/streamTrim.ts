/** One consumer group of a stream, as Redis tells of it. */
export interface ConsumerGroup {
  name: string;
  /** The last entry that any of its consumers was given. */
  lastDeliveredId: string;
  /** The oldest entry that was given to a consumer and is not acknowledged yet. */
  oldestPendingId?: string | undefined;
}

/**
 * The id from which on a stream has to be kept: everything before it was acknowledged in all groups. Undefined where
 * nothing may go: a consumer whose group is not there yet will read from the beginning. A group that nobody here knows
 * counts too, dead or alive.
 */
export function keptFrom(groups: readonly ConsumerGroup[], consumers: readonly string[]): string | undefined {
  const isThere = (consumer: string) => groups.some(({ name }) => name === consumer);
  if (groups.length === 0 || !consumers.every(isThere)) return undefined;
  return groups
    .map(({ lastDeliveredId, oldestPendingId }) => oldestPendingId ?? idAfter(lastDeliveredId))
    .reduce((least, id) => (compareIds(id, least) < 0 ? id : least));
}

/** By time, then by number within the millisecond; both may be longer than a JavaScript number holds. */
export function compareIds(a: string, b: string): number {
  const [aMs, aSeq] = partsOf(a);
  const [bMs, bSeq] = partsOf(b);
  if (aMs !== bMs) return aMs < bMs ? -1 : 1;
  return aSeq === bSeq ? 0 : aSeq < bSeq ? -1 : 1;
}

function idAfter(id: string): string {
  const [ms, seq] = partsOf(id);
  return seq === lastSeq ? `${ms + 1n}-0` : `${ms}-${seq + 1n}`;
}

function partsOf(id: string): [ms: bigint, seq: bigint] {
  const [ms = '0', seq = '0'] = id.split('-');
  return [BigInt(ms), BigInt(seq)];
}

const lastSeq = 2n ** 64n - 1n;
