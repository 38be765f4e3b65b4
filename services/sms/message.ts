import { z } from 'zod';
import type { SmsMessage } from './provider';

/** The caller sent something that isn't a message. The sentence names the fields at fault, not their values. */
export class InvalidSms extends Error {
  override readonly name = 'InvalidSms';
}

const smsMessage = z.object(
  {
    to: z
      .string('to must be a string.')
      .regex(/^\+[1-9]\d{6,14}$/, 'to must be a phone number in E.164 form: +, country code, number.'),
    text: z.string('text must be a string.').min(1, 'text must not be empty.'),
    messageId: z
      .string('messageId must be a string.')
      .regex(/^[\x21-\x7e]{1,200}$/, 'messageId must be 1 to 200 visible ASCII characters.'),
  },
  'data must be a JSON object {to, text, messageId}.',
);

/**
 * Reads the data of a `create` call: JSON `{to, text, messageId}`.
 *
 * @throws {InvalidSms}
 */
export function smsMessageFrom(data: Buffer): SmsMessage {
  const { error, data: message } = smsMessage.safeParse(jsonFrom(data));
  if (error) throw new InvalidSms(error.issues.map((issue) => issue.message).join(' '));
  return message;
}

function jsonFrom(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    // The parser's own error quotes its input, which holds a phone number.
    throw new InvalidSms('data is not JSON.');
  }
}
