import { isAtRest, readHoldings } from '../../tools/bench/holdings';
import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard } from '../support/api';
import { dayFromToday, openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';
import { variantsOfThisRun } from '../support/variants';

jest.setTimeout(240_000);

const seoul = openEveryDay(200);

describe('After bookings and cancellations', () => {
  let system: TestSystem;
  let api: Api;

  beforeAll(async () => {
    const env = { CALENDARS: JSON.stringify({ seoul }), TRIM_SECONDS: '1' };
    system = await startTestSystem({ env });
    api = system.api;
  });
  afterAll(() => system.end());

  async function bookAndCancel(count: number): Promise<void> {
    for (let i = 0; i < count; i += 5) {
      await Promise.all(
        Array.from({ length: 5 }, async (_, j) => {
          const phone = `010-5555-${String(1_000 + i + j)}`;
          const { orderId } = (
            await api.order({ cardNo: goodCard, phone, date: dayFromToday(5, seoul.zone) })
          ).body;
          expect((await api.cancel(orderId)).status).toBe(200);
        }),
      );
    }
  }
  const atRest = () =>
    eventually(
      'nothing is left to do',
      async () => {
        const holdings = await readHoldings(system.infra);
        return isAtRest(holdings) && holdings;
      },
      { withinMs: 60_000, everyMs: 500 },
    );

  test('When all is quiet, then no event, reminder, hold or due message is left, and each booking left as many keys', async () => {
    await bookAndCancel(20);
    const first = await atRest();
    await bookAndCancel(20);
    const second = await atRest();
    // The same people again: what a second booking leaves is the most that any later one does.
    await bookAndCancel(20);
    const third = await atRest();
    expect(third.keys - second.keys).toBe(second.keys - first.keys);
    const { slots, customers, messages } = await lawsHold(system.infra.redisUrl, {
      seatsPerTime: () => 200,
    });
    for (const { seats, unsettled, sweep } of slots.values()) {
      expect({ seats, unsettled, sweep }).toEqual({ seats: {}, unsettled: {}, sweep: undefined });
    }
    for (const { live } of customers.values()) expect(live).toEqual({});
    expect(messages.size).toBe(60);
  });

  test('When a service is down, then what it has not read stays, and it takes all of it in later', async () => {
    const { service } = system.apps.reservation as (typeof system.apps)[string];
    await service.kill();
    const { orderId } = (
      await api.order({ cardNo: goodCard, phone: '010-5555-9999', date: dayFromToday(6, seoul.zone) })
    ).body;
    await eventually('my page has it', async () => (await api.myPageStatus(orderId)) === 'Pay Approved');
    // Several rounds of trimming.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    // Kafka keeps all for as long as its retention says, read or not.
    if (!variantsOfThisRun().includes('pubsub-kafka')) {
      expect((await readHoldings(system.infra)).streams.orders).toBeGreaterThan(0);
    }
    service.start();
    await system.ready();
    await eventually(
      'the centre has it',
      async () => (await api.myPageStatus(orderId)) === 'Reservation Complete',
      { withinMs: 60_000 },
    );
    await atRest();
    await lawsHold(system.infra.redisUrl, { seatsPerTime: () => 200 });
  });
});
