import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

const guest = 'Guest-whom-no-log-names';
const phones = ['01077770001', '+821077770001', '01077770002', '+821077770002'];
const usedCards = [goodCard, '5555555555554444', '4000000000000002', '4242424242424241'];

describe('Everything stopped and started', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem({ env: { LOG_LEVEL: 'debug' } });
  });
  afterAll(() => system.end());

  test('When the system comes back, then all bookings are there, and no card number lies anywhere', async () => {
    const paidAtOnce = (await system.api.order({ cardNo: goodCard, phone: '010-7777-0001', name: guest }))
      .body;
    const held = (await system.api.order({ phone: '010-7777-0002' })).body;
    const paidLater = (await system.api.order()).body;
    await system.api.pay(paidLater.orderId, '5555-5555-5555-4444');
    await system.api.order({ cardNo: '4000 0000 0000 0002' });
    await system.api.order({ cardNo: '4242424242424241' });
    const before = (await lawsHold(system.infra.redisUrl)).orders;

    await system.stop();
    expect(filesWith(system.dataDir, usedCards)).toEqual([]);
    const personal = [guest, ...phones].flatMap((word) => filesWith(system.dataDir, [word]));
    expect(personal.filter((file) => file.endsWith('.log'))).toEqual([]);
    expect(personal.some((file) => file.endsWith('sms.jsonl'))).toBe(true);
    await system.start();

    const after = (await lawsHold(system.infra.redisUrl)).orders;
    expect(after).toEqual(before);
    for (const { orderId } of [paidAtOnce, held, paidLater]) {
      expect((await system.api.get(`/orders/${orderId}`)).status).toBe(200);
      expect((await system.api.get(`/mypages/${orderId}`)).status).toBe(200);
    }
    expect((await system.api.pay(held.orderId)).status).toBe(201);
    expect((await system.api.order({ cardNo: goodCard })).status).toBe(201);
    await lawsHold(system.infra.redisUrl);
  });
});

/** Files below a folder (Redis's, all logs, the SMS log) that hold one of the numbers, digits together or apart. */
function filesWith(folder: string, numbers: readonly string[]): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const read = files.filter((file) => statSync(file).isFile());
  expect(read.some((file) => file.endsWith('.aof'))).toBe(true);
  expect(read.some((file) => file.endsWith('payment.log'))).toBe(true);
  expect(read.some((file) => file.endsWith('sms.jsonl'))).toBe(true);
  const patterns = numbers.map(
    (number) =>
      new RegExp(
        number
          .split('')
          .map((character) => character.replace('+', '\\+'))
          .join('[ -]?'),
      ),
  );
  return read.filter((file) => {
    const content = readFileSync(file, 'latin1');
    return patterns.some((pattern) => pattern.test(content));
  });
}
