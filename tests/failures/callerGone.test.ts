import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
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

  async function delayPayment(paymentDelayMs: string): Promise<void> {
    const answer = await fetch(`${system.url('payment')}/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ paymentDelayMs }),
    });
    expect(await answer.json()).toEqual({ paymentDelayMs });
  }

  test('When its turn has not come by then, then it hears that nobody knows, and no order and no charge are made for it afterwards', async () => {
    await delayPayment('1000');
    const replies = await Promise.all([0, 1, 2, 3, 4, 5].map(book));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 503, 503, 503, 503, 503]);
    await delayPayment('0');
    // It stands in line behind all of them.
    await eventually('somebody else books', async () => (await book(9)).status === 201);
    const { charges } = await lawsHold(system.infra.redisUrl, { seatsPerTime: () => seats });
    // The first, the one whose turn had come when its caller left, and who came last.
    expect(charges.size).toBe(3);
  });
});
