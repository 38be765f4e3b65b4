import * as years from '@hyunbinseo/holidays-kr/all';

/** What a public holiday is called. English where we know it: the gazette names them in Korean only. */
export interface HolidayName {
  ko: string;
  en?: string;
}

/**
 * Korea's public holidays, substitutes included, as the gazette announces them. What is not announced yet is no
 * holiday: a day offered too much can be blacked out by its centre, a day refused would be missed by nobody until it
 * is too late. So after {@link holidaysKnownThrough} there are none, and services say in their log when a calendar
 * reaches that far.
 */
export function holidayName(date: string): HolidayName | undefined {
  return named.get(date);
}

/** In their order, both ends included. */
export function holidaysBetween(from: string, to: string): ({ date: string } & HolidayName)[] {
  return [...named]
    .filter(([date]) => from <= date && date <= to)
    .map(([date, name]) => ({ date, ...name }))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
}

const english: Readonly<Record<string, string>> = {
  '1월 1일': "New Year's Day",
  '설날 전날': 'Day before Seollal',
  설날: "Seollal (Lunar New Year's Day)",
  '설날 다음 날': 'Day after Seollal',
  '3ㆍ1절': 'March First Independence Movement Day',
  노동절: 'Labour Day',
  어린이날: "Children's Day",
  '부처님 오신 날': "Buddha's Birthday",
  전국동시지방선거: 'Local elections',
  대통령선거: 'Presidential election',
  현충일: 'Memorial Day',
  제헌절: 'Constitution Day',
  광복절: 'Liberation Day',
  '추석 전날': 'Day before Chuseok',
  추석: 'Chuseok',
  '추석 다음 날': 'Day after Chuseok',
  개천절: 'National Foundation Day',
  한글날: 'Hangeul Day',
  기독탄신일: 'Christmas Day',
  임시공휴일: 'Temporary public holiday',
};

function nameOf(korean: readonly string[]): HolidayName {
  const inEnglish = korean.map(toEnglish);
  const ko = korean.join(', ');
  return inEnglish.every((name) => name !== undefined) ? { ko, en: inEnglish.join(', ') } : { ko };
}

function toEnglish(korean: string): string | undefined {
  const substituted = /^대체공휴일\((.+)\)$/.exec(korean)?.[1];
  if (!substituted) return english[korean];
  return english[substituted] && `Substitute holiday for ${english[substituted]}`;
}

// One export a year, `y2026`; and in CommonJS output, an ES module imported whole has a `default` beside them.
const byYear = Object.entries(years as Record<string, Record<string, readonly string[]>>).filter(([name]) =>
  /^y\d{4}$/.test(name),
);

const named: ReadonlyMap<string, HolidayName> = new Map(
  byYear.flatMap(([, days]) => Object.entries(days)).map(([date, korean]) => [date, nameOf(korean)]),
);

/** The last date of which it is known whether it is a holiday. */
export const holidaysKnownThrough = `${byYear
  .map(([name]) => name.slice(1))
  .sort()
  .at(-1)}-12-31`;
