/** How Korean carriers carry a text: short as SMS, longer as LMS, at another price. */
export type SmsKind = 'SMS' | 'LMS';

/** No carrier takes it, however it is sent. */
export type TextTooLong = 'text_too_long';

export const smsBytesMax = 90;
export const lmsBytesMax = 2_000;

export function smsKind(text: string): SmsKind | TextTooLong {
  const bytes = eucKrBytes(text);
  if (bytes <= smsBytesMax) return 'SMS';
  return bytes <= lmsBytesMax ? 'LMS' : 'text_too_long';
}

/**
 * Length in EUC-KR, by which the carriers count: ASCII is one byte, all else (Hangul, Hanja, symbols) two.
 *
 * A character that EUC-KR lacks, such as an emoji, arrives as one or two question marks. It counts as two bytes, so
 * that a text is never longer to the carrier than it is here.
 */
export function eucKrBytes(text: string): number {
  return Array.from(text).reduce((bytes, character) => bytes + (character <= '\x7f' ? 1 : 2), 0);
}
