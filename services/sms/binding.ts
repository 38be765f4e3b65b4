import type { Logger } from 'pino';
import { InvalidSms, smsMessageFrom } from './message';
import { type ComponentProperties, type OpenedProvider, type SmsProvider, SmsUnavailable } from './provider';
import type { RememberedSettings } from './rememberedSettings';

/** What the sidecar asks of the binding, free of gRPC. */
export interface SmsBinding {
  /**
   * Takes the Component's metadata; the last Init decides for all sidecars on this socket.
   *
   * @throws {SmsRefused} when these settings can never work. Those of an earlier Init stay in force.
   */
  init(properties: ComponentProperties): Promise<void>;

  /**
   * Sends the text in `data` to the phone that `metadata` names: see {@link smsMessageFrom}.
   *
   * @throws {InvalidSms} when the call itself is wrong.
   * @throws {SmsRefused | SmsUnavailable} as {@link SmsProvider.send} does.
   */
  invoke(
    operation: string,
    data: Buffer,
    metadata: Readonly<Record<string, string>>,
  ): Promise<{ providerId: string }>;
}

/** `create` is the name that Dapr's bindings customarily give to sending. */
export const operations = ['create'];

export interface SmsBindingParts {
  open: (properties: ComponentProperties) => OpenedProvider;
  remembered: RememberedSettings;
  log: Logger;
}

export function createSmsBinding({ open, remembered, log }: SmsBindingParts): SmsBinding {
  const providers = new Map<string, SmsProvider>();
  let current: SmsProvider | undefined;

  /** Equal settings meet the same provider, because what it remembers must not be split between two. */
  function openOnce(properties: ComponentProperties): OpenedProvider {
    const opened = open(properties);
    const key = JSON.stringify(opened.settings);
    const provider = providers.get(key) ?? opened.provider;
    providers.set(key, provider);
    return { ...opened, provider };
  }

  /** A sidecar sends Init once in its life, and reconnects to a restarted binding without repeating it. */
  async function initializedProvider(): Promise<SmsProvider> {
    if (current) return current;
    const settings = await remembered.load();
    if (!settings) throw new SmsUnavailable('No sidecar has initialized the SMS binding yet.');
    current ??= openOnce(settings).provider;
    return current;
  }

  return {
    async init(properties) {
      const { provider, settings } = openOnce(properties);
      await checkUnlessTemporary(provider, log);
      await remembered.save(settings);
      current = provider;
      log.info({ provider: provider.name }, 'SMS binding initialized');
    },

    async invoke(operation, data, metadata) {
      if (!operations.includes(operation)) {
        throw new InvalidSms(`The SMS binding knows no such operation; it knows ${operations.join(', ')}.`);
      }
      const message = smsMessageFrom(data, metadata);
      const provider = await initializedProvider();
      return provider.send(message);
    },
  };
}

/** A failed Init ends the sidecar, so a provider that is merely down must not fail it. */
async function checkUnlessTemporary(provider: SmsProvider, log: Logger): Promise<void> {
  try {
    await provider.check();
  } catch (error) {
    if (!(error instanceof SmsUnavailable)) throw error;
    log.warn({ provider: provider.name, reason: error.message }, 'SMS provider is unavailable for now');
  }
}
