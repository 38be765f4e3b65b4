import type { FaultRunOptions, FaultRunResult } from './faultRun';

/** What a person reads at the end of a run. */
export function report({ seed, minutes, variants = [] }: FaultRunOptions, result: FaultRunResult): string {
  const { journal, injected, endedByThemselves, orders, slots, quietAfterMs, broken, kept } = result;
  const { ok, refused, unknown } = journal.calls();
  const byKind = new Map<string, number>();
  for (const { kind, target } of injected)
    byKind.set(`${kind} ${target}`, (byKind.get(`${kind} ${target}`) ?? 0) + 1);
  const kinds = [...new Set(injected.map(({ kind }) => kind))].sort().map((kind) => {
    const own = [...byKind].filter(([name]) => name.startsWith(`${kind} `));
    const total = own.reduce((sum, [, count]) => sum + count, 0);
    const targets = own.map(([name, count]) => `${name.slice(kind.length + 1)} ${count}`).sort();
    return `    ${kind.padEnd(9)} ${String(total).padStart(5)}  ${targets.join(', ')}`;
  });
  const on = variants.length > 0 ? ` --variants ${variants.join(',')}` : '';
  return [
    `fault run of ${minutes} minutes, seed ${seed}${on}`,
    // First what matters most: a log may show no more than the beginning.
    broken.length === 0
      ? `  nothing lost, nothing doubled; quiet ${(quietAfterMs / 1_000).toFixed(1)} s after the last call`
      : `  BROKEN, ${Math.round(quietAfterMs / 1_000)} s after the last call:`,
    ...broken.slice(0, 50).map((each) => `    ${each}`),
    ...(broken.length > 50 ? [`    and ${broken.length - 50} more`] : []),
    `  calls: ${ok + refused + unknown} (${ok} ok, ${refused} refused, ${unknown} unknown)`,
    ...[...journal.counts].map(
      ([kind, row]) =>
        `    ${kind.padEnd(17)} ${String(row.ok).padStart(6)} ok ${String(row.refused).padStart(6)} refused ` +
        `${String(row.unknown).padStart(6)} unknown`,
    ),
    `  without success: ${[...journal.refusals].map(([code, count]) => `${code} ${count}`).join(', ')}`,
    `  faults: ${injected.length}`,
    ...kinds,
    ...(endedByThemselves.length > 0
      ? [`  ended by themselves and started again: ${endedByThemselves.join('; ')}`]
      : []),
    `  orders: ${orders}; slot histories: ${slots.checked} checked, ${slots.undecided} undecided in their time`,
    ...(kept ? [`  data, logs and histories: ${kept}`] : []),
    `  again: npm run test:failures -- --minutes ${minutes} --seed ${seed}${on}`,
    '  (the same faults in the same order on the same schedule; which call each of them meets is up to the machine)',
  ].join('\n');
}
