import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultTools } from '../support/faultTools';
import { checkHistories } from './run/history';
import type { SlotCall } from './run/journal';

jest.setTimeout(300_000);

type Call = Omit<SlotCall, 'caller'>;
const hold = (name: string, call: number, end: number): Call => ({
  kind: 'hold',
  hold: name,
  call,
  return: end,
});
const full = (call: number, end: number): Call => ({ kind: 'full', call, return: end });
const free = (name: string, call: number, end?: number): Call => ({
  kind: 'free',
  hold: name,
  call,
  ...(end ? { return: end } : {}),
});
const maybe = (call: Call): Call => ({ ...call, maybe: true });

describe('The checker of slot histories', () => {
  let binary: string;
  const folder = mkdtempSync(join(tmpdir(), 'healthcenter-histories-'));
  beforeAll(() => {
    binary = faultTools().linearizable;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function verdictOn(calls: Call[], capacity = 2): string | undefined {
    const history = { slot: 'a', capacity, calls: calls.map((call, caller) => ({ ...call, caller })) };
    return checkHistories(binary, join(folder, 'history.json'), [history])[0]?.verdict;
  }

  test.each<[string, Call[]]>([
    ['seats are given until there are none', [hold('a', 1, 2), hold('b', 3, 4), full(5, 6)]],
    ['one that came back is given again', [hold('a', 1, 2), hold('b', 3, 4), free('a', 5), hold('c', 6, 7)]],
    ['two that came at once are told in either order', [hold('a', 1, 9), hold('b', 1, 2), full(3, 4)]],
    [
      'a seat may have been taken by whom nobody heard from',
      [hold('a', 1, 2), maybe({ kind: 'hold', hold: 'x', call: 2 }), full(5, 6)],
    ],
  ])('When %s, then the history is taken', (_what, calls) => {
    expect(verdictOn(calls)).toBe('ok');
  });

  test.each<[string, Call[]]>([
    ['one seat more is given than there are', [hold('a', 1, 2), hold('b', 3, 4), hold('c', 5, 6)]],
    [
      'a seat is given again before it came back',
      [hold('a', 1, 2), hold('b', 3, 4), hold('c', 5, 6), free('a', 7, 8)],
    ],
    ['one is sent away from a slot with a free seat', [hold('a', 1, 2), full(3, 4), hold('b', 5, 6)]],
    ['one who has left is still in the way', [hold('a', 1, 2), hold('b', 3, 4), free('a', 5, 6), full(7, 8)]],
  ])('When %s, then that is caught', (_what, calls) => {
    expect(verdictOn(calls)).toBe('illegal');
  });
});
