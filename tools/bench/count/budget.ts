import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../system/plan';
import type { Counts, PhaseName } from './counting';

/** By phase: the most that a booking may cost. Only what is named there is held to it. */
export type Budget = Record<PhaseName, Partial<Counts>>;

export const budgetFile = join(projectRoot, 'tools', 'bench', 'budget.json');

export function readBudget(): Budget {
  return JSON.parse(readFileSync(budgetFile, 'utf8')) as Budget;
}

/** Each count that is over its budget, in words. */
export function overBudget(phase: PhaseName, counts: Counts, budget: Partial<Counts>): string[] {
  return Object.entries(budget).flatMap(([name, most]) => {
    const count = counts[name as keyof Counts];
    // A name that nothing is counted under would be a budget that nothing can exceed.
    if (count === undefined) return [`${phase}: ${name} is in the budget, and nobody counts it`];
    return count <= most ? [] : [`${phase}: ${name} ${count.toFixed(2)}, budget ${most}`];
  });
}
