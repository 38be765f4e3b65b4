import { gatherPublishes } from './gatherPublishes';
import { type PublishedEvent, SidecarError } from './sidecar';

const event = (number: number): PublishedEvent => ({ eventId: `e-${number}`, orderId: `o-${number}` });

/** A publisher whose clock and waiting are in the hands of the test. */
function publisher(
  answer: (topic: string, events: readonly PublishedEvent[]) => Promise<void> = async () => {},
) {
  const sent: string[] = [];
  let ms = 0;
  const waiting: { until: number; go: () => void }[] = [];
  const publish = gatherPublishes(
    async (topic, events) => {
      sent.push(`${topic}: ${events.map(({ eventId }) => eventId).join(' ')}`);
      await answer(topic, events);
    },
    50,
    { now: () => ms, wait: (for_) => new Promise<void>((go) => waiting.push({ until: ms + for_, go })) },
  );
  const pass = async (by: number) => {
    ms += by;
    for (const { until, go } of waiting) if (until <= ms) go();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { publish, sent, pass };
}

test('When an event comes alone, then it goes out at once', async () => {
  const { publish, sent, pass } = publisher();
  await publish('orders', [event(1)]);
  await pass(50);
  await publish('orders', [event(2)]);

  expect(sent).toEqual(['orders: e-1', 'orders: e-2']);
});

test('When others come within the gap, then they go out together at its end, and each waits until then', async () => {
  const { publish, sent, pass } = publisher();
  await publish('orders', [event(1)]);
  const done: number[] = [];
  const others = [2, 3].map(async (number) => {
    await publish('orders', [event(number)]);
    done.push(number);
  });
  await pass(49);
  expect({ sent, done }).toEqual({ sent: ['orders: e-1'], done: [] });

  await pass(1);
  await Promise.all(others);
  expect(sent).toEqual(['orders: e-1', 'orders: e-2 e-3']);
});

test('When topics differ, then neither waits for the other', async () => {
  const { publish, sent } = publisher();
  await publish('orders', [event(1)]);
  await publish('payments', [event(2)]);

  expect(sent).toEqual(['orders: e-1', 'payments: e-2']);
});

test('When one of many is refused, then it alone fails', async () => {
  const { publish, sent, pass } = publisher(async (_topic, events) => {
    if (events.some(({ eventId }) => eventId === 'e-2'))
      throw new SidecarError('refused', 'publish orders', 'too large', 413);
  });
  await publish('orders', [event(1)]);
  const outcomes = Promise.allSettled([2, 3].map((number) => publish('orders', [event(number)])));
  await pass(50);

  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(sent).toEqual(['orders: e-1', 'orders: e-2 e-3', 'orders: e-2', 'orders: e-3']);
});

test('When nobody answers for many, then none of them is asked again', async () => {
  const { publish, sent, pass } = publisher(async (_topic, events) => {
    if (events.length > 1) throw new SidecarError('timeout', 'publish orders', 'no answer');
  });
  await publish('orders', [event(1)]);
  const outcomes = Promise.allSettled([2, 3].map((number) => publish('orders', [event(number)])));
  await pass(50);

  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(sent).toHaveLength(2);
});

test('When what waited alone is refused, then it is not asked again', async () => {
  const { publish, sent, pass } = publisher(async (_topic, events) => {
    if (events[0]?.eventId === 'e-2') throw new SidecarError('refused', 'publish orders', 'too large', 413);
  });
  await publish('orders', [event(1)]);
  const outcome = publish('orders', [event(2)]).catch((error: Error) => error);
  await pass(50);

  expect(await outcome).toBeInstanceOf(SidecarError);
  expect(sent).toHaveLength(2);
});
