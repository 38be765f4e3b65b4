import { bookingStatus } from '../../shared/contracts/status';
import { newMessages } from './messages';
import { type Booking, emptyPage } from './myPage';
import { eucKrBytes, smsKind } from './smsLength';

const inEucKr = eucKrRepertoire();

describe('eucKrBytes', () => {
  test.each([
    ['', 0],
    ['Checkup 09:00\n', 14],
    ['건강검진', 8],
    ['예약: 1건', 9],
    ['㈜健診 → ￦', 12],
    // Hangul of Windows code page 949, which went beyond EUC-KR in two bytes as well.
    ['뷁', 2],
    ['é', 2],
    ['🙏', 2],
  ])('When the text is %p, then it has %i bytes', (text, bytes) => {
    expect(eucKrBytes(text)).toBe(bytes);
  });

  test('When EUC-KR has a character, then it counts as many bytes as it has there', () => {
    for (const character of inEucKr) expect([character, eucKrBytes(character)]).toEqual([character, 2]);
  });
});

describe('smsKind', () => {
  test.each([
    [90, 'SMS'],
    [91, 'LMS'],
    [2_000, 'LMS'],
    [2_001, 'text_too_long'],
  ])('When a text has %i bytes, then it is %s', (bytes, kind) => {
    expect(smsKind('가'.repeat(bytes / 2) + 'a'.repeat(bytes % 2))).toBe(kind);
  });
});

describe.each(bookingStatus.options)('When a booking becomes "%s"', (status) => {
  /** LMS costs more: a text that outgrows SMS is to be listed here knowingly. */
  const longTexts = ['rejected en'];
  const longest = { seat: { centerId: 'seoul', date: '2026-12-31', time: '23:59' }, dueKrw: 99_999_999 };

  test.each(['ko', 'en'] as const)('then the longest text in %s is of the kind we know of', (language) => {
    const { kind, delivery } = rowOf({ ...longest, language });

    expect(kind).toBe(longTexts.includes(`${status} ${language}`) ? 'LMS' : 'SMS');
    expect(delivery.state).toBe('pending');
  });

  test('then no character of the Korean text becomes a question mark on the way', () => {
    const wide = Array.from(rowOf({ ...longest, language: 'ko' }).text).filter(
      (character) => character > '\x7f',
    );

    expect(wide.filter((character) => !inEucKr.has(character))).toEqual([]);
  });

  function rowOf(telling: Pick<Booking, 'language' | 'seat' | 'dueKrw'>) {
    const booking: Booking = {
      phone: '+821012345678',
      orderType: 'basic',
      priceKrw: 250_000,
      placedAt: '2026-11-01T00:00:00.000Z',
      ...telling,
    };
    const before = emptyPage('order');
    const [row] = newMessages(before, { ...before, booking, timeline: [{ status, at: booking.placedAt }] });
    if (!row) throw new Error('There is no message.');
    return row;
  }
});

/** All double-byte characters of EUC-KR proper (KS X 1001): both bytes from A1 to FE. */
function eucKrRepertoire(): Set<string> {
  const decoder = new TextDecoder('euc-kr');
  const bytes = Array.from({ length: 0xfe - 0xa1 + 1 }, (_, index) => 0xa1 + index);
  const decoded = bytes.flatMap((lead) => bytes.map((trail) => decoder.decode(Uint8Array.of(lead, trail))));
  return new Set(decoded.filter((text) => !text.includes('\ufffd')));
}
