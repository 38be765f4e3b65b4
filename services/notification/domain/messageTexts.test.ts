import { type BookingStatus, bookingStatus } from '../../shared/contracts/status';
import { messageText } from './messageTexts';
import type { Booking, ShownPage, TimelineEntry } from './myPage';
import { eucKrBytes, lmsBytesMax, smsKind } from './smsLength';

const languages = ['ko', 'en'] as const;
const inEucKr = eucKrRepertoire();

describe.each(bookingStatus.options)('When a booking becomes "%s"', (status) => {
  test('then a Korean is told in Korean and anybody else in English', () => {
    expect(textOf({ status, language: 'ko' })).toMatch(/^\[건강검진\] .*[가-힣]/);
    expect(textOf({ status, language: 'en' })).toMatch(/^\[Checkup\] [\x20-\x7e]+$/);
  });

  test('then the text gives nobody away', () => {
    for (const language of languages) {
      expect(textOf({ status, language })).not.toMatch(/Kim|Minji|\+?82|1012345678|undefined|NaN/);
    }
  });

  test('then its text is that of no other status', () => {
    const others = bookingStatus.options.filter((other) => other !== status);
    expect(others.map((other) => textOf({ status: other }))).not.toContain(textOf({ status }));
  });

  test.each(languages)('then the longest text in %s that tells no reason is an SMS', (language) => {
    for (const by of ['customer', 'center'] as const) {
      for (const refundKrw of [undefined, 0, 99_999_999]) {
        const text = textOf({ ...longest, status, language, entry: { by, refundKrw } });
        expect([text, smsKind(text)]).toEqual([text, 'SMS']);
      }
    }
  });

  test('then no character of the Korean text becomes a question mark on the way', () => {
    const wide = Array.from(textOf({ ...longest, status })).filter((character) => character > '\x7f');
    expect(wide.filter((character) => !inEucKr.has(character))).toEqual([]);
  });
});

test.each(['Payment Requested', 'Pay Approved', 'confirmed', 'canceled', 'rejected', 'expired'] as const)(
  'When a booking becomes "%s", then the text says which booking',
  (status) => {
    for (const language of languages) expect(textOf({ status, language })).toContain('2026-07-25 08:00');
  },
);

test.each([
  ['ko', '[건강검진] 2026-07-25 08:00 예약을 위해 07-24 10:30까지 50,000원을 결제해 주세요.'],
  ['en', '[Checkup] 2026-07-25 08:00 is held for you. Pay KRW 50,000 by 07-24 10:30 (Seoul).'],
] as const)(
  'When payment is awaited, then the text in %s says how much, and until when',
  (language, text) => {
    expect(textOf({ status: 'Payment Requested', language })).toBe(text);
  },
);

test('When payment is awaited without an end to it, then the text names none', () => {
  const unpaid = { status: 'Payment Requested', paymentDueAt: undefined } as const;
  expect(textOf(unpaid)).toBe('[건강검진] 2026-07-25 08:00 예약을 위해 50,000원을 결제해 주세요.');
  expect(textOf({ ...unpaid, language: 'en' })).toBe(
    '[Checkup] 2026-07-25 08:00 is held for you. Pay KRW 50,000.',
  );
});

describe('When a booking is canceled', () => {
  test.each([
    [
      'by its customer',
      { by: 'customer', refundKrw: 25_000 },
      '[건강검진] 2026-07-25 08:00 예약이 취소되었습니다. 25,000원이 환불됩니다.',
      '[Checkup] Your booking for 2026-07-25 08:00 was cancelled. KRW 25,000 is refunded.',
    ],
    [
      'by its customer, too late for a refund',
      { by: 'customer', refundKrw: 0 },
      '[건강검진] 2026-07-25 08:00 예약이 취소되었습니다. 환불되는 금액은 없습니다.',
      '[Checkup] Your booking for 2026-07-25 08:00 was cancelled. Nothing is refunded.',
    ],
    [
      'by its customer, unpaid',
      { by: 'customer', reason: 'his own' },
      '[건강검진] 2026-07-25 08:00 예약이 취소되었습니다.',
      '[Checkup] Your booking for 2026-07-25 08:00 was cancelled.',
    ],
    [
      'by the centre',
      { by: 'center', reason: '장비 점검', refundKrw: 50_000 },
      '[건강검진] 센터가 2026-07-25 08:00 예약을 취소했습니다(장비 점검). 50,000원이 환불됩니다.',
      '[Checkup] The centre cancelled your 2026-07-25 08:00 booking (장비 점검). KRW 50,000 is refunded.',
    ],
    [
      'by the centre, for no reason, unpaid',
      { by: 'center' },
      '[건강검진] 센터가 2026-07-25 08:00 예약을 취소했습니다.',
      '[Checkup] The centre cancelled your 2026-07-25 08:00 booking.',
    ],
  ] as const)('%s, then the text says so, and what is refunded', (_how, entry, ko, en) => {
    expect(textOf({ status: 'canceled', entry })).toBe(ko);
    expect(textOf({ status: 'canceled', language: 'en', entry })).toBe(en);
  });
});

test('When a booking is rejected, then the text says why', () => {
  const entry = { reason: '휴진', refundKrw: 50_000 };
  expect(textOf({ status: 'rejected', entry })).toBe(
    '[건강검진] 센터가 2026-07-25 08:00 예약을 받지 못했습니다(휴진). 50,000원이 환불됩니다.',
  );
  expect(textOf({ status: 'rejected', language: 'en', entry: { ...entry, reason: 'Closed' } })).toBe(
    '[Checkup] The centre declined your 2026-07-25 08:00 booking (Closed). KRW 50,000 is refunded.',
  );
});

describe('When a booking is moved', () => {
  const from = { centerId: 'seoul', date: '2026-07-20', time: '09:00' };
  const moved = { from, to: { centerId: 'seoul', date: '2026-07-25', time: '08:00' } };

  test.each([
    [
      'and paid',
      'confirmed',
      { moved },
      '[건강검진] 예약 변경: 2026-07-25 08:00.',
      '[Checkup] Booking changed: 2026-07-25 08:00.',
    ],
    [
      'and costs less',
      'Pay Approved',
      { moved, refundKrw: 20_000 },
      '[건강검진] 예약 변경: 2026-07-25 08:00. 20,000원이 환불됩니다.',
      '[Checkup] Booking changed: 2026-07-25 08:00. KRW 20,000 is refunded.',
    ],
    [
      'and not paid',
      'Payment Requested',
      { moved },
      '[건강검진] 예약 변경: 2026-07-25 08:00. 07-24 10:30까지 50,000원을 결제해 주세요.',
      '[Checkup] Booking changed: 2026-07-25 08:00. Pay KRW 50,000 by 07-24 10:30 (Seoul).',
    ],
  ] as const)('%s, then the text says what is booked now, and what is due', (_how, status, entry, ko, en) => {
    expect(textOf({ status, entry })).toBe(ko);
    expect(textOf({ status, language: 'en', entry })).toBe(en);
  });

  test.each(bookingStatus.options)('and is "%s", then the longest text is an SMS', (status) => {
    for (const language of languages) {
      const text = textOf({ ...longest, status, language, entry: { moved, refundKrw: 99_999_999 } });
      expect([text, smsKind(text)]).toEqual([text, 'SMS']);
    }
  });
});

describe('When the centre gives a reason', () => {
  const reasons = ['가'.repeat(5_000), 'a'.repeat(5_000), '🙏'.repeat(3_000), 'ab가'.repeat(999)];

  test.each(reasons.map((reason) => [reason.slice(0, 6), reason]))(
    'as long as it likes (%s…), then it is cut so that the text fits LMS, and its end is still there',
    (_beginning, reason) => {
      for (const status of ['canceled', 'rejected'] as const) {
        for (const language of languages) {
          const entry = { by: 'center', reason, refundKrw: 99_999_999 } as const;
          const text = textOf({ ...longest, status, language, entry });
          expect(eucKrBytes(text)).toBeLessThanOrEqual(lmsBytesMax);
          expect(eucKrBytes(text)).toBeGreaterThan(1_400);
          expect(text).toMatch(language === 'ko' ? /\.\.\.\)\. .*환불됩니다\.$/ : /\.\.\.\)\. .*refunded\.$/);
        }
      }
    },
  );

  test('of several lines, then they are one', () => {
    expect(textOf({ status: 'rejected', entry: { reason: ' 휴진\n  \t입니다\r\n' } })).toContain(
      '(휴진 입니다)',
    );
  });

  test('of a few words, then the text may still be an SMS', () => {
    expect(
      smsKind(textOf({ status: 'canceled', entry: { by: 'center', reason: '휴진', refundKrw: 50_000 } })),
    ).toBe('SMS');
  });
});

const longest = {
  seat: { centerId: 'seoul', date: '2026-12-31', time: '23:59' },
  dueKrw: 99_999_999,
};

function textOf({
  status,
  entry = {},
  ...telling
}: {
  status: BookingStatus;
  entry?: { [Field in keyof TimelineEntry]?: TimelineEntry[Field] | undefined };
} & { [Field in keyof Booking]?: Booking[Field] | undefined }): string {
  const booking = {
    name: 'Kim Minji',
    phone: '+821012345678',
    zone: 'Asia/Seoul',
    language: 'ko',
    orderType: 'basic',
    seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
    priceKrw: 250_000,
    dueKrw: 50_000,
    placedAt: '2026-07-24T01:00:00.000Z',
    paymentDueAt: '2026-07-24T01:30:00.000Z',
    ...telling,
  } as Booking;
  const last = { status, at: booking.placedAt, ...entry } as TimelineEntry;
  return messageText({
    orderId: 'order',
    version: 1,
    status,
    booking,
    timeline: [last],
    early: [],
  } as ShownPage);
}

/** All double-byte characters of EUC-KR proper (KS X 1001): both bytes from A1 to FE. */
function eucKrRepertoire(): Set<string> {
  const decoder = new TextDecoder('euc-kr');
  const bytes = Array.from({ length: 0xfe - 0xa1 + 1 }, (_, index) => 0xa1 + index);
  const decoded = bytes.flatMap((lead) => bytes.map((trail) => decoder.decode(Uint8Array.of(lead, trail))));
  return new Set(decoded.filter((text) => !text.includes('\ufffd')));
}
