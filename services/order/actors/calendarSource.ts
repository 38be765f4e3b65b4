import type { CalendarTable, CenterCalendar } from '../../shared/contracts/calendar';

/** What order knows of when centres are open. */
export interface CalendarSource {
  find(centerId: string): Promise<CenterCalendar | undefined>;
  centerIds(): Promise<string[]>;
}

export function fixedCalendars(table: CalendarTable): CalendarSource {
  return {
    find: async (centerId) => (Object.hasOwn(table, centerId) ? table[centerId] : undefined),
    centerIds: async () => Object.keys(table),
  };
}
