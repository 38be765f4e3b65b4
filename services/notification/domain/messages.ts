import type { Language } from '../../shared/contracts/refusals';
import type { BookingStatus } from '../../shared/contracts/status';
import type { Booking, MyPage } from './myPage';
import { type SmsKind, smsKind, type TextTooLong } from './smsLength';

/** One row of the SMS ledger: a change of status and what became of the message about it. */
export interface MessageRow {
  /** `<orderId>.<n>`, n counting an order's messages from 1; the provider knows a repeat by it. */
  messageId: string;
  orderId: string;
  status: BookingStatus;
  text: string;
  kind: SmsKind | TextTooLong;
  createdAt: string;
  delivery:
    | { state: 'pending'; tries: number; lastFailure?: string }
    /** Without an id where the provider tells none. */
    | { state: 'sent'; providerId?: string; sentAt: string }
    | { state: 'failed'; reason: string }
    /** The booking left no phone number. */
    | { state: 'no recipient' };
}

/** The rows for the changes of status that `after` has and `before` had not. */
export function newMessages(before: MyPage, after: MyPage): MessageRow[] {
  const { booking } = after;
  if (!booking) return [];
  return after.timeline.slice(before.timeline.length).map(({ status, at }, index) => {
    const text = messageText(booking, status);
    const kind = smsKind(text);
    return {
      messageId: `${after.orderId}.${before.timeline.length + index + 1}`,
      orderId: after.orderId,
      status,
      text,
      kind,
      createdAt: at,
      delivery: firstDelivery(booking, kind),
    };
  });
}

function firstDelivery({ phone }: Booking, kind: MessageRow['kind']): MessageRow['delivery'] {
  if (!phone) return { state: 'no recipient' };
  return kind === 'text_too_long' ? { state: 'failed', reason: kind } : { state: 'pending', tries: 0 };
}

function messageText({ language, seat, dueKrw }: Booking, status: BookingStatus): string {
  return texts[status][language]({ when: `${seat.date} ${seat.time}`, due: dueKrw.toLocaleString('en-US') });
}

type Text = (facts: { when: string; due: string }) => string;

const texts: Record<BookingStatus, Record<Language, Text>> = {
  'Payment Requested': {
    ko: ({ when, due }) => `[건강검진] ${when} 자리를 잡아 두었습니다. ${due}원을 결제해 주세요.`,
    en: ({ when, due }) => `[Checkup] ${when} is held for you. Please pay KRW ${due}.`,
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
    ko: ({ when }) => `[건강검진] ${when} 예약이 취소되었습니다.`,
    en: ({ when }) => `[Checkup] Your booking for ${when} was cancelled.`,
  },
  rejected: {
    ko: ({ when }) => `[건강검진] ${when} 예약을 센터가 받지 못했습니다. 전액 환불됩니다.`,
    en: ({ when }) =>
      `[Checkup] The centre could not take your booking for ${when}. You are refunded in full.`,
  },
  expired: {
    ko: ({ when }) => `[건강검진] 결제 기한이 지나 ${when} 자리가 취소되었습니다.`,
    en: ({ when }) => `[Checkup] The time to pay ran out; ${when} is no longer held.`,
  },
};
