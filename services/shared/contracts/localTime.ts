/** The zone of a centre that names none. */
export const standardZone = 'Asia/Seoul';

/** The date and time at an instant in an IANA zone, as YYYY-MM-DD HH:MM, which is how Swedish writes it. */
export function localTime(zone: string, instant: Date): string {
  // Many ask for the same minute: now. No zone's clock has shown another minute within one of UTC's since 1972.
  const minute = Math.floor(instant.getTime() / 60_000);
  const last = latest.get(zone);
  if (last && last.minute === minute && minute >= wholeMinutesFrom) return last.shown;
  const shown = formatOf(zone).format(instant);
  latest.set(zone, { minute, shown });
  return shown;
}

const latest = new Map<string, { minute: number; shown: string }>();
const wholeMinutesFrom = Date.parse('1972-02-01T00:00:00Z') / 60_000;

/** The calendar date at an instant in an IANA zone, as YYYY-MM-DD. */
export function localDate(zone: string, instant: Date): string {
  return localTime(zone, instant).slice(0, 10);
}

// To make one costs a hundred times what using it does.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  formats.set(zone, made);
  return made;
}
