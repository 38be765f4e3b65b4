import { spawnSync } from 'node:child_process';
import { holidayName, holidaysBetween, holidaysKnownThrough } from './holidays';

describe("When a day is one of Korea's public holidays", () => {
  test.each([
    ['2026-01-01', '1월 1일', "New Year's Day"],
    ['2026-09-25', '추석', 'Chuseok'],
    ['2027-02-06', '설날 전날', 'Day before Seollal'],
  ])('then %s is called %s', (date, ko, en) => {
    expect(holidayName(date)).toEqual({ ko, en });
  });

  test('because another fell on a Sunday, then the substitute is one too', () => {
    expect(holidayName('2026-03-01')?.ko).toBe('3ㆍ1절');
    expect(holidayName('2026-03-02')).toEqual({
      ko: '대체공휴일(3ㆍ1절)',
      en: 'Substitute holiday for March First Independence Movement Day',
    });
  });

  test('for two reasons, then it has both names', () => {
    expect(holidayName('2025-05-05')).toEqual({
      ko: '어린이날, 부처님 오신 날',
      en: "Children's Day, Buddha's Birthday",
    });
  });

  test('whose name nobody here has put into English, then it has the Korean one alone', () => {
    expect(holidayName('2024-04-10')).toEqual({ ko: '제22대국회의원선거' });
  });
});

test.each(['2026-03-03', '2026-07-24', '2026-02-30', ''])('When %p is none, then it has no name', (date) => {
  expect(holidayName(date)).toBeUndefined();
});

test('When a day comes after what the gazette has announced, then it is no holiday', () => {
  expect(holidaysKnownThrough >= '2027-12-31').toBe(true);
  const [after] = [Number(holidaysKnownThrough.slice(0, 4)) + 1];
  expect(holidayName(`${after}-01-01`)).toBeUndefined();
});

test('When holidays of a span are asked for, then both ends count and they come in order, across a year', () => {
  expect(holidaysBetween('2026-12-25', '2027-02-07').map(({ date }) => date)).toEqual([
    '2026-12-25',
    '2027-01-01',
    '2027-02-06',
    '2027-02-07',
  ]);
});

test('When a holiday may still be booked, then English speakers can read its name', () => {
  const unnamed = holidaysBetween('2026-01-01', holidaysKnownThrough).filter(({ en }) => !en);
  expect(unnamed).toEqual([]);
});

test('When the built service loads it, by the require of Node, then it knows the same days', () => {
  // Jest has transformed the package; this is how it reaches a service.
  const load = `const { createRequire } = require('node:module');
    const years = createRequire(${JSON.stringify(__filename)})('@hyunbinseo/holidays-kr/all');
    console.log(years.y2026['2026-03-02'][0]);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', load], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '대체공휴일(3ㆍ1절)\n', stderr: '' });
});
