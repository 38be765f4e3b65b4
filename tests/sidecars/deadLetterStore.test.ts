import {
  createDeadLetterStore,
  type DeadLetter,
  type DeadLetterStore,
} from '../../services/shared/platform/deadLetterStore';
import { eventually } from '../../tools/system/waiting';
import { startRedis } from '../support/redisOfItsOwn';

jest.setTimeout(60_000);

const letter = (n: number): DeadLetter => ({
  id: `orders:o-${n}.1`,
  topic: 'orders',
  event: { eventId: `o-${n}.1`, data: { name: '홍길동' } },
  reason: 'Error: store is away',
  since: new Date(1_000 * n).toISOString(),
  tries: 0,
});

let redis: Awaited<ReturnType<typeof startRedis>>;
let store: DeadLetterStore;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
let count = 0;
beforeEach(async () => {
  store = createDeadLetterStore(redis.url, `test-${count++}`);
  await eventually('it answers', async () => (await store.page(0, 1, true)).total === 0);
});
afterEach(() => store.close());

test('When letters are kept, one of them twice, then each is on one page, in its order', async () => {
  for (const n of [2, 1, 3]) await store.keep(letter(n));
  await store.keep({ ...letter(1), reason: 'another', since: new Date().toISOString() });

  expect(await store.page(0, 2, false)).toEqual({ letters: [letter(1), letter(2)], total: 3 });
  expect(await store.page(1, 2, false)).toEqual({ letters: [letter(3)], total: 3 });
  expect((await store.page(0, 1, true)).letters).toEqual([letter(3)]);
  expect(await store.find(letter(1).id)).toEqual(letter(1));
  expect(await store.find('unknown')).toBeUndefined();
});

test('When letters are due, then whoever takes them has them for a while, and who never is due stays', async () => {
  await store.keep(letter(1), 100);
  await store.keep(letter(2), 200);
  await store.keep(letter(3));

  expect(await store.takeDue(150, 500, 10)).toEqual([letter(1).id]);
  expect(await store.takeDue(450, 900, 10)).toEqual([letter(2).id]);
  expect(await store.takeDue(900, 2_000, 1)).toEqual([letter(1).id]);
});

test('When one failed again, then that is kept; due no more, or later', async () => {
  await store.keep(letter(1), 100);
  await store.failedAgain({ ...letter(1), tries: 1 }, 300);
  expect(await store.takeDue(250, 500, 10)).toEqual([]);
  expect(await store.find(letter(1).id)).toEqual({ ...letter(1), tries: 1 });
  await store.failedAgain({ ...letter(1), tries: 2 });
  expect(await store.takeDue(9_000, 9_500, 10)).toEqual([]);
});

test('When one was taken in, then nothing of it is left, and who tried it meanwhile in vain does not bring it back', async () => {
  await store.keep(letter(1), 100);
  await store.remove(letter(1).id);
  await store.failedAgain({ ...letter(1), tries: 1 }, 100);

  expect(await store.page(0, 10, true)).toEqual({ letters: [], total: 0 });
  expect(await store.takeDue(9_000, 9_500, 10)).toEqual([]);
});
