/**
 * A zone in which it is about eight in the morning now: a centre there can be booked for today, whatever the hour at
 * which the tests run, and no midnight comes while they do.
 */
export function morningZone(now = new Date()): string {
  const ahead = ((8 - now.getUTCHours() + 36) % 24) - 12;
  const hours = ahead < -11 ? ahead + 24 : ahead;
  if (hours === 0) return 'Etc/GMT';
  // POSIX counts westward.
  return hours > 0 ? `Etc/GMT-${hours}` : `Etc/GMT+${-hours}`;
}

/** The date some days from today in a zone, as YYYY-MM-DD. */
export function dayFromToday(days: number, zone = 'Asia/Seoul', now = new Date()): string {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(now);
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A centre that is open every day, late in the evening as well, from today on. */
export function openEveryDay(seats: number, more: object = {}) {
  return {
    zone: morningZone(),
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    openings: ['20:00', '21:00'].map((time) => ({ time, seats })),
    opensAfterDays: 0,
    openDays: 60,
    opensOnHolidays: true,
    ...more,
  };
}
