import type { AcceptedOrder } from '../domain/orderState';
import { expectLaws, orderId, placeInput, slot, worldWith } from './laws.sample';
import { declinedCard, goodCard } from './payment.sample';
import { OrderProcess, World } from './world.sample';

type Answer = { order: AcceptedOrder } & { refused?: string };

describe('When an order is placed', () => {
  test('again with the same request, then both hear the same, whatever became of it', async () => {
    const world = new World();
    const process = new OrderProcess(world);
    const place = () =>
      process.order<Answer & { current: AcceptedOrder }>(orderId, 'place', { ...placeInput, card: goodCard });
    const first = await place();
    expect(await place()).toEqual(first);
    await process.order(orderId, 'cancel');
    const again = await place();
    expect(again.order).toEqual(first.order);
    expect(again.current.status).toBe('canceled');
    expect(await process.order(orderId, 'place', { ...placeInput, fingerprint: 'another' })).toEqual({
      refused: 'idempotency_key_reused',
    });
  });

  test('fifty times at once, then there is one seat, one place in the quota, one charge', async () => {
    const world = new World();
    const process = new OrderProcess(world);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => process.order(orderId, 'place', { ...placeInput, card: goodCard })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(world.payment.asked).toHaveLength(1);
    await process.heal(1);
    expectLaws(world);
  });

  test('a day after the first of its key, then it is told so, at the edge too, and nothing happens', async () => {
    const world = new World();
    const process = new OrderProcess(world);
    const place = () => process.order(orderId, 'place', { ...placeInput, card: goodCard });
    const first = await place();
    world.pass(24 * 60 * 60 - 1);
    expect(await place()).toEqual(first);
    world.pass(1);
    const answers = await Promise.all(Array.from({ length: 50 }, place));
    expect(answers).toEqual(answers.map(() => ({ isOver: true })));
    expect(world.payment.asked).toHaveLength(1);
  });

  test.each([
    ['the card is declined', { card: declinedCard }, 'payment_declined'],
    ['what was sealed is no card', { sealedCard: 'of no card' }, 'card_number_invalid'],
  ])('and %s, then nothing is left, and the key may be used again', async (_what, card, refused) => {
    const world = new World();
    const process = new OrderProcess(world);
    expect(await process.order(orderId, 'place', { ...placeInput, ...card })).toMatchObject({ refused });
    expect(world.slot(slot)).toMatchObject({ seats: {}, unsettled: {} });
    expect(await process.order(orderId, 'place', { ...placeInput, card: goodCard })).toHaveProperty('order');
    await process.heal(1);
    expectLaws(world);
  });

  test.each([
    ['person', 'person_limit_reached', 3],
    ['address', 'address_limit_reached', 1],
  ])(
    'and its %s has as many as allowed, then it is refused, and no seat is kept',
    async (customerKind, refused, limit) => {
      const world = new World();
      const process = new OrderProcess(world);
      const quota = { customerKey: 'key', customerKind };
      for (let i = 0; i < limit; i++) {
        const id = `01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a6${i}`;
        expect(await process.order(id, 'place', { ...placeInput, quota })).toHaveProperty('order');
      }
      expect(await process.order(orderId, 'place', { ...placeInput, quota })).toEqual({
        refused,
        facts: { limit },
      });
      expect(Object.keys(world.slot(slot).seats)).toHaveLength(limit);
      expect(world.payment.asked).toHaveLength(limit);
    },
  );
});

describe('When an event comes', () => {
  const received = {
    eventId: 'reservation.1',
    orderId,
    version: 1,
    occurredAt: '2026-11-20T03:00:00.000Z',
    type: 'ReservationReceived',
    data: {
      reservationId: 'r',
      payment: {
        paymentId: 'p',
        amountKrw: 50_000,
        payMethod: 'card',
        approvedAt: '2026-11-20T03:00:00.000Z',
      },
      booking: { seat: { centerId: 'seoul', date: '2026-11-24', time: '08:00' }, orderType: 'basic' },
    },
  };

  test('twice, then it is taken in once', async () => {
    const world = await worldWith('paid');
    const process = new OrderProcess(world);
    for (const _time of [1, 2]) await process.order(orderId, 'takeIn', { event: received });
    expect(world.told(orderId).map(({ type }) => type)).toEqual(['OrderPlaced', 'OrderProgressed']);
    expectLaws(world);
  });

  test('for an order that is not there yet, then it is not taken in, so that it comes again', async () => {
    const process = new OrderProcess(new World());
    await expect(process.order(orderId, 'takeIn', { event: received })).rejects.toThrow();
  });

  test('of what was decided here before, then nothing changes', async () => {
    const world = await worldWith('confirmed');
    const before = world.stored.get(`Order/${orderId}`);
    const event = { ...received, type: 'ReservationConfirmed' };
    expect(await new OrderProcess(world).order(orderId, 'takeIn', { event })).toEqual({});
    expect(world.stored.get(`Order/${orderId}`)).toEqual(before);
  });
});

describe('When somebody asks for all that an order told', () => {
  test('then it is what was published, event by event', async () => {
    const world = await worldWith('confirmed');
    const process = new OrderProcess(world);
    await process.order(orderId, 'move', { orderType: 'small', date: '2026-11-26' });
    await process.order(orderId, 'move', { orderType: 'grand' });
    await process.order(orderId, 'cancel');
    const { events } = await process.order<{ events: unknown[] }>(orderId, 'told');
    expect(events).toEqual(world.told(orderId));
    expect(events).toHaveLength(6);
  });

  test('of what was abandoned before it was placed, then its versions begin at one all the same', async () => {
    const world = new World();
    const process = new OrderProcess(world);
    await process.order(orderId, 'resolve', { tickets: ['01000000-0000-7000-8000-000000000000'] });
    await process.order(orderId, 'place', { ...placeInput, card: goodCard });
    await process.host.drain();
    const { events } = await process.order<{ events: unknown[] }>(orderId, 'told');
    expect(events).toEqual(world.told(orderId));
    expect(events).toMatchObject([{ version: 1, type: 'OrderPlaced' }]);
  });

  test('of an order that never was, then that is nothing', async () => {
    expect(await new OrderProcess(new World()).order(orderId, 'told')).toEqual({ events: [] });
  });
});

test('When an order is listed, then by the visit that it has now, without phone, person or request', async () => {
  const world = await worldWith('confirmed');
  const process = new OrderProcess(world);
  await process.order(orderId, 'move', { date: '2026-11-26' });
  const entry = world.listed.get(orderId)?.entry;
  expect(entry).toMatchObject({
    sorts: { placedAt: '2026-11-20T03:00:00.000Z', visitAt: '2026-11-26 08:00' },
    facets: ['status:confirmed'],
  });
  const text = JSON.stringify(entry?.doc);
  for (const hidden of ['+8210', 'digest of a person', 'the request']) expect(text).not.toContain(hidden);
});
