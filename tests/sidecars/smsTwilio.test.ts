import { isFinal, type SmsSender, smsSender } from '../../services/notification/actors/smsSender';
import { createDaprSidecar } from '../../services/shared/platform/daprSidecar';
import type { Sidecar as SidecarPort } from '../../services/shared/platform/sidecar';
import {
  callBinding,
  deadlineMillis,
  exitCodeOf,
  openSmsLab,
  projectComponent,
  type Sidecar,
  type SmsLab,
} from './smsSupport';
import { startTwilioStandIn, type TwilioStandIn } from './twilioStandIn';

jest.setTimeout(2 * deadlineMillis);

const accountSid = 'AC00000000000000000000000000000000';
const authToken = 'test-token';
const fromNumber = '+12025550123';
const message = {
  to: '+821012345678',
  text: '[건강검진] "2026-11-24" 09:00 <확정> & 감사합니다.\nThank you 🙏',
  kind: 'SMS' as const,
  messageId: 'order-1.3',
};

let lab: SmsLab;
let twilio: TwilioStandIn;
let port: SidecarPort | undefined;

beforeEach(async () => {
  lab = await openSmsLab();
  twilio = await startTwilioStandIn(lab.folder);
});
afterEach(async () => {
  await port?.close();
  port = undefined;
  await twilio.close();
  await lab.end();
});

test('When notification sends, then Twilio is asked for just that text to just that phone', async () => {
  twilio.answer(201, { sid: 'SM1', status: 'queued' });

  const providerId = await sender(await startSidecar())(message);

  // The binding keeps Twilio's answer to itself.
  expect(providerId).toBeUndefined();
  expect(twilio.requests).toEqual([
    {
      line: `POST https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages.json`,
      authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
      contentType: 'application/x-www-form-urlencoded',
      form: { To: message.to, From: fromNumber, Body: message.text },
    },
  ]);
});

test.each([
  [400, 'is given up'],
  [401, 'is tried again'],
  [429, 'is tried again'],
  [503, 'is tried again'],
])(
  'When Twilio answers %i, then the message %s, and no word of it is in the failure',
  async (status, fate) => {
    twilio.answer(status, { message: `The 'To' number ${message.to} is not a valid phone number.` });

    const failure: Error = await sender(await startSidecar())(message).then(
      () => new Error('It was sent.'),
      (error) => error,
    );

    expect(failure.message).toContain(`error from Twilio (${status})`);
    expect(isFinal(failure.message)).toBe(fate === 'is given up');
    expect(twilio.requests).toHaveLength(1);
    expect(failure.message + (await lab.logOf('daprd'))).not.toMatch(/1012345678|확정|test-token/);
  },
);

test('When Twilio does not answer, then the caller learns of it within five seconds', async () => {
  twilio.answer(0, {});
  const sidecar = await startSidecar();

  const askedAtMillis = Date.now();
  const { status } = await callBinding(sidecar, message.text, {
    toNumber: message.to,
    messageId: message.messageId,
  });

  expect(status).toBe(500);
  expect(Date.now() - askedAtMillis).toBeLessThan(5_000);
});

test('When a credential is missing, then the sidecar stops and names it', async () => {
  const { process: daprd } = await lab.spawnSidecar(await variant(), {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_FROM_NUMBER: fromNumber,
  });

  expect(await exitCodeOf(daprd)).not.toBe(0);
  expect(await lab.logOf('daprd')).toContain('authToken');
});

function variant(): Promise<string> {
  return projectComponent('variants/sms-twilio/sms.yaml');
}

async function startSidecar(): Promise<Sidecar> {
  return lab.startSidecar(await variant(), {
    ...twilio.env,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM_NUMBER: fromNumber,
  });
}

/** What notification itself sends with. */
function sender({ httpPort }: Sidecar): SmsSender {
  port = createDaprSidecar({ httpPort, pubsubName: 'none' });
  return smsSender(port);
}
