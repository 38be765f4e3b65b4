import type { Budget } from './budget';
import type { Counts, Phase, PhaseName } from './counting';

const explained: Record<keyof Counts, string> = {
  callsWaitedFor: 'calls to sidecars waited for',
  callsUntilMyPage: 'calls until my page shows it',
  callsInAll: 'calls in all',
  writesWaitedFor: 'durable writes waited for',
  publishes: 'publishes',
  redisCommands: 'Redis commands',
  redisWrites: 'of these, writes',
  connectionsOpened: 'connections opened',
};

/** What a booking costs, phase beside phase, each with its budget; then which calls they are. */
export function countsText(phases: Record<PhaseName, Phase>, budget: Budget): string {
  const names = Object.keys(phases) as PhaseName[];
  const header = names.map((name) => `${name} (budget)`.padStart(20)).join('');
  const rows = (Object.keys(explained) as (keyof Counts)[]).map((count) => {
    const cells = names.map((name) => {
      const most = budget[name][count];
      return `${phases[name].counts[count].toFixed(2)} (${most ?? '–'})`.padStart(20);
    });
    return `${explained[count].padEnd(32)}${cells.join('')}`;
  });
  return [
    `${'a booking with card and phone'.padEnd(32)}${header}`,
    ...rows,
    '',
    ...callRows(phases, names),
  ].join('\n');
}

function callRows(phases: Record<PhaseName, Phase>, names: PhaseName[]): string[] {
  const kinds = [...new Set(names.flatMap((name) => phases[name].calls.map(({ kind }) => kind)))];
  const header = names.map(() => 'waited for / all'.padStart(20)).join('');
  const rows = kinds.map((kind) => {
    const cells = names.map((name) => {
      const { waitedFor = 0, inAll = 0 } = phases[name].calls.find((call) => call.kind === kind) ?? {};
      return `${waitedFor.toFixed(2)} / ${inAll.toFixed(2)}`.padStart(20);
    });
    return `${kind.padEnd(56)}${cells.join('')}`;
  });
  return [`${''.padEnd(56)}${header}`, ...rows];
}
