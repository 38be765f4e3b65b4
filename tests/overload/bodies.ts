import { dayFromToday, openEveryDay } from '../support/days';

const seatsPerTime = 500;

/** A centre with room for all, and one with two seats a time. */
export const calendars = {
  seoul: openEveryDay(seatsPerTime, { openDays: 360 }),
  busan: openEveryDay(2, { openDays: 360 }),
};

export function seatsAt(slotId: string): number {
  return slotId.startsWith('busan') ? 2 : seatsPerTime;
}

/** So many people who book with a card: of a hundred, two whose card is declined and three who want a full day. */
export function bookings(count: number, from = 0): object[] {
  const seoulDays = Array.from({ length: 300 }, (_, i) => dayFromToday(1 + i, calendars.seoul.zone));
  const busanDay = dayFromToday(1, calendars.busan.zone);
  return Array.from({ length: count }, (_, i) => {
    const number = from + i;
    return {
      orderType: 'basic',
      name: 'woo',
      phone: `010-${2_000 + Math.floor(number / 9_000)}-${1_000 + (number % 9_000)}`,
      cardNo: number % 50 === 7 ? '4000000000000002' : '4242424242424242',
      ...(number % 33 === 5 ? { centerId: 'busan', date: busanDay } : { date: seoulDays[number % 300] }),
    };
  });
}
