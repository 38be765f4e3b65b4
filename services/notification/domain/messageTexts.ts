import type { Seat } from '../../shared/contracts/booking';
import type { Language } from '../../shared/contracts/refusals';
import type { BookingStatus } from '../../shared/contracts/status';
import { centerTime } from './centerTime';
import type { ShownPage } from './myPage';
import { cutToBytes } from './smsLength';

/** Leaves room for the longest text around it, so that each fits LMS whatever the reason. */
const reasonBytesMax = 1_500;

/** What the customer is told about the last change of a page, in the language of the booking. */
export function messageText({ booking, status, timeline }: ShownPage): string {
  const { language, seat, zone, dueKrw, paymentDueAt } = booking;
  const { by, reason, refundKrw, moved } = timeline.at(-1) ?? {};
  const text = (moved ? moveText : texts[status])[language];
  return text({
    when: whenOf(seat),
    due: won(dueKrw),
    isUnpaid: status === 'Payment Requested',
    isByCenter: by === 'center',
    ...(paymentDueAt ? { until: centerTime(paymentDueAt, zone) } : {}),
    ...(reason ? { reason: oneLine(reason) } : {}),
    ...(refundKrw === undefined ? {} : { refund: won(refundKrw) }),
  });
}

interface Facts {
  when: string;
  due: string;
  isUnpaid: boolean;
  isByCenter: boolean;
  /** On the centre's clock. */
  until?: string;
  reason?: string;
  /** Absent where nothing was paid. */
  refund?: string;
}

type Text = Record<Language, (facts: Facts) => string>;

const texts: Record<BookingStatus, Text> = {
  'Payment Requested': {
    ko: (facts) => `[건강검진] ${facts.when} 예약을 위해${payKo(facts)}`,
    en: (facts) => `[Checkup] ${facts.when} is held for you.${payEn(facts)}`,
  },
  'Pay Approved': {
    ko: ({ when }) => `[건강검진] ${when} 결제가 완료되었습니다.`,
    en: ({ when }) => `[Checkup] Your payment for ${when} was received.`,
  },
  'Reservation Complete': {
    ko: ({ when }) => `[건강검진] ${when} 예약이 센터에 접수되었습니다.`,
    en: ({ when }) => `[Checkup] The centre has your request for ${when}.`,
  },
  confirmed: {
    ko: ({ when }) => `[건강검진] ${when} 예약이 확정되었습니다.`,
    en: ({ when }) => `[Checkup] Your booking for ${when} is confirmed.`,
  },
  'checked in': {
    ko: () => '[건강검진] 접수가 확인되었습니다.',
    en: () => '[Checkup] You are checked in.',
  },
  completed: {
    ko: () => '[건강검진] 검진이 끝났습니다. 감사합니다.',
    en: () => '[Checkup] Your checkup is complete. Thank you.',
  },
  'no show': {
    ko: ({ when }) => `[건강검진] ${when} 검진에 오시지 않았습니다.`,
    en: ({ when }) => `[Checkup] You missed your checkup of ${when}.`,
  },
  canceled: {
    ko: (facts) =>
      facts.isByCenter
        ? `[건강검진] 센터가 ${facts.when} 예약을 취소했습니다${inBrackets(facts)}.${refundKo(facts)}`
        : `[건강검진] ${facts.when} 예약이 취소되었습니다.${refundKo(facts)}`,
    en: (facts) =>
      facts.isByCenter
        ? `[Checkup] The centre cancelled your ${facts.when} booking${inBrackets(facts, ' ')}.${refundEn(facts)}`
        : `[Checkup] Your booking for ${facts.when} was cancelled.${refundEn(facts)}`,
  },
  rejected: {
    ko: (facts) =>
      `[건강검진] 센터가 ${facts.when} 예약을 받지 못했습니다${inBrackets(facts)}.${refundKo(facts)}`,
    en: (facts) =>
      `[Checkup] The centre declined your ${facts.when} booking${inBrackets(facts, ' ')}.${refundEn(facts)}`,
  },
  expired: {
    ko: ({ when }) => `[건강검진] 결제 기한이 지나 ${when} 자리가 취소되었습니다.`,
    en: ({ when }) => `[Checkup] The time to pay ran out; ${when} is no longer held.`,
  },
};

/** Another seat, or another package: either is said by what is booked now. */
const moveText: Text = {
  ko: (facts) =>
    `[건강검진] 예약 변경: ${facts.when}.${facts.isUnpaid ? payKo(facts) : facts.refund ? refundKo(facts) : ''}`,
  en: (facts) =>
    `[Checkup] Booking changed: ${facts.when}.${facts.isUnpaid ? payEn(facts) : facts.refund ? refundEn(facts) : ''}`,
};

function payKo({ due, until }: Facts): string {
  return ` ${until ? `${until}까지 ` : ''}${due}원을 결제해 주세요.`;
}

function payEn({ due, until }: Facts): string {
  return ` Pay KRW ${due}${until ? ` by ${until} (Seoul)` : ''}.`;
}

function refundKo({ refund }: Facts): string {
  if (refund === undefined) return '';
  return refund === '0' ? ' 환불되는 금액은 없습니다.' : ` ${refund}원이 환불됩니다.`;
}

function refundEn({ refund }: Facts): string {
  if (refund === undefined) return '';
  return refund === '0' ? ' Nothing is refunded.' : ` KRW ${refund} is refunded.`;
}

function inBrackets({ reason }: Facts, before = ''): string {
  return reason ? `${before}(${reason})` : '';
}

function oneLine(reason: string): string {
  return cutToBytes(reason.replace(/\s+/g, ' ').trim(), reasonBytesMax);
}

function whenOf({ date, time }: Seat): string {
  return `${date} ${time}`;
}

function won(amountKrw: number): string {
  return amountKrw.toLocaleString('en-US');
}
