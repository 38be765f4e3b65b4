/** What people ask of all centres together. */
export interface Demand {
  centers: number;
  /** A year, a centre. */
  checkups: number;
  /** Of a year's checkups, how many are in its last quarter. */
  lastQuarterShare: number;
  /** Of a day's bookings, how many are made in its busiest hour. */
  busiestHourShare: number;
  /** How much more than the hour's mean is asked for in its busiest minutes, as when a reminder went out to everybody. */
  rush: number;
}

export const daysOfYear = 365;
const lastQuarterFrom = 273;
/** Bookings are made up to so many days before, the most of them shortly before. */
const leadDays = 45;

/** Checkups on each day of a year. Sundays are closed; in the last quarter each week wants more than the one before. */
export function checkupsByDay({ centers, checkups, lastQuarterShare }: Demand): number[] {
  const weightOf = (day: number): number => {
    if (day % 7 === 6) return 0;
    return day < lastQuarterFrom ? 1 : 1 + (day - lastQuarterFrom) / (daysOfYear - lastQuarterFrom);
  };
  const days = Array.from({ length: daysOfYear }, (_, day) => day);
  const isLast = (day: number) => day >= lastQuarterFrom;
  const sumOf = (isOne: (day: number) => boolean) =>
    days.filter(isOne).reduce((sum, day) => sum + weightOf(day), 0);
  const [last, other] = [sumOf(isLast), sumOf((day) => !isLast(day))];
  const all = centers * checkups;
  return days.map((day) =>
    isLast(day)
      ? (all * lastQuarterShare * weightOf(day)) / last
      : (all * (1 - lastQuarterShare) * weightOf(day)) / other,
  );
}

/** Bookings made on each day: those of each checkup, spread over the weeks before it, more and more towards it. */
export function bookingsByDay(demand: Demand): number[] {
  const made = new Array<number>(daysOfYear).fill(0);
  const weights = Array.from({ length: leadDays }, (_, lead) => leadDays - lead);
  const total = weights.reduce((sum, each) => sum + each, 0);
  checkupsByDay(demand).forEach((count, day) => {
    weights.forEach((weight, lead) => {
      // Years are alike: what is booked for the first days of one is booked at the end of the one before.
      const on = (day - 1 - lead + 2 * daysOfYear) % daysOfYear;
      made[on] = (made[on] ?? 0) + (count * weight) / total;
    });
  });
  return made;
}

/** Bookings a second in the busiest minutes of the year. */
export function peakRate(demand: Demand): number {
  const busiestDay = Math.max(...bookingsByDay(demand));
  return ((busiestDay * demand.busiestHourShare) / 3_600) * demand.rush;
}
