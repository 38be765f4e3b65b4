import type { Profiler } from 'node:inspector';

/** How much of a process's time went where, in ms; "idle" is none of the CPU's. */
export function selfTimes(profile: Profiler.Profile): Map<string, number> {
  const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  const { samples = [], timeDeltas = [] } = profile;
  samples.forEach((id, i) => {
    const place = places.get(id) ?? 'unknown';
    // The time until the next sample is this one's.
    const micros = Math.max(0, timeDeltas[i + 1] ?? 0);
    times.set(place, (times.get(place) ?? 0) + micros / 1_000);
  });
  return times;
}

/** By package, by part of Node, or by our own folder. */
export function placeOf({ functionName, url }: { functionName: string; url: string }): string {
  if (url === '') return functionName.startsWith('(') ? functionName.slice(1, -1) : 'built into the engine';
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (dependency) return dependency;
  const internal = /^node:(?:internal\/)?(?:deps\/)?([^/]+)/.exec(url)?.[1];
  if (internal) return `node:${internal.replace(/^_/, '')}`;
  const own = /\/dist\/(services\/[^/]+\/[^/]+|tools\/[^/]+)/.exec(url)?.[1];
  return own ?? 'other';
}
