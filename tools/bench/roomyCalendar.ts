/** A centre that has room for every bench: 1,800 seats a day, every day of the year to come. */
export const roomyCalendars = JSON.stringify({
  seoul: {
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    opensOnHolidays: true,
    openings: Array.from({ length: 9 }, (_, hour) => ({
      time: `${String(8 + hour).padStart(2, '0')}:00`,
      seats: 200,
    })),
    openDays: 365,
  },
});
