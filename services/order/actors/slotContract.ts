import type { TakenSeat } from '../domain/offer';
import type { HeldSeat, HoldCommand, Verdict } from '../domain/slot';

export const slotType = 'Slot';

export interface SlotContract {
  hold: { input: Omit<HoldCommand, 'ticket'>; output: HeldSeat };
  release: { input: { holdId: string; ticket: string; leftNothing: boolean }; output: object };
  /** The order that stood on this hold does no more. */
  free: { input: { holdId: string; ticket: string }; output: object };
  settle: { input: { verdicts: readonly Verdict[] }; output: object };
  read: { input: object; output: { taken: readonly TakenSeat[] } };
}
