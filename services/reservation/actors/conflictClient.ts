import {
  type CenterCalendar,
  type Conflict,
  conflictsOutcome,
  conflictsPath,
} from '../../shared/contracts/calendar';
import { type Refusal, refuse } from '../../shared/contracts/refusals';
import { type Sidecar, SidecarError } from '../../shared/platform/sidecar';

/** Order, which has the seats, says whose booking a calendar has no room for. Refused where order does not answer. */
export type ConflictClient = (
  centerId: string,
  calendar: CenterCalendar,
) => Promise<Conflict[] | Refusal<'service_unavailable'>>;

export function createConflictClient(sidecar: Sidecar): ConflictClient {
  return async (centerId, calendar) => {
    try {
      const answer = await sidecar.invoke({
        appId: 'order',
        path: conflictsPath,
        body: { centerId, calendar },
        deadlineMs,
      });
      if (answer.status !== 200) return refuse('service_unavailable');
      return conflictsOutcome.parse(answer.body).conflicts;
    } catch (error) {
      if (error instanceof SidecarError) return refuse('service_unavailable');
      throw error;
    }
  };
}

// Order reads every day that can be booked, a few at a time. Who asks waits 10 s for the whole change.
const deadlineMs = 8_000;
