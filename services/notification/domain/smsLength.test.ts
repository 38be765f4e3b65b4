import fc from 'fast-check';
import { cutToBytes, eucKrBytes, smsKind } from './smsLength';

const inEucKr = eucKrRepertoire();

describe('eucKrBytes', () => {
  test.each([
    ['', 0],
    ['Checkup 09:00\n', 14],
    ['~\x7f', 2],
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
  ])('When a text has %i bytes, then it is %s', (bytes, kind) => {
    expect(smsKind('가'.repeat(bytes / 2) + 'a'.repeat(bytes % 2))).toBe(kind);
  });
});

describe('cutToBytes', () => {
  test('When a text fits, then it is as it was', () => {
    expect(cutToBytes('가나다', 6)).toBe('가나다');
  });

  test.each([
    ['가나다라마', 9, '가나다...'],
    ['가나다라마', 8, '가나...'],
    ['abcdefghij', 9, 'abcdef...'],
    ['🙏🙏🙏🙏', 7, '🙏🙏...'],
  ])('When %p does not fit %i bytes, then it ends early, and shows it', (text, bytesMax, cut) => {
    expect(cutToBytes(text, bytesMax)).toBe(cut);
  });

  test('When any text is cut, then it fits and no character is torn', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 3, max: 50 }),
        (text, max) => {
          const cut = cutToBytes(text, max);
          expect(eucKrBytes(cut)).toBeLessThanOrEqual(max);
          if (cut !== text)
            expect(Array.from(text).slice(0, Array.from(cut).length - 3)).toEqual(
              Array.from(cut).slice(0, -3),
            );
        },
      ),
    );
  });
});

/** All double-byte characters of EUC-KR proper (KS X 1001): both bytes from A1 to FE. */
function eucKrRepertoire(): Set<string> {
  const decoder = new TextDecoder('euc-kr');
  const bytes = Array.from({ length: 0xfe - 0xa1 + 1 }, (_, index) => 0xa1 + index);
  const decoded = bytes.flatMap((lead) => bytes.map((trail) => decoder.decode(Uint8Array.of(lead, trail))));
  return new Set(decoded.filter((text) => !text.includes('\ufffd')));
}
