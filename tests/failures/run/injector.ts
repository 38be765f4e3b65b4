import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedProcess } from '../../../tools/system/managedProcess';
import type { System } from '../../../tools/system/system';
import { eventually } from '../../../tools/system/waiting';
import type { Fault, NetworkFault } from './schedule';
import type { RedisWays } from './toxiproxy';

export interface Injector {
  /** Does what is scheduled; ends when all of it has been undone. */
  run(schedule: readonly Fault[]): Promise<void>;
  /** Everything runs, nothing is disturbed, and all say that they are ready. */
  heal(): Promise<void>;
  /** From here on nobody is brought back, and nobody stays paused. */
  close(): void;
  injected: Fault[];
  /** What ended without having been killed, and was started again as a cluster would. */
  endedByThemselves: string[];
  /** What is being done right now, in words. */
  now(): string;
}

/** @param others processes beside the system's, such as a broker. */
export function createInjector(
  system: System,
  ways: RedisWays,
  others: readonly ManagedProcess[] = [],
): Injector {
  const byName = new Map<string, ManagedProcess>(
    [
      ...Object.values(system.apps).flatMap(({ service, sidecar }) => [service, sidecar]),
      ...system.infra.all,
      ...others,
    ].map((each) => [each.plan.name, each]),
  );
  const injected: Fault[] = [];
  const endedByThemselves: string[] = [];
  const active = new Set<Fault>();
  let isOpen = true;

  for (const each of byName.values()) {
    each.onUnexpectedExit = ({ name }, how) => {
      endedByThemselves.push(`${name}: ${how}`);
      setTimeout(() => {
        if (isOpen && !each.isRunning) each.start();
      }, 1_000);
    };
  }

  /** A scheduler that was killed leaves a leadership that its successor would wait for. */
  function bringBack(each: ManagedProcess): void {
    if (!each.isRunning) each.start();
    if (each !== system.infra.scheduler) return;
    const answers = system.infra.parts.find(({ name }) => name === 'scheduler')?.answers;
    if (answers) void eventually('the scheduler answers', answers, { withinMs: 20_000 }).catch(() => {});
  }

  async function inject(fault: Fault): Promise<void> {
    const { kind, target, forMs } = fault;
    const process_ = byName.get(target);
    injected.push(fault);
    active.add(fault);
    if (kind === 'kill' && process_) {
      await process_.kill();
      await sleep(forMs);
      if (isOpen) bringBack(process_);
    } else if (kind === 'pause' && process_) {
      process_.pause();
      await sleep(forMs);
      process_.resume();
    } else {
      await ways.disturb(target, kind as NetworkFault);
      await sleep(forMs);
      await ways.calm(target, kind as NetworkFault);
    }
    active.delete(fault);
  }

  return {
    injected,
    endedByThemselves,
    now: () => [...active].map(({ kind, target }) => `${target}: ${kind}`).join(', ') || 'nothing',
    async run(schedule) {
      const begun = Date.now();
      await Promise.all(
        schedule.map(async (fault) => {
          await sleep(Math.max(0, begun + fault.atMs - Date.now()));
          if (isOpen) await inject(fault);
        }),
      );
    },
    async heal() {
      await ways.calmAll();
      for (const each of byName.values()) {
        each.resume();
        bringBack(each);
      }
      await Promise.all(
        system.infra.parts.map(({ name, answers }) =>
          eventually(`${name} answers`, answers, { withinMs: 60_000, everyMs: 300 }),
        ),
      );
      await system.ready();
    },
    close() {
      isOpen = false;
      for (const each of byName.values()) each.resume();
    },
  };
}
