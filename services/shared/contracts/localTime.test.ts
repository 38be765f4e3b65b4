import { localDate, localTime } from './localTime';

test.each([
  ['Asia/Seoul', '2026-07-24T14:59:59.999Z', '2026-07-24 23:59'],
  ['Asia/Seoul', '2026-07-24T15:00:00.000Z', '2026-07-25 00:00'],
  ['Asia/Seoul', '2026-12-31T15:00:00.000Z', '2027-01-01 00:00'],
  ['Asia/Seoul', '2028-02-28T15:30:00.000Z', '2028-02-29 00:30'],
  ['UTC', '2026-07-04T05:06:07.000Z', '2026-07-04 05:06'],
  // The hour that there is twice, and the one that there is not.
  ['America/New_York', '2026-11-01T05:30:00.000Z', '2026-11-01 01:30'],
  ['America/New_York', '2026-11-01T06:30:00.000Z', '2026-11-01 01:30'],
  ['America/New_York', '2026-03-08T06:59:59.000Z', '2026-03-08 01:59'],
  ['America/New_York', '2026-03-08T07:00:00.000Z', '2026-03-08 03:00'],
  // By the sun, 25 min 21 s behind: a minute there began within one of UTC's.
  ['Europe/Dublin', '1880-01-01T12:25:20.000Z', '1880-01-01 11:59'],
  ['Europe/Dublin', '1880-01-01T12:25:21.000Z', '1880-01-01 12:00'],
])('When it is in %s at %s, then the clock there shows %s', (zone, instant, shown) => {
  expect(localTime(zone, new Date(instant))).toBe(shown);
  expect(localDate(zone, new Date(instant))).toBe(shown.slice(0, 10));
});
