import { faultTools } from '../support/faultTools';
import type { VariantName } from '../support/variants';
import { faultRun } from './run/faultRun';
import { report } from './run/report';
import { faultSchedule, processes, proxied } from './run/schedule';

jest.setTimeout(600_000);

describe('The schedule of faults', () => {
  test('When the seed is the same, then so is the schedule; another seed has another', () => {
    expect(faultSchedule(7, 60_000)).toEqual(faultSchedule(7, 60_000));
    expect(faultSchedule(8, 60_000)).not.toEqual(faultSchedule(7, 60_000));
  });

  test('When a run is long enough, then each process is killed and paused, and each way to Redis disturbed', () => {
    const done = new Set(faultSchedule(1, 300_000).map(({ kind, target }) => `${kind} ${target}`));
    for (const process of processes) expect([...done]).toEqual(expect.arrayContaining([`kill ${process}`]));
    for (const process of processes) expect([...done]).toEqual(expect.arrayContaining([`pause ${process}`]));
    for (const app of proxied)
      for (const kind of ['latency', 'reset', 'time-out']) expect(done.has(`${kind} ${app}`)).toBe(true);
  });

  test('When a process is down or paused, then nothing else is done to it', () => {
    const busyUntil = new Map<string, number>();
    for (const { target, atMs, forMs } of faultSchedule(3, 600_000)) {
      expect(atMs).toBeGreaterThan(busyUntil.get(target) ?? 0);
      busyUntil.set(target, atMs + forMs);
    }
  });
});

describe('A minute of faults on the whole system', () => {
  beforeAll(() => {
    faultTools();
  });

  test.each<{ seed: number; variants: VariantName[] }>([
    { seed: 1, variants: [] },
    { seed: 2, variants: [] },
    { seed: 3, variants: ['pubsub-kafka'] },
  ])(
    'When it is over (seed $seed $variants), then nothing is lost and nothing is doubled',
    async ({ seed, variants }) => {
      const options = { seed, minutes: 1, variants };
      const result = await faultRun(options);
      if (result.broken.length > 0) throw new Error(report(options, result));
      // A run in which nothing happened would show nothing.
      expect(result.injected.length).toBeGreaterThan(15);
      expect(result.orders).toBeGreaterThan(20);
      expect(result.slots.checked).toBeGreaterThan(0);
    },
  );
});
