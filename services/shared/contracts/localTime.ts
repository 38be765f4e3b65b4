/** The zone of a centre that names none. */
export const standardZone = 'Asia/Seoul';

/** The date and time at an instant in an IANA zone, as YYYY-MM-DD HH:MM, which is how Swedish writes it. */
export function localTime(zone: string, instant: Date): string {
  return formatOf(zone).format(instant);
}

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
