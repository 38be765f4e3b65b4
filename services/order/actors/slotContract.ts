import type { HeldSeat, HoldCommand, Verdict } from '../domain/slot';

export const slotType = 'Slot';

export interface SlotContract {
  hold: { input: Omit<HoldCommand, 'ticket'>; output: HeldSeat };
  release: { input: { orderId: string; ticket: string; leftNothing: boolean }; output: object };
  settle: { input: { verdicts: readonly Verdict[] }; output: object };
}
