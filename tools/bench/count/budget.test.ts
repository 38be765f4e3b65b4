import { overBudget, readBudget } from './budget';
import type { Counts } from './counting';

const counts: Counts = {
  callsWaitedFor: 17,
  callsUntilMyPage: 25,
  callsInAll: 32.6,
  writesWaitedFor: 7,
  publishes: 3,
  redisCommands: 162,
  redisWrites: 90,
  connectionsOpened: 0.1,
};

describe('What a booking may cost', () => {
  test('When every count is within its budget, or has none, then nothing is said', () => {
    expect(overBudget('atLoad', counts, { callsWaitedFor: 17, publishes: 3.5 })).toEqual([]);
  });

  test('When a count has grown past its budget, then it is named with both figures', () => {
    expect(overBudget('atLoad', counts, { callsWaitedFor: 16.9, callsInAll: 33 })).toEqual([
      'atLoad: callsWaitedFor 17.00, budget 16.9',
    ]);
  });

  test('When the budget names what nobody counts, then that is said, for it holds nothing back', () => {
    expect(overBudget('sameDay', counts, { callsWaited: 1 } as Partial<Counts>)).toEqual([
      'sameDay: callsWaited is in the budget, and nobody counts it',
    ]);
  });
});

test('When the committed budget is read, then each phase has one, and each figure in it is a count', () => {
  const budget = readBudget();
  expect(Object.keys(budget).sort()).toEqual(['atLoad', 'otherDays', 'sameDay', 'sameDayAtLoad']);
  for (const [phase, each] of Object.entries(budget)) {
    expect(Object.keys(each).filter((name) => !(name in counts))).toEqual([]);
    expect([phase, each.callsWaitedFor, each.callsInAll]).toEqual([
      phase,
      expect.any(Number),
      expect.any(Number),
    ]);
  }
});
