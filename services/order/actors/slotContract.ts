import type { HeldSeat, HoldCommand, Opening, Verdict } from '../domain/slot';

export const slotType = 'Slot';

export interface SlotContract {
  hold: { input: Omit<HoldCommand, 'ticket'>; output: HeldSeat };
  release: { input: { orderId: string; ticket: string; leftNothing: boolean }; output: object };
  settle: { input: { verdicts: readonly Verdict[] }; output: object };
  look: { input: { openings: readonly Opening[] }; output: { free: Opening[]; unsettled: string[] } };
}
