/** How Korean carriers carry a text: short as SMS, longer as LMS, at another price. */
export type SmsKind = 'SMS' | 'LMS';

export const smsBytesMax = 90;
/** No carrier takes a longer one, however it is sent. */
export const lmsBytesMax = 2_000;

export function smsKind(text: string): SmsKind {
  return eucKrBytes(text) <= smsBytesMax ? 'SMS' : 'LMS';
}

/**
 * Length in EUC-KR, by which the carriers count: ASCII is one byte, all else (Hangul, Hanja, symbols) two.
 *
 * A character that EUC-KR lacks, such as an emoji, arrives as one or two question marks. It counts as two bytes, so
 * that a text is never longer to the carrier than it is here.
 */
export function eucKrBytes(text: string): number {
  return Array.from(text).reduce((bytes, character) => bytes + bytesOf(character), 0);
}

/** The text itself where it has at most so many bytes, else its beginning and an ellipsis. */
export function cutToBytes(text: string, bytesMax: number): string {
  if (eucKrBytes(text) <= bytesMax) return text;
  let bytes = eucKrBytes(ellipsis);
  let kept = '';
  for (const character of text) {
    bytes += bytesOf(character);
    if (bytes > bytesMax) break;
    kept += character;
  }
  return `${kept}${ellipsis}`;
}

const ellipsis = '...';

function bytesOf(character: string): number {
  return character <= '\x7f' ? 1 : 2;
}
