import type { BenchSystem } from '../benchSystem';
import type { AtRest } from '../measure';

export interface PartOptions {
  seconds: number;
  callers: number;
  rounds: number;
}

/** A figure of one running system. What it answers is printed only once the books have been reconciled after it. */
export type Part = (run: { system: BenchSystem; rest: AtRest } & PartOptions) => Promise<string[]>;
