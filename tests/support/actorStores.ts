import type { ReadActors } from './variants/variant';

// Books are asked for by their Redis, in every test; where a variant keeps some elsewhere, that Redis tells where.
const elsewhere = new Map<string, Map<string, ReadActors>>();

export function keptElsewhere(redisUrl: string, stores: Map<string, ReadActors>): void {
  elsewhere.set(redisUrl, stores);
}

/** How to read an app's actors where they are not in Redis. */
export function whereElse(redisUrl: string, appId: string): ReadActors | undefined {
  return elsewhere.get(redisUrl)?.get(appId);
}
