import request from 'supertest';
import type { CenterDecision, DecisionOutcome, DecisionRequest } from '../../shared/contracts/decisions';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import { ActorHost } from '../../shared/platform/actorHost/host';
import { createHttpApp } from '../../shared/platform/httpApp';
import type { ListedEntry } from '../../shared/platform/listIndex';
import { createLogger } from '../../shared/platform/logger';
import {
  type Invocation,
  type InvocationAnswer,
  type PublishedEvent,
  type Sidecar,
  SidecarError,
} from '../../shared/platform/sidecar';
import type { OrderNews } from '../domain/orderNews';
import { createOrderClient } from './orderClient';
import { reservationActor, reservationType } from './reservationActor';

const now = '2026-07-25T01:00:00.000Z';
const at = '2026-07-25T01:00:01.000Z';
const granted: DecisionOutcome = { outcome: 'granted', at };
const booking = {
  seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
  orderType: 'basic',
  name: 'Kim',
};
const payment = { paymentId: 'a', amountKrw: 50_000, payMethod: 'cash' as const, approvedAt: now };
const paid: OrderNews = { kind: 'request', version: 1, booking, payment };
const canceled: OrderNews = {
  kind: 'end',
  version: 2,
  end: { status: 'canceled', canceledAt: at, by: 'customer', reason: 'a cold' },
  booking,
  payment,
};

/** A sidecar in memory, with an order behind it that answers as it is told to. */
class MemorySidecar
  implements
    Pick<
      Sidecar,
      'readActorState' | 'writeActorState' | 'publish' | 'setReminder' | 'deleteReminder' | 'invoke'
    >
{
  readonly stored = new Map<string, unknown>();
  readonly published: StampedEvent[] = [];
  readonly reminders = new Set<string>();
  readonly asked: DecisionRequest[] = [];
  writes = 0;
  order: () => Promise<InvocationAnswer> | InvocationAnswer = () => answering(granted);
  beforeWrite: (write: number) => void = () => {};

  async readActorState(_type: string, id: string) {
    const value = this.stored.get(id);
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  }
  async writeActorState(_type: string, id: string, _key: string, value: unknown) {
    this.writes += 1;
    this.beforeWrite(this.writes);
    this.stored.set(id, JSON.parse(JSON.stringify(value)));
  }
  async publish(_topic: string, events: readonly PublishedEvent[]) {
    this.published.push(...(JSON.parse(JSON.stringify(events)) as StampedEvent[]));
  }
  async setReminder(_type: string, _id: string, name: string) {
    this.reminders.add(name);
  }
  async deleteReminder(_type: string, _id: string, name: string) {
    this.reminders.delete(name);
  }
  async invoke({ appId, path, body }: Invocation) {
    expect([appId, path]).toEqual(['order', '/decisions']);
    this.asked.push(body as DecisionRequest);
    return this.order();
  }
}

function answering(body: unknown, status = 200): InvocationAnswer {
  return { status, headers: {}, body };
}

const unreachable = () => {
  throw new SidecarError('timeout', 'invoke order/decisions', 'no answer');
};

function theCenter() {
  const sidecar = new MemorySidecar();
  const listed = new Map<string, ListedEntry | undefined>();
  const host = new ActorHost({
    sidecar: sidecar as unknown as Sidecar,
    log: createLogger('test', 'fatal'),
    clock: () => new Date(now),
    fence: 'redis',
    actors: [reservationActor({ order: createOrderClient(sidecar) })],
    lists: {
      [reservationType]: {
        put: async (id, _version, entry) => {
          listed.set(id, entry);
        },
      },
    },
  });
  const app = createHttpApp({ log: createLogger('test', 'fatal'), routers: [], fromSidecar: [host] });
  const put = (path: string, input: object = {}) =>
    request(app).put(`/actors/Reservation/a/method/${path}`).send(input);
  return {
    sidecar,
    listed,
    follow: (news: OrderNews) => put('follow', { news }),
    decide: (decision: CenterDecision, reason?: string) => put('decide', { decision, reason }),
    /** Its process died and another one takes over; what was in memory is gone. */
    restart: () => request(app).get('/dapr/config'),
    async recover() {
      for (const name of [...sidecar.reminders]) await put(`remind/${name}`);
      await host.drain();
    },
    settled: () => host.drain(),
    state: () => (sidecar.stored.get('a') as { state: Record<string, unknown> } | undefined)?.state,
    told: () => sidecar.published.map(({ type }) => type),
  };
}

async function withRequest(...decisions: CenterDecision[]) {
  const center = theCenter();
  await center.follow(paid);
  for (const decision of decisions) await center.decide(decision);
  await center.settled();
  return center;
}

describe('The order’s news', () => {
  test('When a paid order is heard of, more than once, then it is received once, told once, and listed', async () => {
    const { follow, sidecar, told, listed } = theCenter();
    for (let i = 0; i < 3; i++) expect((await follow(paid)).status).toBe(200);

    expect(told()).toEqual(['ReservationReceived']);
    expect(sidecar.published[0]).toMatchObject({
      orderId: 'a',
      version: 1,
      data: { reservationId: 'a', booking, payment },
    });
    expect(sidecar.writes).toBe(1);
    expect(listed.get('a')).toMatchObject({ doc: { status: 'received' }, sorts: { receivedAt: now } });
  });

  test('When its end overtook it, then it is told to be canceled, and never to be received', async () => {
    const { follow, told, listed, sidecar } = theCenter();
    await follow(canceled);
    await follow(paid);

    expect(told()).toEqual(['ReservationCanceled']);
    expect(sidecar.published[0]).toMatchObject({
      occurredAt: at,
      data: { reservationId: 'a', by: 'customer', reason: 'a cold' },
    });
    expect(listed.get('a')).toMatchObject({ doc: { status: 'canceled' } });
  });

  test('When an order ends that was never paid, then nothing is told and nothing is listed', async () => {
    const { follow, told, listed } = theCenter();
    await follow({ ...canceled, payment: undefined });

    expect(told()).toEqual([]);
    expect([...listed.values()]).toEqual([undefined]);
  });

  test('When it is moved, then the list has it on its new day, and nothing is told', async () => {
    const { follow, told, listed } = await withRequest();
    await follow({
      kind: 'move',
      version: 2,
      booking: { ...booking, seat: { ...booking.seat, date: '2026-07-27' } },
    });

    expect(told()).toEqual(['ReservationReceived']);
    expect(listed.get('a')).toMatchObject({ sorts: { visitAt: '2026-07-27 08:00' } });
    expect(listed.get('a')?.facets).toContain('date:2026-07-27|status:received');
  });
});

describe('Leave of the order', () => {
  test('When it is granted, then the order’s instant counts, the event goes out, and no guard is left', async () => {
    const { decide, sidecar, state, told, settled } = await withRequest();
    const { body } = await decide('confirmed');
    await settled();

    expect(body.reservation).toMatchObject({ status: 'confirmed', confirmedAt: at });
    expect(sidecar.asked).toEqual([{ orderId: 'a', reservationId: 'a', decision: 'confirmed' }]);
    expect(state()).toEqual(body.reservation);
    expect(told()).toEqual(['ReservationReceived', 'ReservationConfirmed']);
    expect(sidecar.published[1]).toMatchObject({ occurredAt: at });
    expect([...sidecar.reminders]).toEqual([]);
  });

  test('When the same is decided again, then it answers the same, asks nobody and writes nothing', async () => {
    const { decide, sidecar } = await withRequest('confirmed');
    const writes = sidecar.writes;

    expect((await decide('confirmed')).body.reservation).toMatchObject({ confirmedAt: at });
    expect([sidecar.asked.length, sidecar.writes]).toEqual([1, writes]);
  });

  test('When an own rule says no, then the order is not asked', async () => {
    const { decide, sidecar } = await withRequest();

    expect((await decide('checked in')).body).toEqual({ refused: 'reservation_not_confirmed' });
    expect(sidecar.asked).toEqual([]);
  });

  test.each<[CenterDecision[], string, object]>([
    [['confirmed', 'checked in', 'completed'], 'ReservationCompleted', { booking, payment }],
    [['confirmed', 'checked in'], 'ReservationCheckedIn', { booking, payment }],
    [['confirmed', 'no show'], 'ReservationNoShow', { booking, payment }],
    [['rejected'], 'ReservationRejected', { booking, payment }],
    [['confirmed', 'canceled'], 'ReservationCanceled', { by: 'center' }],
  ])('When %j is decided, then %s tells of the last', async (decisions, type, data) => {
    const { sidecar } = await withRequest(...decisions);
    expect(sidecar.published.at(-1)).toMatchObject({ type, data });
  });

  test('When it is refused, then the caller learns why, and all is as before', async () => {
    const { decide, sidecar, state, told, settled } = await withRequest();
    const before = state();
    sidecar.order = () =>
      answering({ outcome: 'refused', refused: 'order_ended', facts: { by: 'customer' } });

    expect((await decide('confirmed')).body).toEqual({ refused: 'order_ended', facts: { by: 'customer' } });
    await settled();
    expect(state()).toEqual(before);
    expect(told()).toEqual(['ReservationReceived']);
    expect([...sidecar.reminders]).toEqual([]);
  });

  test('When a reason is given, then the order hears it, and it is kept', async () => {
    const { decide, sidecar, state } = await withRequest();
    await decide('canceled', 'closed for repairs');

    expect(sidecar.asked[0]).toMatchObject({ decision: 'canceled', reason: 'closed for repairs' });
    expect(state()).toMatchObject({ status: 'canceled', by: 'center', reason: 'closed for repairs' });
    expect(sidecar.published.at(-1)).toMatchObject({ data: { reason: 'closed for repairs' } });
  });
});

describe('Killed or cut off on the way', () => {
  test.each([
    ['is not reached', unreachable],
    ['answers with an error', () => answering({ code: 'internal_error' }, 500)],
  ])('When the order %s, then the caller hears 503, and it is asked until it answers', async (_how, away) => {
    const { decide, sidecar, state, told, recover } = await withRequest();
    sidecar.order = away;
    expect((await decide('confirmed')).body).toEqual({ refused: 'service_unavailable' });
    expect(state()).toMatchObject({
      status: 'received',
      deciding: { decision: 'confirmed', at: now },
    });

    await recover();
    expect(state()).toMatchObject({ status: 'received' });
    expect([...sidecar.reminders]).toHaveLength(1);

    sidecar.order = () => answering(granted);
    await recover();
    expect(state()).toMatchObject({ status: 'confirmed', confirmedAt: at });
    expect(state()).not.toHaveProperty('deciding');
    expect(told()).toEqual(['ReservationReceived', 'ReservationConfirmed']);
    expect([...sidecar.reminders]).toEqual([]);
  });

  test('When leave was granted and the process died before its save, then another one finishes it', async () => {
    const { decide, sidecar, state, told, restart, recover } = await withRequest();
    const intention = sidecar.writes + 1;
    sidecar.beforeWrite = (write) => {
      if (write > intention) throw new Error('killed');
    };
    expect((await decide('rejected', 'full')).status).toBe(500);
    expect(sidecar.asked).toHaveLength(1);
    expect(state()).toMatchObject({ status: 'received', deciding: { decision: 'rejected', reason: 'full' } });

    sidecar.beforeWrite = () => {};
    await restart();
    await recover();
    expect(sidecar.asked).toHaveLength(2);
    expect(sidecar.asked[1]).toEqual(sidecar.asked[0]);
    expect(state()).toMatchObject({ status: 'rejected', rejectedAt: at, reason: 'full' });
    expect(told()).toEqual(['ReservationReceived', 'ReservationRejected']);
    expect([...sidecar.reminders]).toEqual([]);
  });

  test('When it died before it wrote its intention down, then nobody was asked and nothing is decided', async () => {
    const { decide, sidecar, state, restart, recover } = await withRequest();
    const before = state();
    sidecar.beforeWrite = () => {
      throw new Error('killed');
    };
    expect((await decide('confirmed')).status).toBe(500);

    sidecar.beforeWrite = () => {};
    await restart();
    await recover();
    expect(sidecar.asked).toEqual([]);
    expect(state()).toEqual(before);
    expect([...sidecar.reminders]).toEqual([]);
  });

  test('When the customer’s cancellation arrives meanwhile, then recovery asks nobody', async () => {
    const { decide, follow, sidecar, state, told, recover } = await withRequest();
    sidecar.order = unreachable;
    await decide('confirmed');
    await follow(canceled);
    await recover();

    expect(sidecar.asked).toHaveLength(1);
    expect(state()).toMatchObject({ status: 'canceled', by: 'customer', reason: 'a cold' });
    expect(told()).toEqual(['ReservationReceived', 'ReservationCanceled']);
    expect([...sidecar.reminders]).toEqual([]);
  });
});

describe('A decision while an earlier one waits for its answer', () => {
  async function waiting() {
    const center = await withRequest();
    center.sidecar.order = unreachable;
    await center.decide('confirmed');
    return center;
  }

  test('When it is the same, then the answer to the earlier is its answer', async () => {
    const { decide, sidecar, recover, state } = await waiting();
    sidecar.order = () => answering(granted);

    expect((await decide('confirmed')).body.reservation).toMatchObject({ status: 'confirmed' });
    await recover();
    expect(sidecar.asked).toHaveLength(2);
    expect(state()).toMatchObject({ status: 'confirmed' });
    expect([...sidecar.reminders]).toEqual([]);
  });

  test('When the order is still away, then it waits like the earlier, which stays', async () => {
    const { decide, sidecar, state } = await waiting();

    expect((await decide('canceled', 'closed')).body).toEqual({ refused: 'service_unavailable' });
    expect(state()).toMatchObject({ deciding: { decision: 'confirmed' } });
    expect([...sidecar.reminders]).toHaveLength(1);
  });

  test('When it is another one, then the earlier is settled first, and it is due', async () => {
    const { decide, sidecar, told, state } = await waiting();
    sidecar.order = () => answering(granted);

    expect((await decide('canceled', 'closed')).body).toEqual({ isDue: true });
    expect(state()).toMatchObject({ status: 'confirmed' });
    expect((await decide('canceled', 'closed')).body.reservation).toMatchObject({ status: 'canceled' });
    expect(told()).toEqual(['ReservationReceived', 'ReservationConfirmed', 'ReservationCanceled']);
  });

  test('When the earlier, settled, stands against it, then it is refused for that', async () => {
    const { decide, sidecar } = await waiting();
    sidecar.order = () => answering(granted);

    expect((await decide('rejected')).body).toEqual({ refused: 'reservation_already_confirmed' });
  });
});
