import { actorCaller } from '../../shared/platform/actorHost/caller';
import type { Logger } from '../../shared/platform/logger';
import type { ActorCalls } from '../../shared/platform/sidecar';
import type { Verdict } from '../domain/slot';
import type { Held } from './seatKeeper';
import { slotId } from './slotActor';
import { type SlotContract, slotType } from './slotContract';

/** Tells a slot that an order stands on its hold. Ends when the slot knows, or will find out by its visit. */
export type Settler = (held: Pick<Held, 'seat' | 'holdId' | 'ticket'>) => Promise<void>;

interface SettlerOptions {
  actors: ActorCalls;
  /** Waits a moment for others of the same slot: one turn of it does for all of them. */
  gather: () => Promise<unknown>;
  log: Logger;
}

/** Tells each slot of its settled placements, many at a time. */
export function createSettler({ actors, gather, log }: SettlerOptions): Settler {
  const callSlot = actorCaller<SlotContract>(actors, slotType);
  const gathering = new Map<string, { verdicts: Verdict[]; told: Promise<void> }>();

  async function tell(slot: string, verdicts: readonly Verdict[]): Promise<void> {
    await gather();
    gathering.delete(slot);
    try {
      await callSlot(slot, 'settle', { verdicts });
    } catch (error) {
      log.warn({ err: error, slot }, 'slot not told of its placements; it asks them itself');
    }
  }

  return ({ seat, holdId, ticket }) => {
    const slot = slotId(seat);
    const verdict = { holdId, ticket, verdict: 'placed' } as const;
    const known = gathering.get(slot);
    if (known) {
      known.verdicts.push(verdict);
      return known.told;
    }
    const verdicts: Verdict[] = [verdict];
    const told = tell(slot, verdicts);
    gathering.set(slot, { verdicts, told });
    return told;
  };
}
