import { randomFrom } from '../random';

/**
 * How long those wait who come at random, at so many a second, to so many servers that each take `serviceMs` for one: the
 * 99th percentile, in ms, before they are served.
 */
export function waitP99Ms(perSecond: number, serviceMs: number, servers: number, arrivals = 20_000): number {
  const random = randomFrom(1);
  const freeAt = new Array<number>(servers).fill(0);
  const waits: number[] = [];
  let now = 0;
  for (let i = 0; i < arrivals; i++) {
    now += (-Math.log(1 - random()) / perSecond) * 1_000;
    let soonest = 0;
    for (let server = 1; server < servers; server++) {
      if ((freeAt[server] ?? 0) < (freeAt[soonest] ?? 0)) soonest = server;
    }
    const begun = Math.max(now, freeAt[soonest] ?? 0);
    freeAt[soonest] = begun + serviceMs;
    waits.push(begun - now);
  }
  waits.sort((a, b) => a - b);
  return waits[Math.floor(waits.length * 0.99)] ?? 0;
}

/** The fewest servers that keep that wait within a bound, and are busy for no more than `share` of the time. */
export function serversFor(
  perSecond: number,
  serviceMs: number,
  bound: { waitMs: number; share: number },
): number {
  const least = Math.max(1, Math.ceil((perSecond * serviceMs) / (1_000 * bound.share)));
  for (let servers = least; ; servers++) {
    if (waitP99Ms(perSecond, serviceMs, servers) <= bound.waitMs) return servers;
  }
}
