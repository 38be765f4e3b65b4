import { createLogger } from '../../shared/platform/logger';
import type { Sidecar } from '../../shared/platform/sidecar';
import { createSettler } from './settler';

const log = createLogger('test', 'fatal');

function settler(callActor: (slot: string, tickets: string[]) => Promise<object>) {
  const waiting: (() => void)[] = [];
  const sidecar = {
    callActor: (_type: string, id: string, _method: string, input: { verdicts: { ticket: string }[] }) =>
      callActor(
        id,
        input.verdicts.map(({ ticket }) => ticket),
      ),
  } as unknown as Sidecar;
  const gather = () => new Promise<void>((resolve) => waiting.push(resolve));
  const settle = createSettler({ actors: sidecar, gather, log });
  return {
    settle: (ticket: string, date = '2026-11-24') =>
      settle({ seat: { centerId: 'seoul', date, time: '08:00' }, holdId: `order of ${ticket}`, ticket }),
    gathered: () => {
      for (const go of waiting.splice(0)) go();
    },
  };
}

describe('When orders stand on their holds', () => {
  test('then each slot hears of all that came together in one call', async () => {
    const heard: [string, string[]][] = [];
    const { settle, gathered } = settler(async (...call) => {
      heard.push(call);
      return {};
    });
    const all = [settle('1'), settle('2'), settle('3', '2026-11-25')];
    expect(heard).toEqual([]);
    gathered();
    await Promise.all(all);
    expect(heard).toEqual([
      ['seoul_2026-11-24', ['1', '2']],
      ['seoul_2026-11-25', ['3']],
    ]);
  });

  test('and one comes once the call is under way, then it is in the next', async () => {
    const heard: string[][] = [];
    const { settle, gathered } = settler(async (_slot, tickets) => {
      heard.push(tickets);
      return {};
    });
    const first = settle('1');
    gathered();
    await first;
    const second = settle('2');
    gathered();
    await second;
    expect(heard).toEqual([['1'], ['2']]);
  });

  test('and the slot is not reached, then nobody hears of it: its visit finds out', async () => {
    const { settle, gathered } = settler(() => Promise.reject(new Error('no host')));
    const told = settle('1');
    gathered();
    await expect(told).resolves.toBeUndefined();
  });
});
