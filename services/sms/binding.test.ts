import pino from 'pino';
import { createSmsBinding, type SmsBinding } from './binding';
import { InvalidSms } from './message';
import {
  type ComponentProperties,
  type SmsMessage,
  type SmsProvider,
  SmsRefused,
  SmsUnavailable,
} from './provider';
import type { RememberedSettings } from './rememberedSettings';

const message = [Buffer.from('Booked.'), { toNumber: '+821012345678', messageId: 'order-1:3' }] as const;

test('When initialized, then messages go to the provider that the Component names', async () => {
  const phones = somePhones();
  const binding = aBinding({ phones });

  await binding.init({ provider: 'one' });
  await binding.init({ provider: 'two' });
  const answer = await binding.invoke('create', ...message);

  expect(answer).toEqual({ providerId: 'two-1' });
  expect(phones.sent.map(({ provider, message }) => [provider, message.messageId])).toEqual([
    ['two', 'order-1:3'],
  ]);
});

test('When two sidecars initialize with equal settings, then they share one provider', async () => {
  const binding = aBinding();

  await binding.init({ provider: 'one' });
  await binding.invoke('create', ...message);
  await binding.init({ provider: 'one' });

  expect(await binding.invoke('create', ...message)).toEqual({ providerId: 'one-2' });
});

test('When a restarted process is called without Init, then it goes on with the last settings', async () => {
  const remembered = aMemory();
  await aBinding({ remembered }).init({ provider: 'one' });

  expect(await aBinding({ remembered }).invoke('create', ...message)).toEqual({ providerId: 'one-1' });
});

test('When nobody ever sent Init, then the caller may come back later', async () => {
  await expect(aBinding().invoke('create', ...message)).rejects.toThrow(SmsUnavailable);
});

test('When an Init fails, then the earlier one stays in force, after a restart too', async () => {
  const remembered = aMemory();
  const binding = aBinding({ remembered, failures: { broken: new SmsRefused('settings_unusable', 'No.') } });
  await binding.init({ provider: 'one' });

  await expect(binding.init({ provider: 'broken' })).rejects.toThrow(SmsRefused);

  expect(await binding.invoke('create', ...message)).toEqual({ providerId: 'one-1' });
  expect(await remembered.load()).toEqual({ provider: 'one' });
});

test('When a provider is merely down at Init, then the sidecar may start all the same', async () => {
  const binding = aBinding({ failures: { down: new SmsUnavailable('Down.') } });

  await binding.init({ provider: 'down' });

  expect(await binding.invoke('create', ...message)).toEqual({ providerId: 'down-1' });
});

test('When the operation is another, then the sentence names those there are', async () => {
  const binding = aBinding();
  await binding.init({ provider: 'one' });

  await expect(binding.invoke('delete', ...message)).rejects.toThrow(/it knows create/);
});

test('When the call has no number, then the provider does not see it', async () => {
  const phones = somePhones();
  const binding = aBinding({ phones });
  await binding.init({ provider: 'one' });

  await expect(binding.invoke('create', Buffer.from('Booked.'), {})).rejects.toThrow(InvalidSms);
  expect(phones.sent).toEqual([]);
});

interface Phones {
  sent: { provider: string; message: SmsMessage }[];
}

function somePhones(): Phones {
  return { sent: [] };
}

function aMemory(): RememberedSettings {
  let kept: ComponentProperties | undefined;
  return {
    load: async () => kept,
    save: async (settings) => {
      kept = settings;
    },
  };
}

function aBinding({
  phones = somePhones(),
  remembered = aMemory(),
  failures = {},
}: {
  phones?: Phones;
  remembered?: RememberedSettings;
  failures?: Record<string, Error>;
} = {}): SmsBinding {
  return createSmsBinding({
    open: ({ provider = '' }) => ({
      provider: aProvider(provider, phones, failures[provider]),
      settings: { provider },
    }),
    remembered,
    log: pino({ level: 'silent' }),
  });
}

/** Numbers its messages, so that an answer tells how many this very provider has sent. */
function aProvider(name: string, phones: Phones, failure?: Error): SmsProvider {
  let count = 0;
  return {
    name,
    async send(message) {
      phones.sent.push({ provider: name, message });
      count += 1;
      return { providerId: `${name}-${count}` };
    },
    async check() {
      if (failure) throw failure;
    },
  };
}
