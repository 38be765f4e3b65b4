import { RefusedError } from '../../shared/platform/problem';
import { createAdmission } from './admission';

/** Work that ends when it is told to. */
function held() {
  let end = () => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: jest.fn(() => done), end: () => end() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function refusalOf(running: Promise<unknown>) {
  const error = await running.then(
    () => undefined,
    (thrown) => thrown,
  );
  return error instanceof RefusedError ? error.refusal : error;
}

describe('Bookings in flight', () => {
  test('When there are as many as may be, then the next waits, and begins as soon as one is done, the first in line first', async () => {
    const admit = createAdmission({ inFlightMax: 2, waitMs: 60_000 });
    const [a, b, c, d] = [held(), held(), held(), held()];
    const running = [a, b, c, d].map(({ work }) => admit(work));
    await settled();
    expect([a, b, c, d].map(({ work }) => work.mock.calls.length)).toEqual([1, 1, 0, 0]);
    b.end();
    await running[1];
    await settled();
    expect([c, d].map(({ work }) => work.mock.calls.length)).toEqual([1, 0]);
    a.end();
    await settled();
    expect(d.work).toHaveBeenCalled();
    for (const each of [c, d]) each.end();
    await Promise.all(running);
  });

  test('When one fails, then its error reaches its caller, and its place is free', async () => {
    const admit = createAdmission({ inFlightMax: 1, waitMs: 60_000 });
    await expect(admit(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await admit(async () => 'done')).toBe('done');
  });

  test('When one has waited as long as it may, then it is refused, has not begun, and never does', async () => {
    const admit = createAdmission({ inFlightMax: 1, waitMs: 10 });
    const [first, late, next] = [held(), held(), held()];
    const running = admit(first.work);
    expect(await refusalOf(admit(late.work))).toEqual({
      refused: 'booking_overloaded',
      facts: {},
      retryAfterSeconds: 1,
      forAllMs: 100,
      lineMs: 10,
    });
    first.end();
    await running;
    const after = admit(next.work);
    await settled();
    expect([late.work.mock.calls.length, next.work.mock.calls.length]).toEqual([0, 1]);
    next.end();
    await after;
  });
});

describe('Who left before its turn', () => {
  test('has not begun and never does, and who stands behind it goes next', async () => {
    const admit = createAdmission({ inFlightMax: 1, waitMs: 60_000 });
    const [first, left, next] = [held(), held(), held()];
    const caller = new AbortController();
    const running = admit(first.work);
    const leaving = refusalOf(admit(left.work, caller.signal));
    const after = admit(next.work, new AbortController().signal);
    caller.abort();
    expect(await leaving).toMatchObject({ refused: 'booking_overloaded' });
    first.end();
    await running;
    await settled();
    expect([left.work.mock.calls.length, next.work.mock.calls.length]).toEqual([0, 1]);
    next.end();
    await after;
  });

  test('has not begun where there was room, either', async () => {
    const admit = createAdmission({ inFlightMax: 1, waitMs: 60_000 });
    const left = held();
    expect(await refusalOf(admit(left.work, AbortSignal.abort()))).toMatchObject({
      refused: 'booking_overloaded',
    });
    expect(left.work).not.toHaveBeenCalled();
    expect(await admit(async () => 'done')).toBe('done');
  });

  test('is brought to its end once it has begun, and its place is free then', async () => {
    const admit = createAdmission({ inFlightMax: 1, waitMs: 60_000 });
    const [first, next] = [held(), held()];
    const caller = new AbortController();
    const running = admit(first.work, caller.signal);
    const after = admit(next.work);
    await settled();
    caller.abort();
    await settled();
    expect(next.work).not.toHaveBeenCalled();
    first.end();
    await running;
    await settled();
    expect(next.work).toHaveBeenCalled();
    next.end();
    await after;
  });
});

describe('When the line moves too slowly for who comes now', () => {
  /** Some were done of late, one each `everyMs`; one is in flight. */
  async function lineThatMoved({
    everyMs,
    waitMs,
    done = 10,
  }: {
    everyMs: number;
    waitMs: number;
    done?: number;
  }) {
    let now = 0;
    const admit = createAdmission({ inFlightMax: 1, waitMs, now: () => now });
    const works = Array.from({ length: done + 1 }, held);
    const running = works.map(({ work }) => admit(work));
    for (const [i, work] of works.slice(0, done).entries()) {
      now += everyMs;
      work.end();
      await running[i];
    }
    const end = async () => {
      works[done]?.end();
      await running[done];
    };
    return { admit, end, pass: (ms: number) => (now += ms) };
  }

  test('then it is refused at once, and told when the line will have moved', async () => {
    const { admit, end } = await lineThatMoved({ everyMs: 2_500, waitMs: 60_000 });
    const waiting = Array.from({ length: 24 }, () => admit(async () => {}));
    expect(await refusalOf(admit(async () => {}))).toMatchObject({
      refused: 'booking_overloaded',
      retryAfterSeconds: 30,
    });
    await end();
    await Promise.all(waiting);
  });

  test('but stood still only once in twice the time that one may wait, then it waits', async () => {
    const waitMs = 7_000;
    const { admit, end, pass } = await lineThatMoved({ everyMs: 50, waitMs, done: 180 });
    pass(4_900);
    const first = Array.from({ length: 60 }, () => admit(async () => {}));
    await end();
    await Promise.all(first);
    const next = held();
    const running = admit(next.work);
    const waiting = Array.from({ length: 100 }, () => admit(async () => {}));
    next.end();
    await Promise.all([running, ...waiting]);
  });

  test('but none had to wait before, then how many came says nothing, and it waits', async () => {
    let now = 0;
    const admit = createAdmission({ inFlightMax: 2, waitMs: 7_000, now: () => now });
    for (let i = 0; i < 20; i++) {
      now += 60_000;
      await admit(async () => {});
    }
    await Promise.all(Array.from({ length: 40 }, () => admit(async () => {})));
  });

  test('and nobody was done for some time, then how quick it was says nothing, and it waits', async () => {
    const { admit, end, pass } = await lineThatMoved({ everyMs: 2_500, waitMs: 60_000 });
    pass(1_001);
    const waiting = Array.from({ length: 40 }, () => admit(async () => {}));
    await end();
    await Promise.all(waiting);
  });
});
