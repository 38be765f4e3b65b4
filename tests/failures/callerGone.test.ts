import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { delayPayment } from '../support/paymentDelay';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

const seats = 50;

describe('Who books waits in line for longer than the gateway lets it', () => {
  let system: TestSystem;
  beforeAll(async () => {
    const seoul = openEveryDay(seats);
    system = await startTestSystem({
      env: {
        CALENDARS: JSON.stringify({ seoul }),
        BOOKINGS_IN_FLIGHT_MAX: '1',
        BOOKING_WAIT_MS: '30000',
        GATEWAY_DEADLINE_MS: '1500',
      },
    });
  });
  afterAll(() => system.end());

  const book = (person: number) =>
    system.api.order({ phone: `010-2100-${1_000 + person}`, cardNo: goodCard });

  const someoneBooks = (person: number) =>
    eventually('somebody books', async () => (await book(person)).status === 201);

  const leaves = (person: number) =>
    fetch(`${system.url('gateway')}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ orderType: 'basic', phone: `010-2100-${1_000 + person}`, cardNo: goodCard }),
      signal: AbortSignal.timeout(300),
    });

  const charges = async () => (await lawsHold(system.infra.redisUrl, { seatsPerTime: () => seats })).charges;

  test('When its turn has not come by then, then it hears that nobody knows, and no order and no charge are made for it afterwards', async () => {
    await someoneBooks(0);
    await delayPayment(system, '1000');
    const replies = await Promise.all([1, 2, 3, 4, 5, 6].map(book));
    const booked = replies.filter(({ status }) => status === 201).length;
    expect(replies.filter(({ status }) => status === 503)).toHaveLength(6 - booked);
    expect(booked).toBeLessThan(4);
    await delayPayment(system, '0');
    // It stands in line behind all of them.
    await someoneBooks(7);
    // Besides, the turn of one may have come before its caller left.
    expect((await charges()).size).toBeLessThanOrEqual(2 + booked + 1);
  });

  test('When a customer closes the page before that, then nothing is done for them, either', async () => {
    await someoneBooks(20);
    const before = (await charges()).size;
    await delayPayment(system, '1000');
    const first = book(21);
    await sleep(100);
    for (const left of await Promise.allSettled([22, 23, 24, 25].map(leaves))) {
      expect(left).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } });
    }
    await first;
    await delayPayment(system, '0');
    await someoneBooks(29);
    expect((await charges()).size - before).toBeLessThanOrEqual(2);
  });
});
