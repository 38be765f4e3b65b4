import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  callBinding,
  deadlineMillis,
  eventually,
  exitCodeOf,
  kill,
  openSmsLab,
  projectComponent,
  type Sidecar,
  type SmsLab,
} from './smsSupport';

jest.setTimeout(2 * deadlineMillis);

let lab: SmsLab;

beforeEach(async () => {
  lab = await openSmsLab();
});
afterEach(() => lab.end());

describe('the SMS binding behind a sidecar', () => {
  test('When messages are sent through the sidecar, then each reaches the phone once, and logs stay silent on it', async () => {
    await lab.startBinding();
    const sidecar = await lab.startSidecar({ provider: 'log', logFile: lab.phoneFile });
    const message = { to: '+821012345678', text: '검진 예약이 확정되었습니다.', messageId: 'order-1:3' };

    const first = await send(sidecar, message);
    const repeated = await send(sidecar, message);
    const other = await send(sidecar, { ...message, messageId: 'order-1:4' });

    const { providerId } = JSON.parse(first.body);
    expect(first.status).toBe(200);
    expect(first.headers.get('metadata.providerid')).toBe(providerId);
    expect(repeated.body).toBe(first.body);
    expect(other.body).not.toBe(first.body);
    const seen = await lab.phone();
    expect(seen).toMatchObject([
      { ...message, providerId },
      { ...message, messageId: 'order-1:4' },
    ]);

    const bindingLog = await lab.logOf('binding');
    expect(bindingLog).toContain(providerId);
    expect(bindingLog + (await lab.logOf('daprd'))).not.toMatch(/1012345678|확정/);
  });

  test('When the data is wrong, then the sidecar reports why, without the number', async () => {
    await lab.startBinding();
    const sidecar = await lab.startSidecar({ provider: 'log', logFile: lab.phoneFile });

    const { status, body } = await send(sidecar, { to: '01012345678', text: 'x', messageId: 'order-1:3' });

    expect(status).toBe(500);
    expect(JSON.parse(body)).toMatchObject({
      errorCode: 'ERR_INVOKE_OUTPUT_BINDING',
      message: expect.stringMatching(/InvalidArgument.*E\.164/),
    });
    expect(body).not.toContain('12345678');
    expect(await lab.phone()).toEqual([]);
  });

  test('When the binding is killed and comes back on its stale socket, then the same sidecar sends again', async () => {
    const binding = await lab.startBinding();
    const sidecar = await lab.startSidecar({ provider: 'log', logFile: lab.phoneFile });
    const before = { to: '+821012345678', text: 'before', messageId: 'order-1:3' };
    const first = await send(sidecar, before);

    await kill(binding);
    expect((await stat(lab.socketPath)).isSocket()).toBe(true);
    expect((await send(sidecar, { ...before, messageId: 'order-1:4' })).status).toBe(500);
    await lab.startBinding();

    const repeated = await eventually(async () => {
      const answer = await send(sidecar, before);
      expect(answer.status).toBe(200);
      return answer;
    });
    const after = await send(sidecar, { ...before, text: 'after', messageId: 'order-1:5' });

    expect(repeated.body).toBe(first.body);
    expect(after.status).toBe(200);
    expect((await lab.phone()).map(({ text }) => text)).toEqual(['before', 'after']);
  });

  test('When the Component names an unknown provider, then the sidecar stops with the names there are', async () => {
    await lab.startBinding();

    const sidecar = await lab.spawnSidecar({ provider: 'carrier-pigeon' });

    expect(await exitCodeOf(sidecar.process)).not.toBe(0);
    expect(await lab.logOf('daprd')).toContain('provider must be one of log');
  });

  test('When the project’s own Component is used, then the file comes from the sidecar’s SMS_LOG_FILE', async () => {
    await lab.startBinding();
    const component = await projectComponent('sms.yaml');
    const sidecar = await lab.startSidecar(component, { SMS_LOG_FILE: lab.phoneFile });

    const { status } = await send(sidecar, { to: '+821012345678', text: 'hello', messageId: 'order-1:3' });

    expect(status).toBe(200);
    expect(await lab.phone()).toMatchObject([{ text: 'hello' }]);
  });

  test('When only the binding knows SMS_LOG_FILE, then the project’s own Component works with that', async () => {
    await lab.startBinding({ SMS_LOG_FILE: lab.phoneFile });
    const component = await projectComponent('sms.yaml');
    const sidecar = await lab.startSidecar(component);

    await send(sidecar, { to: '+821012345678', text: 'hello', messageId: 'order-1:3' });

    expect(await lab.phone()).toMatchObject([{ text: 'hello' }]);
  });
});

describe('the process of the SMS binding', () => {
  test('When it is asked to stop with a sidecar connected, then it ends at once and takes its socket along', async () => {
    const binding = await lab.startBinding();
    await lab.startSidecar({ provider: 'log', logFile: lab.phoneFile });

    const askedAtMillis = Date.now();
    binding.kill('SIGTERM');

    expect(await exitCodeOf(binding)).toBe(0);
    expect(Date.now() - askedAtMillis).toBeLessThan(5_000);
    expect(existsSync(lab.socketPath)).toBe(false);
  });

  test('When the socket is misnamed, then it ends with one sentence', async () => {
    const binding = lab.spawnBinding({ SMS_SOCKET: join(lab.folder, 'text.sock') });

    expect(await exitCodeOf(binding)).toBe(1);
    expect(await lab.logOf('binding')).toMatch(/^sms: SMS_SOCKET must end in sms\.sock.*\n$/);
  });

  test('When another one serves the socket, then it ends with one sentence and leaves the other alone', async () => {
    const first = await lab.startBinding();
    const second = lab.spawnBinding({}, 'second');

    expect(await exitCodeOf(second)).toBe(1);
    expect(await lab.logOf('second')).toMatch(/^sms: Another process already serves .*\n$/);
    expect(first.exitCode).toBeNull();
    expect(existsSync(lab.socketPath)).toBe(true);
  });
});

function send(sidecar: Sidecar, { to, text, messageId }: { to: string; text: string; messageId: string }) {
  return callBinding(sidecar, text, { toNumber: to, messageId });
}
