import pino from 'pino';
import { openProvider } from './providers';

const log = pino({ level: 'silent' });

test.each(['carrier-pigeon', '', 'toString'])(
  'When the provider is %p, then the sentence names those there are',
  (provider) => {
    expect(() => openProvider({ provider }, { log })).toThrow(
      /metadata property provider must be one of log, sns\./,
    );
  },
);

test('When a provider is opened with its own settings, then it is the same one', () => {
  const { settings } = openProvider({ provider: 'log', logFile: 'sms.jsonl', direction: 'output' }, { log });

  expect(settings).toEqual({ provider: 'log', logFile: 'sms.jsonl' });
  expect(openProvider(settings, { log }).settings).toEqual(settings);
});
