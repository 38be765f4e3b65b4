import { dispatcherActor } from '../../services/notification/actors/dispatcherActor';
import { smsSender } from '../../services/notification/actors/smsSender';
import { createWaker } from '../../services/notification/actors/waker';
import { notificationSubscriptions } from '../../services/notification/http/subscriptions';
import { createBreakerWatch } from '../../services/order/actors/breakerWatch';
import { createCalendarSource } from '../../services/order/actors/calendarSource';
import { centerCalendarActor, toldCentersType } from '../../services/order/actors/centerCalendarActor';
import { customerActor } from '../../services/order/actors/customerActor';
import { orderActor } from '../../services/order/actors/orderActor';
import { createPaymentClient } from '../../services/order/actors/paymentClient';
import { createSeatKeeper } from '../../services/order/actors/seatKeeper';
import { createSettler } from '../../services/order/actors/settler';
import { slotActor } from '../../services/order/actors/slotActor';
import { createSlotReader } from '../../services/order/actors/slotReader';
import { standardRefundTiers } from '../../services/order/domain/refundPolicy';
import { calendarConflictRoutes } from '../../services/order/http/calendarConflicts';
import { calendarSubscriptions } from '../../services/order/http/calendarSubscriptions';
import { internalRoutes } from '../../services/order/http/internalRoutes';
import { orderSubscriptions } from '../../services/order/http/subscriptions';
import { paymentActor } from '../../services/payment/actors/paymentActor';
import { chargeRoutes } from '../../services/payment/http/charges';
import { paymentSubscriptions } from '../../services/payment/http/subscriptions';
import { calendarActor, editedCentersType } from '../../services/reservation/actors/calendarActor';
import { createOrderClient } from '../../services/reservation/actors/orderClient';
import { reservationActor } from '../../services/reservation/actors/reservationActor';
import { reservationSubscriptions } from '../../services/reservation/http/subscriptions';
import { consumersOf } from '../../services/shared/contracts/consumers';
import { createAskAgain } from '../../services/shared/platform/actorHost/askAgain';
import { actorCaller } from '../../services/shared/platform/actorHost/caller';
import type { ActorDefinition } from '../../services/shared/platform/actorHost/definition';
import { ActorHost, type ActorHostOptions } from '../../services/shared/platform/actorHost/host';
import { NearbyActors } from '../../services/shared/platform/actorHost/nearby';
import { createRegistry, registryActor } from '../../services/shared/platform/actorHost/registry';
import { createLogger } from '../../services/shared/platform/logger';
import type { Sidecar } from '../../services/shared/platform/sidecar';
import { cardCompany } from './cardCompany';
import { type Process, type ServiceParts, sidecarOf } from './process';
import { calendars, centerId, holdMinutes, packages, personLimit } from './settings';
import { memoryLedger, memoryList, memoryPageList, memoryPages } from './views';
import type { ServiceName } from './world';

// Each service as its main.ts puts it together, with the world in the place of what lies outside of it.

const log = createLogger('laws', 'silent');
const refundTiers = standardRefundTiers;
const sweepSeconds = 5;

export const subscribersOf: Readonly<Record<string, readonly ServiceName[]>> = consumersOf;

export const compose: Readonly<Record<ServiceName, (process: Process) => ServiceParts>> = {
  order,
  payment,
  reservation,
  notification,
};

function order(process: Process): ServiceParts {
  const { world } = process;
  const { clock } = world;
  const sidecar = sidecarOf(process, 'order');
  const actors = nearby(sidecar);
  const payments = createPaymentClient(sidecar, { wait: atOnce });
  const reach = createCalendarSource({ actors, standard: calendars, clock: () => world.now });
  const holidayOf = () => undefined;
  const seats = createSeatKeeper({ actors, calendars: reach, holidayOf, graceSeconds: sweepSeconds, log });
  const settle = createSettler({ actors, gather: async () => {}, log });
  const breaker = createBreakerWatch({ log });
  const options = { payments, breaker, seats, packages, holdMinutes, refundTiers, settle };
  const toldCenters = createRegistry(actors, toldCentersType);
  const callOrder: Parameters<typeof orderSubscriptions>[0] = actorCaller(actors, 'Order');
  return {
    host: hostOf(
      process,
      { sidecar, actors },
      ['Order'],
      [
        orderActor(options),
        slotActor({ actors, sweepSeconds }),
        customerActor({ limits: { person: personLimit, address: personLimit } }),
        centerCalendarActor({ standard: calendars, toldCenters }),
        registryActor(toldCentersType),
      ],
    ),
    routers: [
      internalRoutes({ callOrder, orders: undefined as never }),
      calendarConflictRoutes({ reach, readSlot: createSlotReader(actors), holidayOf, clock }),
    ],
    handlers: [
      ...orderSubscriptions(callOrder),
      ...calendarSubscriptions(actorCaller(actors, 'CenterCalendar')),
    ],
  };
}

function payment(process: Process): ServiceParts {
  const sidecar = sidecarOf(process, 'payment');
  const actors = nearby(sidecar);
  const provider = cardCompany(process.world, (what, work) => process.ask(what, work));
  const callPayment: Parameters<typeof paymentSubscriptions>[0] = actorCaller(actors, 'Payment');
  return {
    host: hostOf(process, { sidecar, actors }, ['Payment'], [paymentActor({ provider })]),
    routers: [
      chargeRoutes({
        callPayment,
        provider,
        cardSeal: { open: () => undefined },
        delay: { wait: async () => {} },
        askAgain: askAgainAtOnce,
      }),
    ],
    handlers: paymentSubscriptions(callPayment),
  };
}

function reservation(process: Process): ServiceParts {
  const sidecar = sidecarOf(process, 'reservation');
  const actors = nearby(sidecar);
  const orderClient = createOrderClient(sidecar);
  return {
    host: hostOf(
      process,
      { sidecar, actors },
      ['Reservation'],
      [
        reservationActor({ order: orderClient }),
        calendarActor({ standard: calendars, sidecar, order: orderClient, log }),
        registryActor(editedCentersType),
      ],
    ),
    routers: [],
    handlers: reservationSubscriptions(actorCaller(actors, 'Reservation')),
  };
}

function notification(process: Process): ServiceParts {
  const { world } = process;
  const ask: Process['ask'] = (what, work) => process.ask(what, work);
  const sidecar = sidecarOf(process, 'notification');
  const actors = nearby(sidecar);
  const pages = memoryPages(world, ask);
  const wakeShard = createWaker({
    wakeShard: (shard) => actors.callActor('Dispatcher', String(shard), 'wake', {}),
    gather: async () => {},
    log,
  });
  return {
    host: hostOf(
      process,
      { sidecar, actors },
      [],
      [
        dispatcherActor({
          pages,
          ledger: memoryLedger(world, ask),
          send: smsSender(sidecar),
          lookSeconds: 10,
        }),
      ],
    ),
    routers: [],
    handlers: notificationSubscriptions({
      pages,
      list: memoryPageList(world, ask),
      wake: () => wakeShard(0),
    }),
  };
}

export const listNames: Readonly<Record<string, string>> = {
  Order: 'order',
  Payment: 'payment',
  Reservation: 'reservation',
};

function hostOf(
  process: Process,
  { sidecar, actors }: { sidecar: Sidecar; actors: NearbyActors },
  listed: readonly string[],
  // biome-ignore lint/suspicious/noExplicitAny: a host keeps actors of many state types side by side.
  definitions: ActorDefinition<any>[],
): ActorHost {
  const { world } = process;
  const ask: Process['ask'] = (what, work) => process.ask(what, work);
  const lists: ActorHostOptions['lists'] = Object.fromEntries(
    listed.map((type) => [type, memoryList(world, ask, listNames[type] ?? type)]),
  );
  const host = new ActorHost({
    sidecar,
    log,
    clock: world.clock,
    newId: world.newId,
    fence: 'redis',
    actors: definitions.map((definition) => world.plant.actor?.(definition, world) ?? definition),
    lists,
  });
  actors.hostedBy(host);
  return host;
}

// Whoever waits for a turn of a process that died waits for ever, as everything else in it.
const nearby = (sidecar: Sidecar) => new NearbyActors(sidecar, Number.POSITIVE_INFINITY);

export { centerId };

// Time here passes between commands, not within one.
const atOnce = async () => {};
const askAgainAtOnce = createAskAgain({ wait: atOnce });
