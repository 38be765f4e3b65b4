import fc from 'fast-check';
import { type Command, commandLists } from './commands';
import type { Plant } from './plants';
import { simulate } from './simulate';

export interface Failure {
  seed: number;
  commands: readonly Command[];
  broken: readonly string[];
}

/** The commands that a seed stands for. */
export async function checkSeed(
  seed: number,
  { plant, shrinks = true }: { plant?: Plant; shrinks?: boolean } = {},
): Promise<Failure | undefined> {
  const property = fc.asyncProperty(commandLists, async (commands) => {
    const { broken } = await simulate(commands, plant ? { plant } : {});
    return broken.length === 0;
  });
  const result = await fc.check(property, {
    seed,
    numRuns: 1,
    unbiased: true,
    endOnFailure: !shrinks,
    interruptAfterTimeLimit: shrinkMsMax,
    markInterruptAsFailure: false,
  });
  const commands = result.counterexample?.[0];
  if (!commands) return undefined;
  const { broken } = await simulate(commands, plant ? { plant } : {});
  return { seed, commands, broken };
}

const shrinkMsMax = 60_000;
