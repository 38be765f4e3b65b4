import { topics } from './events';

/** Which services take in each topic. Nothing of a topic may be dropped before all of these have read it. */
export const consumersOf = {
  [topics.orders]: ['notification', 'reservation'],
  [topics.orderSteps]: ['notification'],
  [topics.orderChanges]: ['notification', 'payment', 'reservation'],
  [topics.payments]: ['order'],
  [topics.reservations]: ['order'],
  [topics.calendars]: ['order'],
} as const satisfies Record<string, readonly string[]>;
