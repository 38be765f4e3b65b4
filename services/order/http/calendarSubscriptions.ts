import { calendarChanged, topics } from '../../shared/contracts/events';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { orRefuse } from '../../shared/platform/problem';
import type { TopicHandler } from '../../shared/platform/subscriber';
import type { CenterCalendarContract } from '../actors/centerCalendarActor';

/** Order offers what the centres say that they have. */
export function calendarSubscriptions(
  callCalendar: ReturnType<typeof actorCaller<CenterCalendarContract>>,
): TopicHandler[] {
  return [
    {
      topic: topics.calendars,
      async handle(event) {
        if (event.type !== 'CalendarChanged') return;
        // One that cannot be read throws, and ends among the dead letters: to pass it over would sell what is not there.
        const { centerId } = calendarChanged.parse(event).data;
        orRefuse(await callCalendar(centerId, 'takeIn', { event }));
      },
    },
  ];
}
