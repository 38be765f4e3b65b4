import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { patientComponents } from '../support/patientComponents';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(150_000);

/** Answers as Amazon SNS does. */
class SnsStandIn {
  answer: 'sent' | 'down' | 'refused' = 'sent';
  readonly sent: { to: string; text: string }[] = [];
  asked = 0;
  readonly #server: Server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      this.asked += 1;
      const form = new URLSearchParams(body);
      const [status, xml] = this.#reply(form.get('PhoneNumber') ?? '', form.get('Message') ?? '');
      res.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #reply(to: string, text: string): [number, string] {
    const error = (type: string, code: string, words: string) =>
      `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>${type}</Type><Code>${code}</Code><Message>${words}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
    if (this.answer === 'down') return [503, error('Receiver', 'ServiceUnavailable', 'later')];
    if (this.answer === 'refused')
      return [400, error('Sender', 'InvalidParameter', `Invalid parameter: PhoneNumber ${to}`)];
    this.sent.push({ to, text });
    const id = `sns-${this.sent.length}`;
    return [
      200,
      `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>${id}</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>`,
    ];
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('The SMS provider in trouble', () => {
  const sns = new SnsStandIn();
  const folder = mkdtempSync(join(tmpdir(), 'healthcenter-components-'));
  let system: TestSystem;
  beforeAll(async () => {
    patientComponents(folder);
    cpSync(join(folder, 'variants', 'sms-sns', 'sms.yaml'), join(folder, 'sms.yaml'));
    Object.assign(process.env, {
      SNS_REGION: 'ap-northeast-1',
      SNS_ENDPOINT: await sns.listen(),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
    });
    system = await startTestSystem({ resourcesPath: folder, env: { DISPATCH_SECONDS: '1' } });
  });
  afterAll(async () => {
    await system.end();
    sns.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('When it is down while bookings go on, then every message goes out after it is back, in order per booking', async () => {
    sns.answer = 'down';
    const phones = Array.from({ length: 6 }, (_, i) => `+82105555040${i}`);
    for (const phone of phones) {
      const placed = await system.api.order({ phone, cardNo: goodCard });
      expect(placed.status).toBe(201);
      await eventually(
        'received',
        async () => (await system.api.myPageStatus(placed.body.orderId)) === 'Reservation Complete',
      );
      expect((await system.api.confirm(placed.body.orderId)).status).toBeLessThan(300);
    }
    await sleep(3_000);
    expect([sns.asked > 0, sns.sent]).toEqual([true, []]);

    sns.answer = 'sent';
    const { messages, pages } = await lawsHold(system.infra.redisUrl);
    for (const { orderId, booking } of pages.values()) {
      const rows = (messages.get(orderId) ?? []).sort((a, b) => number(a.messageId) - number(b.messageId));
      expect(rows.length).toBe(3);
      const texts = sns.sent.filter(({ to }) => to === booking?.phone).map(({ text }) => text);
      expect(texts).toEqual(rows.map(({ text }) => text));
    }
  });

  test('When it refuses a message for good, then the row keeps its reason, and goes out when it is sent again', async () => {
    sns.answer = 'refused';
    const { orderId } = (await system.api.order({ phone: '010-5555-0499' })).body;
    const failed = await eventually('the row has failed', async () => {
      const { body } = await system.api.get(`/messages/${orderId}.1`);
      return body.delivery?.state === 'failed' && body.delivery;
    });
    expect(failed.reason).toContain('number_unreachable');
    expect(failed.reason).not.toContain('5555');
    const askedBefore = sns.asked;
    await sleep(3_000);
    expect(sns.asked).toBe(askedBefore);

    sns.answer = 'sent';
    expect((await system.api.post(`/messages/${orderId}.1/resend`, {})).status).toBe(202);
    await eventually('it is out', async () => sns.sent.some(({ to }) => to === '+821055550499'));
    const { messages } = await lawsHold(system.infra.redisUrl);
    expect(messages.get(orderId)).toMatchObject([
      { delivery: { state: 'sent' }, earlierFailures: [{ reason: failed.reason }] },
    ]);
  });
});

function number(messageId: string): number {
  return Number(messageId.split('.')[1]);
}
