import { type CalendarTable, centerCalendar } from '../../services/shared/contracts/calendar';

/** As many seats as a centre of the standard calendar has at one time. */
export const seatsOfACenter = 20;
const seatsOfTheRoomy = 2_000;
const roomyId = 'roomy';
const times = ['08:00', '09:00', '10:00', '11:00', '13:00', '14:00', '15:00', '16:00'];

/** Centres that have room for every bench: ten of the usual size, and one whose days cannot be filled by a bench. */
export const centerIds = Array.from({ length: 10 }, (_, i) => (i === 0 ? 'seoul' : `center${i + 1}`));
export const roomyCenterId = roomyId;
export const openDays = 360;

/** Open every day of the year to come. */
export function benchCalendars(): CalendarTable {
  const calendarOf = (seats: number) =>
    centerCalendar.parse({
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      opensOnHolidays: true,
      openings: times.map((time) => ({ time, seats })),
      openDays: 366,
    });
  return {
    ...Object.fromEntries(centerIds.map((id) => [id, calendarOf(seatsOfACenter)])),
    [roomyId]: calendarOf(seatsOfTheRoomy),
  };
}

/** For the laws: how many seats there are, by the slot's id. */
export function seatsPerTime(slotId: string): number {
  return slotId.startsWith(`${roomyId}_`) ? seatsOfTheRoomy : seatsOfACenter;
}

/** A date so many days from today, as a booking names it. */
export function dateAfter(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
