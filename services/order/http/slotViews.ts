import type { Language } from '../../shared/contracts/refusals';
import { daysAfter } from '../domain/calendar';
import type { DayOffer } from '../domain/offer';

export interface SlotQuery {
  from: string;
  to: string;
  centerId: string;
  orderType?: string | undefined;
}

/** Days with what is free of them, as HAL. A day has a `book` link where something of it can be booked. */
export function slotsView(
  offers: readonly DayOffer[],
  query: SlotQuery,
  { today, language, baseUrl }: { today: string; language: Language; baseUrl: string },
) {
  const path = `${baseUrl}/slots`;
  const { from, to, centerId, orderType } = query;
  const days = Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1;
  const at = (first: string) => {
    const span = { from: first, to: daysAfter(first, days - 1), centerId };
    return { href: `${path}?${new URLSearchParams({ ...span, ...(orderType ? { orderType } : {}) })}` };
  };
  return {
    centerId,
    ...(orderType ? { orderType } : {}),
    from,
    to,
    _embedded: { slots: offers.map((offer) => dayView(offer, language, baseUrl)) },
    _links: {
      self: { href: `${path}{?from,to,orderType,centerId}`, templated: true },
      ...(from > today ? { prev: at([daysAfter(from, -days), today].sort().at(-1) ?? today) } : {}),
      next: at(daysAfter(to, 1)),
      packages: { href: `${baseUrl}/packages` },
    },
  };
}

function dayView({ date, free, times, closure }: DayOffer, language: Language, baseUrl: string) {
  return {
    date,
    free,
    times,
    ...(closure ? { closed: { reason: closure.reason, text: closureText(closure, language) } } : {}),
    ...(free > 0 ? { _links: { book: { href: `${baseUrl}/orders` } } } : {}),
  };
}

function closureText(closure: NonNullable<DayOffer['closure']>, language: Language): string {
  const inLanguage = (ko: string, en: string) => (language === 'ko' ? ko : en);
  switch (closure.reason) {
    case 'full':
      return inLanguage('빈자리가 없습니다.', 'No seat is free on this day.');
    case 'holiday': {
      const { ko, en = ko } = closure.name;
      return inLanguage(`공휴일입니다: ${ko}`, `Public holiday: ${en}`);
    }
    case 'closed':
      switch (closure.why) {
        case 'weekday':
          return inLanguage('쉬는 요일입니다.', 'The centre is closed on this day of the week.');
        case 'blackout':
          return closure.note
            ? inLanguage(`휴진일입니다: ${closure.note}`, `The centre is closed: ${closure.note}`)
            : inLanguage('휴진일입니다.', 'The centre is closed on this day.');
        case 'over':
          return inLanguage(
            '지난 날짜이거나 오늘 시간이 모두 지났습니다.',
            'This day, or the last time of it, is over.',
          );
        case 'too early':
          return inLanguage('예약이 마감된 날짜입니다.', 'It is too late to book for this day.');
        case 'too late':
          return inLanguage('아직 예약을 받지 않는 날짜입니다.', 'Booking for this day has not begun yet.');
      }
  }
}

const dayMs = 24 * 60 * 60 * 1_000;
