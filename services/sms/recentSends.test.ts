import { RecentSends } from './recentSends';

test('When a message is repeated, then it gets the first id and is not sent again', async () => {
  const { send, count } = aSender();
  const recent = new RecentSends();

  expect(await recent.once('m-1', send)).toBe('id-1');
  expect(await recent.once('m-1', send)).toBe('id-1');
  expect(await recent.once('m-2', send)).toBe('id-2');
  expect(count()).toBe(2);
});

test('When a message is repeated while the first is under way, then both get the same answer', async () => {
  const { send, count } = aSender();
  const recent = new RecentSends();

  expect(await Promise.all([recent.once('m-1', send), recent.once('m-1', send)])).toEqual(['id-1', 'id-1']);
  expect(count()).toBe(1);
});

test('When sending fails, then those who wait hear it, and the next try sends', async () => {
  const { send } = aSender();
  const recent = new RecentSends();
  const fail = () => Promise.reject(new Error('down'));

  const both = await Promise.allSettled([recent.once('m-1', fail), recent.once('m-1', send)]);

  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await recent.once('m-1', send)).toBe('id-1');
});

test('When there are more messages than it may remember, then the oldest is forgotten', async () => {
  const { send, count } = aSender();
  const recent = new RecentSends(2);

  for (const messageId of ['m-1', 'm-2', 'm-3', 'm-3', 'm-2']) await recent.once(messageId, send);
  expect(count()).toBe(3);

  await recent.once('m-1', send);
  expect(count()).toBe(4);
});

function aSender() {
  let sent = 0;
  const send = async () => {
    sent += 1;
    return `id-${sent}`;
  };
  return { send, count: () => sent };
}
