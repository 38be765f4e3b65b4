import fc from 'fast-check';
import { isRefusal } from '../../shared/contracts/refusals';
import { heard, type MessageRow, newMessage, resent, unknownMessage } from './messages';
import { emptyPage, foldEvents, type MyPage, type ShownPage } from './myPage';
import { moved, orderId, otherSeat, payment, placed, progressed, seat, stories, told } from './order.sample';

const now = '2026-07-24T02:00:00.000Z';

test('When a page changes, then one message is due, about that change', () => {
  const page = shown([placed(), progressed('Pay Approved')]);
  expect(newMessage(page)).toEqual({
    messageId: `${orderId}.2`,
    orderId,
    status: 'Pay Approved',
    text: expect.stringContaining('결제가 완료'),
    kind: 'SMS',
    createdAt: page.timeline[1]?.at,
    delivery: { state: 'pending', tries: 0 },
  });
});

test('When a booking is moved, then the message is about the move, though the status stayed', () => {
  expect(newMessage(shown([placed({ payment }), moved()]))).toMatchObject({
    messageId: `${orderId}.2`,
    status: 'Pay Approved',
    moved: { from: seat, to: otherSeat },
    text: expect.stringContaining('2026-07-27 14:00'),
  });
});

test('When the booking left no phone, then the row is kept, for nobody', () => {
  const page = shown([placed({ phone: undefined })]);
  expect(newMessage(page).delivery).toEqual({ state: 'no recipient' });
  expect(unknownMessage(page, true, now)).toEqual(newMessage(page));
});

test.each(Object.entries(stories))(
  'When a booking is %s, in any portions, then rows and timeline are one to one, and the same rows',
  (_name, happenings) => {
    const events = told(happenings);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), fc.nat(9), (arrival, at) => {
        const first = foldEvents(emptyPage(orderId), arrival.slice(0, at));
        const rest = foldEvents(first.page, arrival.slice(at));
        const rows = [...first.steps, ...rest.steps].map(newMessage);
        expect(rows.map(({ messageId, status, createdAt }) => [messageId, status, createdAt])).toEqual(
          rest.page.timeline.map((entry, index) => [`${orderId}.${index + 1}`, entry.status, entry.at]),
        );
        expect(rows).toEqual(foldEvents(emptyPage(orderId), events).steps.map(newMessage));
      }),
    );
  },
);

describe('When a rebuild finds no row for a change', () => {
  const page = shown([placed()]);

  test('then the row says that nobody knows, and is not due', () => {
    expect(unknownMessage(page, false, now)).toEqual({
      ...newMessage(page),
      delivery: { state: 'failed', reason: 'unknown_after_rebuild', tries: 0, failedAt: now },
    });
  });

  test('and its event was on its way, then the event makes it due', () => {
    expect(heard(unknownMessage(page, true, now))).toEqual(newMessage(page));
  });

  test('and its event had come before, then a repeat does not', () => {
    expect(heard(unknownMessage(page, false, now))).toBeUndefined();
  });
});

describe('When a message is to be sent again', () => {
  const failed: MessageRow = {
    ...newMessage(shown([placed()])),
    delivery: { state: 'failed', reason: 'number_unreachable', tries: 3, failedAt: now },
  };

  test('and it failed, then it is pending, and how it failed is kept', () => {
    expect(resent(failed)).toEqual({
      ...failed,
      delivery: { state: 'pending', tries: 0 },
      earlierFailures: [{ reason: 'number_unreachable', tries: 3, failedAt: now }],
    });
  });

  test('and it failed many times, then the latest twenty are kept, oldest first', () => {
    let row = failed;
    for (let tries = 1; tries <= 25; tries++) {
      row = { ...again(row), delivery: { state: 'failed', reason: 'again', tries, failedAt: now } };
    }
    expect(again(row).earlierFailures?.map(({ tries }) => tries)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 6),
    );
  });

  test('and only a rebuild knew of it, then its event does not send it once more', () => {
    const pending = again(unknownMessage(shown([placed()]), true, now));
    expect(pending.delivery).toEqual({ state: 'pending', tries: 0 });
    expect(heard(pending)).toBeUndefined();
  });

  test.each<MessageRow['delivery']>([
    { state: 'pending', tries: 2, lastFailure: 'timeout' },
    { state: 'sent', tries: 1, sentAt: now },
    { state: 'no recipient' },
  ])('and it is $state, then it is refused', (delivery) => {
    expect(resent({ ...failed, delivery })).toMatchObject({ refused: 'message_not_failed' });
  });

  test('under a key, then a repeat leaves it as it is, for a day; the key with another request is refused', () => {
    const request = { key: 'key', fingerprint: 'this' };
    const at = (hours: number) => new Date(Date.parse(now) + hours * 3_600_000);
    const asked = again(failed, { request, at: at(0) });
    expect(asked.requests).toEqual([{ ...request, at: at(0).toISOString(), outcome: 'done' }]);
    const failedAgain: MessageRow = { ...asked, delivery: failed.delivery };
    expect(resent(failedAgain, { request, at: at(23.9) })).toBe(failedAgain);
    expect(resent(failedAgain, { request: { key: 'key', fingerprint: 'other' }, at: at(1) })).toMatchObject({
      refused: 'idempotency_key_reused',
    });
    const next = again(failedAgain, { request, at: at(24) });
    expect(next.delivery).toEqual({ state: 'pending', tries: 0 });
    expect(next.requests).toEqual([{ ...request, at: at(24).toISOString(), outcome: 'done' }]);
  });
});

function again(...args: Parameters<typeof resent>): MessageRow {
  const row = resent(...args);
  if (isRefusal(row)) throw new Error(row.refused);
  return row;
}

function shown(happenings: Parameters<typeof told>[0]): ShownPage {
  const page: MyPage = foldEvents(emptyPage(orderId), told(happenings)).page;
  if (page.status === undefined) throw new Error('nothing is shown');
  return page;
}
