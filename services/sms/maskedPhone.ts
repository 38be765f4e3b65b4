const digitsShown = 2;

/** A phone number as logs may show it: only its last two digits, so that an operator can still tell two apart. */
export function maskedPhone(phone: string): string {
  return '*'.repeat(Math.max(phone.length - digitsShown, 0)) + phone.slice(-digitsShown);
}
