import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type LoggedSms, openLogProvider } from './logProvider';
import { type SmsMessage, type SmsProvider, SmsRefused, SmsUnavailable } from './provider';

const silent = pino({ level: 'silent' });
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sms-log-'));
  file = join(folder, 'sent', 'sms.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

describe('send', () => {
  test('When a message is sent, then the file holds it whole, with the id that the sender gets', async () => {
    const message = aMessage({ text: '예약이 확정되었습니다.\n감사합니다.' });

    const { providerId } = await aProvider().send(message);

    expect(await loggedLines()).toEqual([{ ...message, providerId, at: expect.stringMatching(/Z$/) }]);
    expect(providerId).toMatch(/^log-[0-9a-f]{24}$/);
  });

  test('When a message is sent twice, then both answers are the same and the phone sees it once', async () => {
    const provider = aProvider();

    const first = await provider.send(aMessage());
    const second = await provider.send(aMessage());

    expect(second).toEqual(first);
    expect(await loggedLines()).toHaveLength(1);
  });

  test('When a message is sent many times at once, then the phone sees it once', async () => {
    const provider = aProvider();

    const answers = await Promise.all(Array.from({ length: 20 }, () => provider.send(aMessage())));

    expect(new Set(answers.map(({ providerId }) => providerId)).size).toBe(1);
    expect(await loggedLines()).toHaveLength(1);
  });

  test('When a message is repeated after a restart, then the phone does not see it again', async () => {
    const first = await aProvider().send(aMessage());

    const second = await aProvider().send(aMessage());

    expect(second).toEqual(first);
    expect(await loggedLines()).toHaveLength(1);
  });

  test('When many different messages are sent at once, then each has a line and an id of its own', async () => {
    const provider = aProvider();
    const messageIds = Array.from({ length: 50 }, (_, index) => `message-${index}`);

    await Promise.all(messageIds.map((messageId) => provider.send(aMessage({ messageId }))));

    const lines = await loggedLines();
    expect(lines.map((line) => line.messageId).sort()).toEqual(messageIds.sort());
    expect(new Set(lines.map((line) => line.providerId)).size).toBe(50);
  });

  test('When a crash left half a line, then the message it held is sent again and nothing else is lost', async () => {
    await aProvider().send(aMessage({ messageId: 'before' }));
    await appendFile(file, '{"providerId":"log-1","messageId":"torn","to":"+82');

    const provider = aProvider();
    await provider.send(aMessage({ messageId: 'torn' }));
    await provider.send(aMessage({ messageId: 'before' }));

    const whole = (await rawLines()).filter((line) => line.endsWith('}'));
    expect(whole.map((line) => JSON.parse(line).messageId)).toEqual(['before', 'torn']);
  });

  test('When the file holds more than 100,000 messages, then only the last 100,000 are remembered', async () => {
    const ids = Array.from({ length: 100_001 }, (_, index) => `m-${index}`);
    await mkdir(join(folder, 'sent'));
    await writeFile(file, ids.map((messageId) => `${JSON.stringify({ messageId })}\n`).join(''));
    const provider = aProvider();

    await provider.send(aMessage({ messageId: 'm-1' }));
    expect(await rawLines()).toHaveLength(100_001);

    await provider.send(aMessage({ messageId: 'm-0' }));
    expect(await rawLines()).toHaveLength(100_002);
  });

  test('When the file cannot be written, then the failure is temporary, and the message goes once it can', async () => {
    const provider = aProvider();
    await provider.send(aMessage({ messageId: 'first' }));
    await rm(file);
    await mkdir(file);

    const refused = await provider.send(aMessage({ messageId: 'second' })).catch((error) => error);
    await rm(file, { recursive: true });
    await provider.send(aMessage({ messageId: 'second' }));

    expect(refused).toBeInstanceOf(SmsUnavailable);
    expect((await loggedLines()).map((line) => line.messageId)).toEqual(['second']);
  });

  test('When a message is sent, then only the owner of the process may read the file', async () => {
    await aProvider().send(aMessage());

    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('When a message is sent, then the log names it, and neither its text nor its number', async () => {
    const logged: string[] = [];
    const message = aMessage({ to: '+821098765432', text: '검진일은 내일입니다' });

    const { providerId } = await aProvider({ logged }).send(message);

    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      messageId: message.messageId,
      providerId,
      to: '***********32',
    });
    expect(logged[0]).not.toContain('98765');
    expect(logged[0]).not.toContain('검진일');
  });
});

describe('check', () => {
  test('When the file can be written, then the check passes and nothing is sent', async () => {
    await aProvider().check();

    expect(await rawLines()).toEqual([]);
  });

  test('When the path is a folder, then the settings are refused', async () => {
    await mkdir(file, { recursive: true });

    await expect(aProvider().check()).rejects.toMatchObject({
      constructor: SmsRefused,
      reason: 'settings_unusable',
      message: expect.stringContaining(file),
    });
  });
});

describe('openLogProvider', () => {
  test('When the Component names no file, then the binding’s own SMS_LOG_FILE counts', () => {
    const { settings } = openLogProvider({ logFile: '' }, { log: silent, logFile: file });

    expect(settings).toEqual({ logFile: file });
  });

  test('When no file is named at all, then the sentence tells what to set', () => {
    expect(() => openLogProvider({}, { log: silent })).toThrow(/logFile.*SMS_LOG_FILE/);
  });
});

function aProvider({ logged }: { logged?: string[] } = {}): SmsProvider {
  const log = logged ? pino({}, { write: (line) => logged.push(line) }) : silent;
  return openLogProvider({ logFile: file }, { log }).provider;
}

function aMessage(telling: Partial<SmsMessage> = {}): SmsMessage {
  return { to: '+821012345678', text: 'Your checkup is booked.', messageId: 'order-1:3', ...telling };
}

async function rawLines(): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}

async function loggedLines(): Promise<LoggedSms[]> {
  return (await rawLines()).map((line): LoggedSms => JSON.parse(line));
}
