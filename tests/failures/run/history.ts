import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { SlotCall } from './journal';

export interface SlotHistory {
  slot: string;
  capacity: number;
  calls: readonly SlotCall[];
}

interface Verdict {
  slot: string;
  calls: number;
  verdict: 'ok' | 'illegal' | 'undecided';
}

/** Asks porcupine whether each history could be one slot's that does one thing at a time; keeps them in the file. */
export function checkHistories(binary: string, file: string, histories: readonly SlotHistory[]): Verdict[] {
  writeFileSync(file, JSON.stringify(histories));
  const { status, stdout, stderr } = spawnSync(binary, [file], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0 && status !== 1) throw new Error(`the linearizability checker failed: ${stderr}`);
  return JSON.parse(stdout) as Verdict[];
}
