import { actorCaller } from '../../shared/platform/actorHost/caller';
import { orRefuse } from '../../shared/platform/problem';
import type { ActorCalls } from '../../shared/platform/sidecar';
import type { TakenSeat } from '../domain/offer';
import { slotId } from './slotActor';
import { type SlotContract, slotType } from './slotContract';

/** Who has which seat on a day of a centre. */
export type SlotReader = (centerId: string, date: string) => Promise<readonly TakenSeat[]>;

export function createSlotReader(actors: ActorCalls): SlotReader {
  const callSlot = actorCaller<SlotContract>(actors, slotType);
  return async (centerId, date) => orRefuse(await callSlot(slotId({ centerId, date }), 'read', {})).taken;
}

/** How many days are read at once: enough to be quick, few enough to leave room for who books. */
export const slotsAtOnce = 8;
