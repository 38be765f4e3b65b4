import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { type SmsMessage, type SmsProvider, SmsRefused, SmsUnavailable } from './provider';
import { openSnsProvider } from './snsProvider';

const silent = pino({ level: 'silent' });
const environment = process.env;

/** Stands where Amazon SNS would: keeps what it is asked and answers as the test says. */
let sns: Server;
let endpoint: string;
let asked: Record<string, string>[];
let answering: () => { status: number; body: string } | undefined;

beforeEach(async () => {
  process.env = {
    ...environment,
    AWS_ACCESS_KEY_ID: 'test-key',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
    AWS_REGION: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  };
  asked = [];
  answering = published('sns-1');
  sns = createServer(async (request, response) => {
    const chunks = await request.toArray();
    asked.push(Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())));
    const answer = answering();
    if (answer) response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(sns, 'listening');
  endpoint = `http://127.0.0.1:${(sns.address() as AddressInfo).port}`;
});
afterEach(async () => {
  process.env = environment;
  sns.close();
  sns.closeAllConnections();
});

describe('send', () => {
  test('When a message is sent, then SNS is asked to publish to the number itself, as transactional', async () => {
    const answer = await aProvider().send(aMessage({ text: '예약이 확정되었습니다.' }));

    expect(answer).toEqual({ providerId: 'sns-1' });
    expect(asked).toEqual([
      {
        Action: 'Publish',
        Version: '2010-03-31',
        PhoneNumber: '+821012345678',
        Message: '예약이 확정되었습니다.',
        'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
      },
    ]);
  });

  test('When sender id and type are set, then both go along', async () => {
    await aProvider({ settings: { senderId: 'CHECKUP', smsType: 'Promotional' } }).send(aMessage());

    expect(Object.values(asked[0] ?? {})).toEqual(
      expect.arrayContaining(['AWS.SNS.SMS.SenderID', 'CHECKUP', 'AWS.SNS.SMS.SMSType', 'Promotional']),
    );
  });

  test('When a message is repeated, then the answer is the same and SNS is asked once', async () => {
    const provider = aProvider();

    const answers = [await provider.send(aMessage()), await provider.send(aMessage())];

    expect(answers).toEqual([{ providerId: 'sns-1' }, { providerId: 'sns-1' }]);
    expect(asked).toHaveLength(1);
  });

  test('When SNS fails once, then the message is not tried again by itself, and goes out on the next try', async () => {
    const provider = aProvider();
    answering = failed(503, 'ServiceUnavailable');
    await expect(provider.send(aMessage())).rejects.toThrow(SmsUnavailable);
    expect(asked).toHaveLength(1);

    answering = published('sns-2');
    expect(await provider.send(aMessage())).toEqual({ providerId: 'sns-2' });
  });

  test.each([
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [429, 'Throttled'],
    [400, 'Throttling'],
    [403, 'AuthorizationError'],
    [403, 'InvalidClientTokenId'],
    [400, 'SomethingNew'],
  ])('When SNS answers %i %s, then a later try may succeed', async (status, code) => {
    answering = failed(status, code);

    await expect(aProvider().send(aMessage())).rejects.toThrow(SmsUnavailable);
  });

  test.each([
    [
      'InvalidParameter',
      'Invalid parameter: PhoneNumber Reason: +821012345678 is not valid',
      'number_unreachable',
    ],
    ['OptedOut', '+821012345678 is opted out', 'number_unreachable'],
    ['InvalidParameter', 'Invalid parameter: Message too long', 'text_unacceptable'],
    ['ParameterValueInvalid', 'Invalid parameter: Empty message', 'text_unacceptable'],
    ['ValidationException', 'Your text +821012345678', 'text_unacceptable'],
  ])('When SNS answers %s: %s, then the message is refused: %s', async (code, words, reason) => {
    answering = failed(400, code, words);

    const refusal = await aProvider()
      .send(aMessage())
      .catch((error) => error);

    expect(refusal).toBeInstanceOf(SmsRefused);
    expect(refusal.reason).toBe(reason);
    expect(refusal.message + String(refusal.cause)).not.toContain('1012345678');
  });

  test('When SNS does not take the sender id, then the message waits until somebody mends the settings', async () => {
    answering = failed(
      400,
      'InvalidParameter',
      'Invalid parameter: AWS.SNS.SMS.SenderID Reason: not registered',
    );

    await expect(aProvider().send(aMessage())).rejects.toThrow(/settings senderId/);
  });

  test('When nobody listens, then a later try may succeed', async () => {
    sns.close();

    await expect(aProvider().send(aMessage())).rejects.toThrow(SmsUnavailable);
  });

  test('When SNS does not answer, then the sender hears of it within five seconds', async () => {
    answering = () => undefined;

    const askedAtMillis = Date.now();
    await expect(aProvider().send(aMessage())).rejects.toThrow(/TimeoutError/);
    expect(Date.now() - askedAtMillis).toBeLessThan(5_000);
  }, 10_000);

  test('When a message is sent, then the log names it, and neither its text nor its number', async () => {
    const logged: string[] = [];

    await aProvider({ logged }).send(aMessage({ text: '검진일은 내일입니다' }));

    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      provider: 'sns',
      messageId: 'order-1:3',
      providerId: 'sns-1',
      to: '***********78',
    });
    expect(logged[0]).not.toMatch(/12345|검진일/);
  });
});

describe('check', () => {
  test('When there are a region and credentials, then it passes and nothing is sent', async () => {
    await aProvider().check();

    expect(asked).toEqual([]);
  });

  test('When no region is set anywhere, then the settings are refused with what to set', async () => {
    const { provider } = openSnsProvider({ endpoint }, { log: silent });

    await expect(provider.check()).rejects.toMatchObject({
      constructor: SmsRefused,
      reason: 'settings_unusable',
      message: expect.stringMatching(/region.*AWS_REGION/),
    });
  });

  test('When only the environment names a region, then that one counts', async () => {
    process.env.AWS_REGION = 'ap-northeast-1';

    await openSnsProvider({ endpoint }, { log: silent }).provider.check();
  });

  test('When there are no credentials, then the sidecar may start, and messages wait for them', async () => {
    process.env.AWS_ACCESS_KEY_ID = '';
    const provider = aProvider();

    await expect(provider.check()).rejects.toThrow(SmsUnavailable);
    await expect(provider.send(aMessage())).rejects.toThrow(SmsUnavailable);
    expect(asked).toEqual([]);
  });
});

describe('openSnsProvider', () => {
  test('When it is opened, then its settings are those of the Component, without what is empty or foreign', () => {
    const properties = {
      provider: 'sns',
      region: 'ap-northeast-1',
      senderId: '',
      smsType: '',
      secretKey: 'x',
    };

    expect(openSnsProvider(properties, { log: silent }).settings).toEqual({ region: 'ap-northeast-1' });
  });

  test.each([
    ['region', 'Seoul'],
    ['senderId', '0212345678'],
    ['senderId', 'TWELVE-CHARS'],
    ['smsType', 'transactional'],
    ['endpoint', '127.0.0.1:4566'],
  ])('When %s is %p, then the sentence names it', (property, value) => {
    expect(() => openSnsProvider({ [property]: value }, { log: silent })).toThrow(
      new RegExp(`^The metadata property ${property} must be `),
    );
  });
});

function aProvider({
  settings = {},
  logged,
}: {
  settings?: Record<string, string>;
  logged?: string[];
} = {}): SmsProvider {
  const log = logged ? pino({}, { write: (line) => logged.push(line) }) : silent;
  return openSnsProvider({ region: 'ap-northeast-1', endpoint, ...settings }, { log }).provider;
}

function aMessage(telling: Partial<SmsMessage> = {}): SmsMessage {
  return { to: '+821012345678', text: 'Your checkup is booked.', messageId: 'order-1:3', ...telling };
}

function published(messageId: string) {
  return () => ({
    status: 200,
    body: `<PublishResponse><PublishResult><MessageId>${messageId}</MessageId></PublishResult></PublishResponse>`,
  });
}

function failed(status: number, code: string, words = 'No.') {
  return () => ({
    status,
    body: `<ErrorResponse><Error><Code>${code}</Code><Message>${words}</Message></Error></ErrorResponse>`,
  });
}
