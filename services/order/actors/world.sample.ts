import { calendarTable } from '../../shared/contracts/calendar';
import { standardPackages } from '../../shared/contracts/packages';
import type { StampedEvent } from '../../shared/platform/actorHost/definition';
import type { Envelope } from '../../shared/platform/actorHost/envelope';
import { ActorHost } from '../../shared/platform/actorHost/host';
import { put } from '../../shared/platform/actorHost/memoryHost.sample';
import type { ListedEntry } from '../../shared/platform/listIndex';
import { createLogger } from '../../shared/platform/logger';
import type { ReminderTiming, Sidecar } from '../../shared/platform/sidecar';
import { SidecarError } from '../../shared/platform/sidecar';
import { type CustomerState, newCustomer } from '../domain/customer';
import { noOrder, type OrderState } from '../domain/orderState';
import { standardRefundTiers } from '../domain/refundPolicy';
import { emptySlot, type SlotState } from '../domain/slot';
import { createBreakerWatch } from './breakerWatch';
import { fixedCalendars } from './calendarSource';
import { customerActor } from './customerActor';
import { orderActor } from './orderActor';
import { PaymentBooks } from './payment.sample';
import { type PaymentClient, PaymentUnreachable } from './paymentClient';
import { createSeatKeeper } from './seatKeeper';
import { createSettler } from './settler';
import { slotActor } from './slotActor';

/** Two centres that are open every day: seoul with 20 seats at eight and at nine, busan with one at eight. */
const calendars = calendarTable.parse({
  seoul: {
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    openings: [
      { time: '08:00', seats: 20 },
      { time: '09:00', seats: 20 },
    ],
  },
  busan: { weekdays: [1, 2, 3, 4, 5, 6, 7], openings: [{ time: '08:00', seats: 1 }] },
});

export const packages = {
  ...standardPackages,
  grand: { ...standardPackages.prime, priceKrw: 2_000_000, dueKrw: 80_000 },
  small: { ...standardPackages.basic, priceKrw: 90_000, dueKrw: 30_000 },
} as typeof standardPackages;

/** Friday noon in Seoul. */
export const friday = new Date('2026-11-20T03:00:00.000Z');

/** For tests: what outlives every process: stores, reminders, the broker, payment, and time. */
export class World {
  now = friday;
  readonly payment = new PaymentBooks();
  readonly stored = new Map<string, { value: Envelope<unknown>; etag: number }>();
  readonly reminders = new Map<string, { dueAt: number; periodMs: number | undefined }>();
  /** By event id. */
  readonly published = new Map<string, StampedEvent>();
  readonly listed = new Map<string, { version: number; entry: ListedEntry | undefined }>();
  /** What payment has told and order has not taken in. */
  readonly paidEvents: StampedEvent[] = [];

  /** The same once more, to be broken in another way. */
  copy(): World {
    const world = new World();
    world.now = this.now;
    for (const name of ['stored', 'reminders', 'published', 'listed'] as const) {
      for (const [key, value] of this[name]) (world[name] as Map<string, unknown>).set(key, copy(value));
    }
    for (const [id, book] of this.payment.byOrder) world.payment.byOrder.set(id, copy(book));
    world.paidEvents.push(...this.paidEvents);
    return world;
  }

  order(id: string): OrderState {
    return (this.stored.get(`Order/${id}`)?.value.state ?? noOrder) as OrderState;
  }

  slot(id: string): SlotState {
    return (this.stored.get(`Slot/${id}`)?.value.state ?? emptySlot) as SlotState;
  }

  slots(): [string, SlotState][] {
    const keys = [...this.stored.keys()].filter((key) => key.startsWith('Slot/'));
    return keys.map((key) => [key.slice(5), this.slot(key.slice(5))]);
  }

  customer(key: string): CustomerState {
    return (this.stored.get(`Customer/${key}`)?.value.state ?? newCustomer) as CustomerState;
  }

  told(orderId: string): StampedEvent[] {
    const events = [...this.published.values()].filter((event) => event.orderId === orderId);
    return events.sort((a, b) => a.version - b.version);
  }

  guards(): string[] {
    return [...this.reminders.keys()].filter((key) => key.includes('/finish.'));
  }

  pay(orderId: string, payMethod: 'card' | 'cash' = 'card'): void {
    const data = this.payment.pay(orderId, payMethod);
    if (!data) return;
    const booking = { seat: { centerId: 'seoul', date: '2026-11-24', time: '08:00' }, orderType: 'basic' };
    this.paidEvents.push({
      eventId: `payment.${orderId}.1`,
      orderId,
      version: 1,
      occurredAt: this.now.toISOString(),
      type: 'PaymentApproved',
      data: { ...data, booking },
    });
  }

  pass(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1_000);
  }
}

type Call = { what: string; count: number };

/**
 * One process of the order service: hosts all its actors, and asks others through a sidecar in memory, whose store
 * refuses a write as Redis does. `before` and `after` of each outward call may delay it, fail it, or kill the process.
 */
export class OrderProcess {
  isAlive = true;
  calls = 0;
  /** What it has asked of whom, in order. */
  readonly asked: string[] = [];
  /** Whose the actors are that it calls; a process that lost its actors keeps the turns that are under way. */
  owner: OrderProcess = this;
  before: (call: Call) => Promise<void> = async () => {};
  after: (call: Call) => Promise<void> = async () => {};
  readonly breaker = createBreakerWatch({ log: createLogger('test', 'silent') });
  readonly host: ActorHost;

  constructor(readonly world: World) {
    const log = createLogger('test', 'fatal');
    const sidecar = this.#sidecar();
    const seats = createSeatKeeper({
      actors: sidecar,
      calendars: fixedCalendars(calendars),
      holidayOf: () => undefined,
      graceSeconds: 5,
      log,
    });
    this.host = new ActorHost({
      sidecar,
      log,
      clock: () => world.now,
      fence: 'redis',
      actors: [
        orderActor({
          payments: this.#payments(),
          breaker: this.breaker,
          seats,
          packages,
          holdMinutes: 30,
          refundTiers: standardRefundTiers,
          settle: createSettler({ actors: sidecar, gather: async () => {}, log }),
        }),
        slotActor({ actors: sidecar, sweepSeconds: 5 }),
        customerActor({ limits: { person: 3, address: 1 } }),
      ],
      lists: {
        Order: {
          put: (id, version, entry) =>
            this.#ask('list', () => {
              if ((world.listed.get(id)?.version ?? 0) < version)
                world.listed.set(id, copy({ version, entry }));
            }),
        },
      },
    });
  }

  /** Calls an actor as its sidecar would. Throws where the turn failed. */
  async call<Output = Record<string, unknown>>(
    type: string,
    id: string,
    method: string,
    input: unknown = {},
  ): Promise<Output> {
    const { status, body } = await this.#request(`/actors/${type}/${id}/method/${method}`, input);
    if (status !== 200) throw new SidecarError('refused', `actor ${type} ${method}`, 'failed', status);
    return body as Output;
  }

  order<Output = Record<string, unknown>>(id: string, method: string, input: unknown = {}): Promise<Output> {
    return this.call<Output>('Order', id, method, input);
  }

  /** Fires what is due, delivers what was told, and lets all that follows from it come to rest. */
  async tick(): Promise<void> {
    const { world } = this;
    for (const [key, { dueAt, periodMs }] of [...world.reminders]) {
      if (dueAt > world.now.getTime()) continue;
      if (periodMs) world.reminders.set(key, { dueAt: world.now.getTime() + periodMs, periodMs });
      const [type, id, name] = key.split('/');
      await this.#request(`/actors/${type}/${id}/method/remind/${name}`, undefined);
    }
    await this.host.drain();
    for (const event of world.published.values()) world.payment.hear(event as never);
    for (const event of [...world.paidEvents]) {
      const isTaken = await this.order(event.orderId, 'takeIn', { event }).then(
        () => true,
        () => false,
      );
      if (isTaken) world.paidEvents.splice(world.paidEvents.indexOf(event), 1);
    }
    await this.host.drain();
  }

  /** Minutes in which nothing is broken. */
  async heal(minutes = 4): Promise<void> {
    for (let i = 0; i < minutes * 2; i++) {
      this.world.pass(30);
      await this.tick();
    }
  }

  async #request(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
    const answer = await put(this.host, path, copy(body));
    return { status: answer.status, body: copy(answer.body) };
  }

  /** Every call that leaves the process, one after another; a dead process brings nothing about. */
  async #ask<Answer>(what: string, work: () => Answer | Promise<Answer>): Promise<Answer> {
    this.calls += 1;
    const call = { what, count: this.calls };
    this.asked.push(what);
    await this.before(call);
    this.#mustBeAlive(what);
    const answer = await work();
    await this.after(call);
    this.#mustBeAlive(what);
    return answer;
  }

  #mustBeAlive(what: string): void {
    if (!this.isAlive) throw new SidecarError('unreachable', what, 'this process is dead');
  }

  #sidecar(): Sidecar {
    const { world } = this;
    const sidecar: Partial<Sidecar> = {
      callActor: (type, id, method, input) =>
        this.#ask(`${type}.${method}`, () => this.owner.call(type, id, method, input)),
      readActorState: (type, id) =>
        this.#ask(`read ${type}`, () => copy(world.stored.get(`${type}/${id}`)?.value)),
      writeActorState: (type, id, _key, value, etag) =>
        this.#ask(`write ${type}`, () => {
          const now = world.stored.get(`${type}/${id}`);
          if (etag !== undefined && now && String(now.etag) !== etag) {
            throw new SidecarError('refused', `write ${type}`, 'stale');
          }
          world.stored.set(`${type}/${id}`, {
            value: copy(value) as Envelope<unknown>,
            etag: (now?.etag ?? 0) + 1,
          });
        }),
      publish: (_topic, events) =>
        this.#ask('publish', () => {
          for (const event of events) world.published.set(event.eventId, copy(event) as StampedEvent);
        }),
      setReminder: (type, id, name, { dueMs, periodMs }: ReminderTiming) =>
        this.#ask(`remind ${type}`, () => {
          world.reminders.set(`${type}/${id}/${name}`, { dueAt: world.now.getTime() + dueMs, periodMs });
        }),
      deleteReminder: (type, id, name) =>
        this.#ask(`forget ${type}`, () => void world.reminders.delete(`${type}/${id}/${name}`)),
    };
    return sidecar as Sidecar;
  }

  /** Payment over the network: a call that brings no answer may have done its work all the same. */
  #payments(): PaymentClient {
    const over = async <Answer>(what: string, request: unknown, work: () => Answer): Promise<Answer> => {
      try {
        return await this.#ask(`payment.${what}`, () => {
          this.world.payment.asked.push({ what, request: copy(request) });
          return copy(work());
        });
      } catch (error) {
        throw new PaymentUnreachable(String(error), { cause: error });
      }
    };
    const { payment } = this.world;
    return {
      tokenize: async () => undefined,
      charge: (request) => over('charge', request, () => payment.charge(request)),
      close: (request) => over('close', request, () => payment.close(request)),
      cancel: (request) => over('cancel', request, () => payment.cancel(request)),
      withdrawCancel: (request) => over('withdraw', request, () => payment.withdrawCancel(request)),
      supplement: (request) => over('supplement', request, () => payment.supplement(request)),
    };
  }
}

function copy<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
