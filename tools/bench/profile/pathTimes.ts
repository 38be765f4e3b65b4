import { kindOf } from '../count/sidecarCalls';
import { allOf, type Step } from '../count/spans';

/** Of the time that a booking's answer takes: ms a booking, and how often a booking, by what it was spent in. */
export type PathTimes = Map<string, { ms: number; times: number }>;

/**
 * Where the time of the answers went, by what was waited for. Of each step counts the time in which it waits for nothing
 * else: of a request, its service's own; of a call, its sidecars' and what lies behind them; of a command, Redis'.
 */
export function pathTimes(trees: readonly Step[]): PathTimes {
  const sums: PathTimes = new Map();
  for (const step of trees.flatMap((tree) => [...allOf(tree)])) {
    if (!step.waitedFor) continue;
    const waited = step.steps.filter(({ waitedFor }) => waitedFor);
    const micros = Math.max(0, step.ended - step.begun - unionOf(waited, step));
    const name = nameOf(step);
    const { ms = 0, times = 0 } = sums.get(name) ?? {};
    sums.set(name, { ms: ms + micros / 1_000 / trees.length, times: times + 1 / trees.length });
  }
  return sums;
}

function nameOf({ kind, what, service }: Step): string {
  switch (kind) {
    case 'in':
      return `${service}'s own code: ${kindOf(what)}`;
    case 'redis':
      return `Redis, asked by ${service}: ${what.split(' ')[0]}`;
    default:
      return `${service}'s sidecar and on: ${kindOf(what)}`;
  }
}

/** For how long at least one of them was under way, within the time of `whole`. */
function unionOf(steps: readonly Step[], whole: Step): number {
  let covered = 0;
  let until = whole.begun;
  for (const { begun, ended } of [...steps].sort((a, b) => a.begun - b.begun)) {
    const from = Math.max(begun, until);
    const to = Math.min(ended, whole.ended);
    if (to > from) covered += to - from;
    until = Math.max(until, to);
  }
  return covered;
}

export function pathText(times: PathTimes): string {
  const total = [...times.values()].reduce((sum, { ms }) => sum + ms, 0);
  const rows = [...times]
    .sort(([, a], [, b]) => b.ms - a.ms)
    .map(
      ([name, { ms, times: often }]) =>
        `${ms.toFixed(2).padStart(8)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${often.toFixed(2).padStart(5)} ×  ${name}`,
    );
  return [`${total.toFixed(2).padStart(8)} ms in all, a booking`, ...rows].join('\n');
}
