import type { Infra } from '../system/infra';
import { eventually } from '../system/waiting';
import { type Holdings, isAtRest, isUnderWay, readHoldings } from './holdings';

/**
 * Waits until nothing is under way any more, or for as long as it may take. It does not go through all that is held, which
 * with much stored would be a part of what is measured.
 */
export async function comesToRest(infra: Infra, withinMs = 180_000): Promise<void> {
  const look = async () => !(await isUnderWay(infra));
  await eventually('nothing is under way', look, { withinMs, everyMs: 500 }).catch(() => {});
}

/** The same, and what is held then. */
export async function atRest(infra: Infra, withinMs = 180_000): Promise<Holdings> {
  let last: Holdings | undefined;
  const look = async () => {
    last = await readHoldings(infra);
    return isAtRest(last);
  };
  await comesToRest(infra, withinMs);
  // Who does not come to rest is to be seen in what is held, and by the laws.
  await eventually('all is at rest', look, { withinMs, everyMs: 500 }).catch(() => {});
  return last ?? readHoldings(infra);
}
