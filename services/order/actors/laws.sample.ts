import { hasEnded } from '../domain/orderState';
import { seatsTaken } from '../domain/slot';
import { tellingsOf } from '../domain/tellings';
import { goodCard } from './payment.sample';
import { slotId } from './slotActor';
import { OrderProcess, World } from './world.sample';

export const orderId = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
export const customerKey = 'digest of a person';
export const date = '2026-11-24';
export const slot = `seoul_${date}`;

export const placeInput = {
  orderType: 'basic',
  name: 'Kim',
  phone: '+821012345678',
  language: 'ko',
  centerId: 'seoul',
  date,
  quota: { customerKey, customerKind: 'person' },
  fingerprint: 'the request',
};

/** A world with one order, a minute after it was placed. */
export async function worldWith(how: 'paid' | 'unpaid' | 'confirmed', input: object = {}): Promise<World> {
  const world = new World();
  const process = new OrderProcess(world);
  const card = how === 'unpaid' ? {} : { card: goodCard };
  await process.order(orderId, 'place', { ...placeInput, ...card, ...input });
  if (how === 'confirmed') {
    await process.order(orderId, 'decide', { reservationId: 'r', decision: 'confirmed' });
  }
  await process.heal(1);
  return world;
}

/** What holds of an order once all has come to rest: law by law, whatever happened before. */
export function expectLaws(world: World, id = orderId): void {
  const order = world.order(id);
  const isLive = order.status !== 'none' && !hasEnded(order);

  const seats = world.slots().flatMap(([name, state]) =>
    seatsTaken(state)
      .filter((seat) => seat.orderId === id)
      .map(({ time, orderType }) => ({ slot: name, time, orderType })),
  );
  const stood = order.status === 'none' ? undefined : order.standing;
  expect({ seats }).toEqual({
    seats:
      isLive && stood
        ? [{ slot: slotId(stood.seat), time: stood.seat.time, orderType: stood.orderType }]
        : [],
  });
  expect({ isCounted: id in world.customer(customerKey).live }).toEqual({ isCounted: isLive });

  const book = world.payment.book(id);
  expect({ keptKrw: world.payment.keptKrw(id) }).toEqual({ keptKrw: keptOf(world, id) });
  expect({ isOpen: book.status === 'open' }).toEqual({ isOpen: order.status === 'Payment Requested' });
  if (book.status === 'open' && stood) expect(book.dues.at(-1)?.dueKrw).toBe(stood.dueKrw);

  const told = order.status === 'none' ? [] : tellingsOf(order);
  expect(
    world.told(id).map(({ version, type, occurredAt: at, data }) => ({ version, type, at, data })),
  ).toEqual(told.map((telling, i) => ({ version: i + 1, ...telling })));
  const listed = world.listed.get(id)?.entry?.doc;
  expect({ listed: listed?.status }).toEqual({ listed: order.status === 'none' ? undefined : order.status });

  expect(order).not.toHaveProperty('canceling');
  expect(world.guards()).toEqual([]);
  // One that was paid late is visited once more, when the payment would have been overdue.
  const toVisit = world.slots().flatMap(([, { unsettled }]) => Object.keys(unsettled));
  const mayVisit = isLive && stood ? [stood.hold.holdId] : [];
  expect({ toVisit: toVisit.filter((holdId) => !mayVisit.includes(holdId)) }).toEqual({ toVisit: [] });
  if (order.status === 'Payment Requested') expect({ toVisit }).toEqual({ toVisit: mayVisit });
}

function keptOf(world: World, id: string): number {
  const order = world.order(id);
  if (!('payment' in order) || !order.payment) return 0;
  return hasEnded(order) ? order.standing.dueKrw - order.refundKrw : order.standing.dueKrw;
}
