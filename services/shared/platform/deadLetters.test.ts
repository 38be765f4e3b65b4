import { z } from 'zod';
import { refuse } from '../contracts/refusals';
import type { DeadLetter, DeadLetterStore } from './deadLetterStore';
import { createDeadLetters, type HandOver, HopelessError, reasonOf } from './deadLetters';
import { createLogger } from './logger';
import { RefusedError } from './problem';

const log = createLogger('test', 'fatal');
const began = Date.parse('2026-11-24T00:00:00.000Z');
let now = began;

function storeInMemory() {
  const letters = new Map<string, DeadLetter>();
  const due = new Map<string, number>();
  const setDue = (id: string, dueMs?: number) => (dueMs === undefined ? due.delete(id) : due.set(id, dueMs));
  const store: DeadLetterStore = {
    async keep(letter, dueMs) {
      if (letters.has(letter.id)) return;
      letters.set(letter.id, letter);
      setDue(letter.id, dueMs);
    },
    find: async (id) => letters.get(id),
    page: async () => ({ letters: [...letters.values()], total: letters.size }),
    async takeDue(nowMs, againMs) {
      const ids = [...due].filter(([, at]) => at <= nowMs).map(([id]) => id);
      for (const id of ids) due.set(id, againMs);
      return ids;
    },
    async failedAgain(letter, dueMs) {
      letters.set(letter.id, letter);
      setDue(letter.id, dueMs);
    },
    async remove(id) {
      letters.delete(id);
      due.delete(id);
    },
    async close() {},
  };
  return { store, letters, due };
}

function lettersWith(handOver: HandOver) {
  const memory = storeInMemory();
  const options = { store: memory.store, clock: () => new Date(now), log, retrySeconds: 60 };
  return { ...memory, deadLetters: createDeadLetters(options, handOver) };
}

const letter = { id: 'orders:o-1.1', topic: 'orders', event: { data: { phone: '+821012345678' } } };

beforeEach(() => {
  now = began;
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

test('When a letter comes twice, then it is kept once, since the first time, with the last reason', async () => {
  const { deadLetters, letters } = lettersWith(async () => {});
  deadLetters.noteFailure(letter.id, new Error('store is away'));
  await deadLetters.keep(letter);
  now += 5_000;
  await deadLetters.keep(letter);

  expect([...letters.values()]).toEqual([
    { ...letter, since: new Date(began).toISOString(), tries: 0, reason: 'Error: store is away' },
  ]);
});

test('When it is handed over and taken in, then it is gone, and a second command finds none', async () => {
  const handOver = jest.fn(async () => {});
  const { deadLetters, letters, due } = lettersWith(handOver);
  await deadLetters.keep(letter);

  expect(await deadLetters.redrive(letter.id)).toEqual({ outcome: 'taken in' });
  expect(await deadLetters.redrive(letter.id)).toBeUndefined();
  expect(handOver.mock.calls).toEqual([[letter.topic, letter.event]]);
  expect([letters.size, due.size]).toEqual([0, 0]);
});

test('When it fails again, then it stays with the reason, and is tried by itself ever more rarely', async () => {
  const { deadLetters, letters, due } = lettersWith(() => Promise.reject(new Error('still away')));
  await deadLetters.keep(letter);
  const waits = [(due.get(letter.id) ?? 0) - now];
  for (let i = 0; i < 7; i++) {
    expect(await deadLetters.redrive(letter.id)).toEqual({ outcome: 'kept', reason: 'Error: still away' });
    waits.push((due.get(letter.id) ?? 0) - now);
  }

  expect(waits.map((ms) => ms / 1_000)).toEqual([60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
  expect(letters.get(letter.id)).toMatchObject({ tries: 7, reason: 'Error: still away' });
});

test('When a fault is over, then the letter is taken in by itself once it is due, and not before', async () => {
  const handOver = jest.fn(async () => {});
  const { deadLetters, letters } = lettersWith(handOver);
  await deadLetters.keep(letter);
  deadLetters.startTrying();

  now += 59_000;
  await jest.advanceTimersByTimeAsync(2_000);
  expect(handOver).not.toHaveBeenCalled();
  now += 2_000;
  await jest.advanceTimersByTimeAsync(2_000);
  expect(handOver).toHaveBeenCalledTimes(1);
  expect(letters.size).toBe(0);
});

test('When no repeat can help, then it is tried by command only', async () => {
  const { deadLetters, due } = lettersWith(() => Promise.reject(new HopelessError('no event of ours')));
  deadLetters.noteFailure(letter.id, new HopelessError('no event of ours'));
  await deadLetters.keep(letter);
  expect(due.size).toBe(0);
  await deadLetters.redrive(letter.id);
  expect(due.size).toBe(0);
});

test.each<[string, unknown, string]>([
  ['a refusal', new RefusedError(refuse('order_not_found')), 'refused: order_not_found'],
  ['a parser', new SyntaxError('Unexpected token in {"name":"홍길동"'), 'SyntaxError'],
  ['a number in a text', new Error('cannot send to +821012345678'), 'Error: cannot send to [phone]'],
  [
    'a schema',
    z.object({ name: z.number() }).safeParse({ name: '홍길동' }).error,
    'not as agreed: /name invalid_type',
  ],
  ['no error', '홍길동', 'unknown'],
])('When the reason is %s, then it tells nothing of a person', (_what, error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
