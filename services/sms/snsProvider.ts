import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Logger } from 'pino';
import { z } from 'zod';
import { maskedPhone } from './maskedPhone';
import {
  type ProviderOpener,
  type SmsMessage,
  type SmsProvider,
  SmsRefused,
  SmsUnavailable,
} from './provider';
import { RecentSends } from './recentSends';

/** Below the five seconds that a sender waits for its sidecar, so that it hears of a failure from here. */
const callMillisMax = 4_000;

const snsSettings = z.object({
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'region must be an AWS region such as ap-northeast-1.')
    .optional(),
  senderId: z
    .string()
    .regex(
      /^(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}$/,
      'senderId must be 1 to 11 letters, digits and hyphens, with a letter among them.',
    )
    .optional(),
  smsType: z
    .enum(['Transactional', 'Promotional'], 'smsType must be Transactional or Promotional.')
    .default('Transactional'),
  endpoint: z.url({ protocol: /^https?$/, error: 'endpoint must be an http or https URL.' }).optional(),
});
type SnsSettings = z.infer<typeof snsSettings>;

/**
 * Provider `sns` publishes to the phone number itself, without a topic. Optional properties: `region` (else AWS_REGION
 * or the profile's), `senderId`, `smsType` (else Transactional), `endpoint` (for what stands in for Amazon SNS).
 * Credentials are found by AWS's default chain in the binding's own process; they may `sns:Publish`.
 */
export const openSnsProvider: ProviderOpener = (properties, { log }) => {
  const settings = Object.fromEntries(
    Object.entries(properties).filter(
      ([name, value]) => Object.hasOwn(snsSettings.shape, name) && value !== '',
    ),
  );
  const { error, data } = snsSettings.safeParse(settings);
  if (error) {
    throw new SmsRefused(
      'settings_unusable',
      error.issues.map(({ message }) => `The metadata property ${message}`).join(' '),
    );
  }
  return { provider: new SnsProvider(data, log), settings };
};

/**
 * A message is sent at least once. SNS knows no repeat of a direct SMS, so one that is repeated reaches the phone
 * again if the first answer was lost on the way here (time limit, broken connection, this process killed); where it
 * arrived, the repeat is answered from memory, for the last 100,000 messages of this process.
 */
class SnsProvider implements SmsProvider {
  readonly name = 'sns';
  private readonly client: SNSClient;
  private readonly recent = new RecentSends();

  constructor(
    private readonly settings: SnsSettings,
    private readonly log: Logger,
  ) {
    const { region, endpoint } = settings;
    this.client = new SNSClient({
      ...(region ? { region } : {}),
      ...(endpoint ? { endpoint } : {}),
      // Its own tries would repeat a message whose fate is unknown, out of the sender's sight.
      maxAttempts: 1,
    });
  }

  async send(message: SmsMessage): Promise<{ providerId: string }> {
    return { providerId: await this.recent.once(message.messageId, () => this.publish(message)) };
  }

  async check(): Promise<void> {
    const { region, credentials } = this.client.config;
    await region().catch(() => {
      throw new SmsRefused(
        'settings_unusable',
        'Provider sns needs a region: set the metadata property region, or AWS_REGION for the binding itself.',
      );
    });
    await withinLimit(() => credentials()).catch((error: unknown) => {
      throw new SmsUnavailable(`Provider sns finds no AWS credentials (${codeOf(error)}).`);
    });
  }

  private async publish({ to, text, messageId }: SmsMessage): Promise<string> {
    const { senderId, smsType } = this.settings;
    const command = new PublishCommand({
      PhoneNumber: to,
      Message: text,
      MessageAttributes: {
        'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: smsType },
        ...(senderId ? { 'AWS.SNS.SMS.SenderID': { DataType: 'String', StringValue: senderId } } : {}),
      },
    });
    try {
      const { MessageId } = await withinLimit((abortSignal) => this.client.send(command, { abortSignal }));
      if (!MessageId) throw new SmsUnavailable('SNS answered without a message id.');
      this.log.info(
        { provider: this.name, messageId, providerId: MessageId, to: maskedPhone(to) },
        'SMS sent',
      );
      return MessageId;
    } catch (error) {
      throw failureOf(error);
    }
  }
}

const invalidParameterNames = [
  'InvalidParameterException',
  'InvalidParameterValueException',
  'UserErrorException',
  'ValidationException',
];

/**
 * Only what is wrong with this very message is refused for good: wrong credentials, a sender id that was not
 * registered or a used-up budget are mended by an operator, and the message goes out then. What SNS says in its own
 * words quotes the number, so its error is neither passed on nor kept as the cause.
 */
function failureOf(error: unknown): SmsRefused | SmsUnavailable {
  if (error instanceof SmsUnavailable) return error;
  const code = codeOf(error);
  if (code === 'OptedOutException') {
    return new SmsRefused('number_unreachable', `The phone's owner wants no messages from us (${code}).`);
  }
  const words = error instanceof Error ? error.message : '';
  if (!invalidParameterNames.includes(code)) return new SmsUnavailable(`SNS can't send it now (${code}).`);
  if (/phone ?number/i.test(words)) {
    return new SmsRefused('number_unreachable', `SNS can't send to this number (${code}).`);
  }
  if (/attribute|sender|AWS\.SNS/i.test(words)) {
    return new SmsUnavailable(`SNS doesn't take the settings senderId and smsType (${code}).`);
  }
  return new SmsRefused('text_unacceptable', `SNS doesn't take this text (${code}).`);
}

const word = z
  .string()
  .regex(/^[\w.]{1,60}$/)
  .optional()
  .catch(undefined);
const namedError = z.object({ code: word, name: word });

/** What kind of error it is, in the words of SNS or of the system, never more than a name. */
function codeOf(error: unknown): string {
  const { data } = namedError.safeParse(error);
  return data?.code ?? data?.name ?? 'unknown error';
}

/** The limit holds for all of the call, the search for credentials too, which can't be aborted. */
function withinLimit<T>(call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(callMillisMax);
  const over = new Promise<never>((_resolve, reject) => {
    limit.addEventListener('abort', () => reject(limit.reason));
  });
  return Promise.race([call(limit), over]);
}
