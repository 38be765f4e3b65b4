import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../tools/system/waiting';
import { goodCard } from '../support/api';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(240_000);

/** What a caller knows of one request: what it was last answered, by status. */
interface Attempt {
  key: string;
  status: number;
  orderId?: string;
  said: string;
}

describe('What lies below the services', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem({ env: { HOLD_MINUTES: '0.15', DEAD_LETTER_RETRY_SECONDS: '2' } });
  });
  afterAll(() => system.end());

  /** Books, one after another, until told to stop; nobody repeats anything meanwhile. */
  async function bookUntil(end: AbortSignal, name: string, attempts: Attempt[]): Promise<void> {
    for (let i = 0; !end.aborted; i++) {
      const latest = await attempt(`${name}-${i}`);
      attempts.push(latest);
      if (latest.status !== 201) await sleep(100);
    }
  }

  async function attempt(key: string): Promise<Attempt> {
    const reply = await system.api
      .order({ cardNo: goodCard, name: key }, { 'idempotency-key': key })
      .catch(() => undefined);
    return {
      key,
      status: reply?.status ?? 0,
      orderId: reply?.body.orderId,
      said: JSON.stringify(reply?.body),
    };
  }

  async function bookDuring(
    name: string,
    trouble: (attempts: readonly Attempt[]) => Promise<void>,
  ): Promise<Attempt[]> {
    const end = new AbortController();
    const attempts: Attempt[] = [];
    const workers = [1, 2, 3, 4].map((worker) => bookUntil(end.signal, `${name}-${worker}`, attempts));
    await sleep(1_500);
    await trouble(attempts);
    await sleep(1_500);
    end.abort();
    await Promise.all(workers);
    return attempts;
  }

  /** What was answered stands; what was not is resolved by the same key. */
  async function expectNothingLost(attempts: Attempt[]): Promise<void> {
    const accepted = attempts.filter(({ status }) => status === 201);
    const unanswered = attempts.filter(({ status }) => status !== 201);
    process.stdout.write(`${accepted.length} booked, ${unanswered.length} told to try again\n`);
    expect(new Set(unanswered.map(({ status }) => status))).toEqual(
      new Set(unanswered.length > 0 ? [503] : []),
    );
    const repeated = await Promise.all(
      unanswered.map(({ key }) =>
        eventually(
          `${key} is booked`,
          async () => {
            const again = await attempt(key);
            if (again.status !== 201) throw new Error(`${again.status} ${again.said}`);
            return again;
          },
          { withinMs: 60_000, everyMs: 300 },
        ),
      ),
    );
    // What a consumer had taken when all went down is brought again after 20 to 25 s.
    await eventually(
      'the centre has all of them',
      async () => {
        const { orders } = await lawsHold(system.infra.redisUrl);
        const statuses = [...accepted, ...repeated].map(({ orderId }) => orders.get(orderId ?? '')?.status);
        expect(new Set(statuses)).toEqual(new Set(['Reservation Complete']));
        return true;
      },
      { withinMs: 60_000, everyMs: 500 },
    );
  }

  test('When Redis is killed and started under load, then nothing that was answered is lost, and the rest is resolved', async () => {
    const { redis } = system.infra;
    const attempts = await bookDuring('redis', async (soFar) => {
      await redis?.kill();
      await eventually('somebody is refused', async () => soFar.some(({ status }) => status !== 201));
      redis?.start();
    });
    await expectNothingLost(attempts);
  });

  test('When placement is away during bookings, then each is taken or told to try again, and nothing is lost', async () => {
    const { placement } = system.infra;
    const attempts = await bookDuring('placement', async () => {
      await placement.kill();
      await sleep(8_000);
      placement.start();
    });
    await expectNothingLost(attempts);
  });

  test('When the scheduler is away while a hold ends, then it expires once the scheduler is back', async () => {
    const { scheduler } = system.infra;
    const { orderId } = (await system.api.order({ phone: '010-6666-0009' })).body;
    await scheduler.kill();
    await sleep(14_000);
    expect((await system.api.get(`/orders/${orderId}`)).body.status).toBe('Payment Requested');
    scheduler.start();
    await eventually('expired', async () => (await system.api.myPageStatus(orderId)) === 'expired', {
      withinMs: 45_000,
    });
    await lawsHold(system.infra.redisUrl);
  });
});
