import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SmsSender, smsSender } from '../../services/notification/actors/smsSender';
import { createDaprSidecar } from '../../services/shared/platform/daprSidecar';
import type { Sidecar as SidecarPort } from '../../services/shared/platform/sidecar';
import { type Moto, motoIn, motoPython } from './moto';
import {
  callBinding,
  deadlineMillis,
  eventually,
  exitCodeOf,
  openSmsLab,
  projectComponent,
  type Sidecar,
  type SmsLab,
} from './smsSupport';

jest.setTimeout(2 * deadlineMillis);

const variant = 'variants/sms-sns/sms.yaml';
const installMillisMax = 300_000;
const to = '+821012345678';

let lab: SmsLab;
let moto: Moto;
let port: SidecarPort | undefined;

beforeAll(async () => {
  await motoPython();
}, installMillisMax);
beforeEach(async () => {
  lab = await openSmsLab();
  moto = await motoIn(lab);
});
afterEach(async () => {
  await port?.close();
  port = undefined;
  await lab.end();
});

test('When notification sends, then SNS sends just that text to just that phone, with sender id and type', async () => {
  const text = '[건강검진] "2026-11-24" 09:00 <확정> & 감사합니다.\nThank you 🙏';
  const send = sender(await startAll({ SNS_SENDER_ID: 'CHECKUP', SNS_SMS_TYPE: 'Promotional' }));

  const providerId = await send({ to, text, kind: 'SMS', messageId: 'order-1.3' });

  expect(await moto.sentSms()).toEqual([{ message_id: providerId, phone_number: to, message: text }]);
  expect(await moto.requests()).toEqual([
    expect.objectContaining({
      Action: 'Publish',
      'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
      'MessageAttributes.entry.1.Value.StringValue': 'Promotional',
      'MessageAttributes.entry.2.Name': 'AWS.SNS.SMS.SenderID',
      'MessageAttributes.entry.2.Value.StringValue': 'CHECKUP',
    }),
  ]);
});

test('When notification repeats a message, then the phone gets it once', async () => {
  const send = sender(await startAll());
  const message = { to, text: 'Booked.', kind: 'SMS', messageId: 'order-1.3' } as const;

  const first = await send(message);

  expect(await send(message)).toBe(first);
  expect(await moto.sentSms()).toHaveLength(1);
});

test('When SNS is away, then the message can be sent again, and goes out once SNS is back', async () => {
  const sidecar = await startAll();
  const metadata = { toNumber: to, messageId: 'order-1.3' };
  await moto.stop();

  const { status, body } = await callBinding(sidecar, 'Booked.', metadata);
  expect(status).toBe(500);
  expect(body).toMatch(/code = Unavailable desc = .*\(ECONNREFUSED\)/);

  await moto.start();
  expect((await callBinding(sidecar, 'Booked.', metadata)).status).toBe(200);
  expect(await moto.sentSms()).toMatchObject([{ phone_number: to, message: 'Booked.' }]);
});

test('When messages were sent, then no log knows number or text, and no file a credential', async () => {
  const sidecar = await startAll();
  await callBinding(sidecar, '검진 예약이 확정되었습니다.', { toNumber: to, messageId: 'order-1.3' });
  await moto.stop();
  await callBinding(sidecar, '검진 예약이 확정되었습니다.', { toNumber: to, messageId: 'order-1.4' });

  expect(await lab.logOf('binding')).toContain('order-1.3');
  expect((await lab.logOf('binding')) + (await lab.logOf('daprd'))).not.toMatch(
    /1012345678|확정|test-secret/,
  );
  const settings = await readFile(join(lab.folder, 'sockets', 'sms.state', 'settings.json'), 'utf8');
  expect(JSON.parse(settings)).toEqual({
    provider: 'sns',
    region: 'ap-northeast-1',
    endpoint: moto.endpoint,
  });
});

test('When the binding is asked to stop with a connection to SNS open, then it ends at once', async () => {
  await moto.start();
  const binding = await lab.startBinding(credentials);
  const sidecar = await lab.startSidecar(await projectComponent(variant), component());
  await callBinding(sidecar, 'Booked.', { toNumber: to, messageId: 'order-1.3' });

  const askedAtMillis = Date.now();
  binding.kill('SIGTERM');

  expect(await exitCodeOf(binding)).toBe(0);
  expect(Date.now() - askedAtMillis).toBeLessThan(5_000);
});

test('When no region is set anywhere, then the sidecar stops and says what to set', async () => {
  await lab.startBinding(credentials);

  const { process: daprd } = await lab.spawnSidecar(await projectComponent(variant));

  expect(await exitCodeOf(daprd)).not.toBe(0);
  await eventually(async () => expect(await lab.logOf('daprd')).toMatch(/property region, or AWS_REGION/));
});

/** All that AWS's default chain may find on a developer's machine is set aside. */
const credentials = {
  AWS_ACCESS_KEY_ID: 'test-key',
  AWS_SECRET_ACCESS_KEY: 'test-secret',
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
  AWS_REGION: '',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
};

function component(env: Record<string, string> = {}) {
  return { SNS_REGION: 'ap-northeast-1', SNS_ENDPOINT: moto.endpoint, ...env };
}

/** moto, the binding, and a sidecar with the Component of the variant as it stands. */
async function startAll(env: Record<string, string> = {}): Promise<Sidecar> {
  await moto.start();
  await lab.startBinding(credentials);
  return lab.startSidecar(await projectComponent(variant), component(env));
}

/** What notification itself sends with. */
function sender({ httpPort }: Sidecar): SmsSender {
  port = createDaprSidecar({ httpPort, pubsubName: 'none' });
  return smsSender(port);
}
