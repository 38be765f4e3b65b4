import { refuse } from '../../shared/contracts/refusals';
import type { Turn } from '../../shared/platform/actorHost/definition';
import { createLogger } from '../../shared/platform/logger';
import { SidecarError } from '../../shared/platform/sidecar';
import { type MessageRow, newMessage } from '../domain/messages';
import { emptyPage, foldEvents } from '../domain/myPage';
import { orderId, placed, progressed, told } from '../domain/order.sample';
import { dispatcherActor } from './dispatcherActor';
import type { SmsSender } from './smsSender';

const now = new Date('2026-07-24T02:00:00.000Z');
const { page, steps } = foldEvents(emptyPage(orderId), told([placed(), progressed('Pay Approved')]));

test('When messages are due, then they go out in their order, with kind and identity, and their tries are kept', async () => {
  const sent: Parameters<SmsSender>[0][] = [];
  const { look, rows, due } = shard({
    send: async (message) => {
      sent.push(message);
      return `sns-${sent.length}`;
    },
  });
  await look();
  expect(sent).toEqual(
    steps
      .map(newMessage)
      .map(({ text, kind, messageId }) => ({ to: '+821012345678', text, kind, messageId })),
  );
  expect(rows.map(({ delivery }) => delivery)).toEqual([
    { state: 'sent', tries: 1, providerId: 'sns-1', sentAt: now.toISOString() },
    { state: 'sent', tries: 1, providerId: 'sns-2', sentAt: now.toISOString() },
  ]);
  expect([...due]).toEqual([]);
});

test('When a message fails for now, then it waits, longer each time, and the later ones behind it', async () => {
  const send = jest.fn(() => Promise.reject(new SidecarError('timeout', 'binding sms', 'no answer')));
  const { look, rows, nextTries } = shard({ send });
  for (let tries = 1; tries <= 3; tries++) {
    await look();
    expect(rows.map(({ delivery }) => delivery)).toEqual([
      { state: 'pending', tries, lastFailure: 'binding sms: timeout: no answer' },
      { state: 'pending', tries: 0 },
    ]);
  }
  expect(nextTries.map((next) => next.getTime() - now.getTime())).toEqual([2_000, 4_000, 8_000]);
});

test('When a message can never be sent, then it failed, its reason tells no number, and the later ones go on', async () => {
  const send: SmsSender = async ({ messageId, to }) => {
    if (messageId.endsWith('.1'))
      throw new SidecarError(
        'refused',
        'binding sms',
        `code = InvalidArgument desc = no such phone ${to}`,
        500,
      );
    return undefined;
  };
  const { look, rows } = shard({ send });
  await look();
  expect(rows.map(({ delivery }) => delivery)).toEqual([
    {
      state: 'failed',
      reason: 'binding sms: refused 500: code = InvalidArgument desc = no such phone [phone]',
      tries: 1,
      failedAt: now.toISOString(),
    },
    { state: 'sent', tries: 1, sentAt: now.toISOString() },
  ]);
});

test('When a page is gone, then there is nobody to send to, and its order is not looked at again', async () => {
  const send = jest.fn();
  const { look, due } = shard({ send, isPageGone: true });
  await look();
  expect(send).not.toHaveBeenCalled();
  expect([...due]).toEqual([]);
});

function shard({ send, isPageGone = false }: { send: SmsSender; isPageGone?: boolean }) {
  const rows: MessageRow[] = steps.map(newMessage);
  const due = new Set([orderId]);
  /** Not due again before the next look. */
  const putOff = new Set<string>();
  const nextTries: Date[] = [];
  const forgetIfDone = async () => {
    if (rows.every(({ delivery }) => delivery.state !== 'pending')) due.delete(orderId);
  };
  const actor = dispatcherActor({
    pages: { read: async () => (isPageGone ? undefined : page) },
    ledger: {
      messages: async () => [...rows],
      message: async () => undefined,
      resend: async () => refuse('message_not_failed'),
      shardOf: () => 0,
      dueOrders: async () => [...due].filter((id) => !putOff.has(id)),
      forgetIfDone,
      forget: async (id) => void due.delete(id),
      async recordDelivery(row, nextTry) {
        rows[Number(row.messageId.split('.')[1]) - 1] = row;
        if (nextTry > now) putOff.add(row.orderId);
        if (nextTry > now) nextTries.push(nextTry);
        await forgetIfDone();
      },
    },
    send,
    lookSeconds: 10,
  });
  const turn = { id: '0', now: () => now, log: createLogger('test', 'fatal') } as unknown as Turn<object>;
  const look = async () => {
    putOff.clear();
    await actor.reminders?.look?.(turn);
  };
  return { look, rows, due, nextTries };
}
