import type { OrderEvent } from '../../shared/contracts/events';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import { emptyPage, foldEvents, type MyPage } from '../domain/myPage';
import { orderId, placed, progressed, told } from '../domain/order.sample';
import { notificationSubscriptions } from './subscriptions';

const otherId = '01980000-0000-7000-8000-000000000002';
const events = told([placed(), progressed('Pay Approved')]);
const ofOther = told([placed()], otherId);

test('When it subscribes, then to what the orders tell, and to nothing else', () => {
  expect(subscription().topics).toEqual(['orders', 'order-steps', 'order-changes']);
});

test('When an event comes, then its order takes it in, is listed, and its messages are due', async () => {
  const { handle, took, listed, woken } = subscription();
  await handle(...events, ...ofOther);
  expect(took).toEqual([...events, ...ofOther].map((event) => [event.orderId, [event]]));
  expect(listed.map(({ orderId: id, version }) => [id, version])).toEqual([
    [orderId, 1],
    [orderId, 2],
    [otherId, 1],
  ]);
  expect(woken).toEqual([orderId, orderId, otherId]);
});

test('When an event is repeated, then its page is listed again, and nothing is due', async () => {
  const { handle, listed, woken } = subscription();
  await handle(...events);
  await handle(...events.slice(0, 1));
  expect(listed.map(({ version }) => version)).toEqual([1, 2, 2]);
  expect(woken).toEqual([orderId, orderId]);
});

test('When the list cannot be written, then the event is not taken in', async () => {
  const { handle } = subscription({ put: () => Promise.reject(new Error('no list')) });
  await expect(handle(...events)).rejects.toThrow('no list');
});

test('When an event is of a type that is not known here, then it is not taken in, for others wait for it', async () => {
  const { handle } = subscription();
  const [event] = events;
  await expect(handle({ ...event, type: 'OrderPaused' } as unknown as OrderEvent)).rejects.toThrow();
});

function subscription({ put }: { put?: () => Promise<void> } = {}) {
  const stored = new Map<string, MyPage>();
  const took: [string, readonly OrderEvent[]][] = [];
  const listed: MyPage[] = [];
  const woken: string[] = [];
  const handlers = notificationSubscriptions({
    pages: {
      async take(id, ofOrder) {
        took.push([id, ofOrder]);
        const { page, steps } = foldEvents(stored.get(id) ?? emptyPage(id), ofOrder);
        stored.set(id, page);
        return { page, isDue: steps.length > 0 };
      },
    },
    list: { put: put ?? (async (page) => void listed.push(page)) },
    wake: (id) => woken.push(id),
  });
  const [handler] = handlers;
  const handle = async (...some: readonly OrderEvent[]) => {
    if (!handler) throw new Error('nobody takes the events in');
    for (const event of some) await handler.handle(event as unknown as StampedEvent);
  };
  return { topics: handlers.map(({ topic }) => topic), handle, took, listed, woken };
}
