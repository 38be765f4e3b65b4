import { z } from 'zod';
import { toE164 } from '../shared/contracts/phone';
import type { SmsMessage } from './provider';

/** The caller sent something that isn't a message. The sentence names the fields at fault, not their values. */
export class InvalidSms extends Error {
  override readonly name = 'InvalidSms';
}

const smsMessage = z.object({
  to: z
    .string('metadata.toNumber must be given.')
    .refine(
      (to) => toE164(to) === to,
      'metadata.toNumber must be a phone number that can exist, in E.164 form: +, country code, number.',
    ),
  text: z.string().min(1, 'data must not be empty.'),
  messageId: z
    .string('metadata.messageId must be given.')
    .regex(/^[\x21-\x7e]{1,200}$/, 'metadata.messageId must be 1 to 200 visible ASCII characters.'),
});

/**
 * Reads a `create` call: the data is the text, the metadata has `toNumber` and `messageId`. Dapr's own SMS bindings
 * take the same call, so that one stands in for another by YAML alone.
 *
 * @throws {InvalidSms}
 */
export function smsMessageFrom(data: Buffer, metadata: Readonly<Record<string, string>>): SmsMessage {
  const { toNumber: to, messageId } = metadata;
  const { error, data: message } = smsMessage.safeParse({ to, text: textFrom(data), messageId });
  if (error) throw new InvalidSms(error.issues.map((issue) => issue.message).join(' '));
  return message;
}

/** The sidecar's HTTP API turns a text into a JSON string, its gRPC API hands it over as it is. */
function textFrom(data: Buffer): string {
  const text = data.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return '';
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}
