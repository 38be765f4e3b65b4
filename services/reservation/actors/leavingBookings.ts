import { isRefusal } from '../../shared/contracts/refusals';
import { actorCaller } from '../../shared/platform/actorHost/caller';
import type { Logger } from '../../shared/platform/logger';
import { sideBySide } from '../../shared/platform/sideBySide';
import type { Sidecar } from '../../shared/platform/sidecar';
import type { Leaving, PresentCalendar } from '../domain/calendar';
import type { ConflictClient } from './conflictClient';
import type { OrderClient } from './orderClient';
import { type ReservationContract, reservationType } from './reservationActor';

/** Cancels some of those who have to leave for a calendar. Answers with whom nobody has to wait for any more. */
export type SendAway = (centerId: string, present: PresentCalendar) => Promise<string[]>;

/** Cancellations are the ordinary ones by the centre: refunded in full, and told to the customer. */
export function createSendAway({
  sidecar,
  order,
  askConflicts,
  log,
}: {
  sidecar: Sidecar;
  order: OrderClient;
  askConflicts: ConflictClient;
  log: Logger;
}): SendAway {
  const callReservation = actorCaller<ReservationContract>(sidecar, reservationType);

  async function cancel({ orderId, reason }: Leaving): Promise<string[]> {
    try {
      const refused = await refusedBy({ orderId, reason });
      if (!refused || hasEnded.has(refused)) return [orderId];
      log.warn({ orderId, refused }, 'not cancelled yet for a calendar; it will be tried again');
    } catch (error) {
      log.warn({ err: error, orderId }, 'not cancelled yet for a calendar; it will be tried again');
    }
    return [];
  }

  // One that is not paid, or whose request is still on its way, is no reservation here yet: order ends it, and tells.
  async function refusedBy({ orderId, reason }: Leaving): Promise<string | undefined> {
    const answer = await callReservation(orderId, 'decide', { decision: 'canceled', reason });
    if (!isRefusal(answer)) return 'isDue' in answer ? 'service_unavailable' : undefined;
    if (answer.refused !== 'reservation_not_found') return answer.refused;
    const asked = await order.ask({ orderId, reservationId: orderId, decision: 'canceled', reason });
    return asked.outcome === 'refused' ? asked.refused : undefined;
  }

  // Whom the calendar has room for by now may stay: somebody else has cancelled, or they have moved by themselves.
  return async (centerId, { calendar, leaving }) => {
    const conflicts = await askConflicts(centerId, calendar);
    if (isRefusal(conflicts)) throw new Error(conflicts.refused);
    const seatless = new Set(conflicts.map(({ orderId }) => orderId));
    const staying = leaving.filter(({ orderId }) => !seatless.has(orderId));
    const batch = leaving.filter(({ orderId }) => seatless.has(orderId)).slice(0, batchMax);
    const canceled = await sideBySide(cancelsAtOnce, batch, cancel);
    return [...staying.map(({ orderId }) => orderId), ...canceled.flat()];
  };
}

// Its seat is free by itself, or its guest is there already.
const hasEnded: ReadonlySet<string> = new Set(['reservation_ended', 'order_ended', 'visit_begun']);
const batchMax = 40;
const cancelsAtOnce = 4;
