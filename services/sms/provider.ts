import type { Logger } from 'pino';

/** One text message for one phone. */
export interface SmsMessage {
  /** The receiver's number in E.164 form. */
  to: string;
  text: string;
  /** The sender's own id of this message, which it repeats when it sends the message again. */
  messageId: string;
}

/**
 * The port to whoever carries a message to a phone.
 *
 * A provider logs neither text nor a phone number in the clear, and its errors repeat neither.
 */
export interface SmsProvider {
  readonly name: string;

  /**
   * Hands a message over, and answers with the provider's id for it.
   *
   * @throws {SmsRefused} when the same message would be refused again, whatever an operator mends.
   * @throws {SmsUnavailable} when a later try may succeed; the message may have been handed over all the same.
   */
  send(message: SmsMessage): Promise<{ providerId: string }>;

  /**
   * Resolves when a message could be handed over now.
   *
   * @throws {SmsRefused} when these settings can never work.
   * @throws {SmsUnavailable} when they may work later.
   */
  check(): Promise<void>;
}

export type SmsRefusalReason = 'settings_unusable' | 'number_unreachable' | 'text_unacceptable';

/** Trying again with the same settings, number and text meets the same answer. */
export class SmsRefused extends Error {
  override readonly name = 'SmsRefused';

  constructor(
    readonly reason: SmsRefusalReason,
    sentence: string,
    options?: ErrorOptions,
  ) {
    super(sentence, options);
  }
}

/** Trying again later may succeed. */
export class SmsUnavailable extends Error {
  override readonly name = 'SmsUnavailable';
}

/** The metadata of a Dapr Component by name; what is empty there counts as absent. */
export type ComponentProperties = Readonly<Record<string, string>>;

/** What the binding's own process lends to a provider. */
export interface ProviderSurroundings {
  log: Logger;
  /** For provider `log`, where the Component names no file. */
  logFile?: string | undefined;
}

export interface OpenedProvider {
  provider: SmsProvider;
  /**
   * The properties that open the same provider again. They are kept on disk, so they hold no secret:
   * a provider takes its credentials from its process, not from component metadata.
   */
  settings: ComponentProperties;
}

/**
 * Makes a provider from component metadata without reaching out yet.
 *
 * @throws {SmsRefused} `settings_unusable`, with a sentence that names the property at fault.
 */
export type ProviderOpener = (
  properties: ComponentProperties,
  surroundings: ProviderSurroundings,
) => OpenedProvider;
