import type { Sidecar } from '../../shared/platform/sidecar';
import type { SmsKind } from '../domain/smsLength';

/** Hands one message over and resolves to the provider's id for it, where the provider tells one. */
export type SmsSender = (message: {
  /** E.164. */
  to: string;
  text: string;
  kind: SmsKind;
  messageId: string;
}) => Promise<string | undefined>;

/**
 * Sends through the output binding `sms` in the one form that Dapr's own SMS bindings understand as well as the one in
 * `services/sms`, so that YAML alone decides between them: the data is the text, the number stands in the metadata. What a binding does
 * not know of the metadata it leaves aside; `kind` is for those whose provider must be told SMS or LMS.
 */
export function smsSender(sidecar: Pick<Sidecar, 'send'>): SmsSender {
  return async ({ to, text, kind, messageId }) => {
    const { providerId } = await sidecar.send('sms', text, { toNumber: to, messageId, kind });
    return typeof providerId === 'string' ? providerId : undefined;
  };
}

/**
 * Whether a failure tells that the message can never be sent, rather than that it's to be tried again. Only the gRPC
 * status of our own binding says so, or the HTTP status that Twilio's passes on.
 */
export function isFinal(failure: string): boolean {
  return /code = (InvalidArgument|FailedPrecondition)|error from Twilio \(400\)/.test(failure);
}
