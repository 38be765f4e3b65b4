import parsePhoneNumber from 'libphonenumber-js';

/** A phone number as people in Korea write it, or with a country code, in E.164; undefined if it cannot be one. */
export function toE164(text: string): string | undefined {
  const parsed = parsePhoneNumber(text, 'KR');
  return parsed?.isValid() ? parsed.number : undefined;
}
