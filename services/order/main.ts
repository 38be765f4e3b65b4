import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { calendarTable, standardCalendars } from '../shared/contracts/calendar';
import { holidayName, holidaysKnownThrough } from '../shared/contracts/holidays';
import { packageTable, standardPackages } from '../shared/contracts/packages';
import { actorCaller } from '../shared/platform/actorHost/caller';
import { fenceBySetting } from '../shared/platform/actorHost/fence';
import { ActorHost } from '../shared/platform/actorHost/host';
import { NearbyActors } from '../shared/platform/actorHost/nearby';
import { createRegistry, registryActor } from '../shared/platform/actorHost/registry';
import { createCardSeal } from '../shared/platform/cardSeal';
import { integer, jsonSetting, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { createDeadLetterStore } from '../shared/platform/deadLetterStore';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createListIndex } from '../shared/platform/listIndex';
import { createLogger } from '../shared/platform/logger';
import { runService, StopFlag } from '../shared/platform/service';
import { createSubscriber } from '../shared/platform/subscriber';
import { createBreakerWatch } from './actors/breakerWatch';
import { createCalendarSource } from './actors/calendarSource';
import {
  type CenterCalendarContract,
  centerCalendarActor,
  centerCalendarType,
  toldCentersType,
} from './actors/centerCalendarActor';
import { customerActor } from './actors/customerActor';
import { orderActor } from './actors/orderActor';
import { type OrderContract, orderType } from './actors/orderContract';
import { createPaymentClient } from './actors/paymentClient';
import { createSeatKeeper } from './actors/seatKeeper';
import { createSettler } from './actors/settler';
import { slotActor } from './actors/slotActor';
import { createSlotReader } from './actors/slotReader';
import { lastBookableDate } from './domain/calendar';
import { refundTiers, standardRefundTiers } from './domain/refundPolicy';
import { createAdmission } from './http/admission';
import { calendarConflictRoutes } from './http/calendarConflicts';
import { calendarSubscriptions } from './http/calendarSubscriptions';
import { createCustomerIdentity } from './http/identity';
import { internalRoutes } from './http/internalRoutes';
import { orderRoutes } from './http/routes';
import { slotRoutes } from './http/slotRoutes';
import { orderSubscriptions } from './http/subscriptions';

const config = readConfig(
  z.object({
    ...platformSettings,
    /** Live orders that one person may have. */
    MAX_RESERVATION_PER_PERSON: integer(10, 1),
    /** Live orders from one address of people who give neither phone nor card. */
    MAX_RESERVATION_PER_ADDRESS: integer(5, 1),
    /** How long an unpaid seat is held. */
    HOLD_MINUTES: z.coerce.number().positive().default(30),
    /** How often, and how long after its hold at the earliest, a slot asks an unsettled order how it ended. */
    SWEEP_SECONDS: z.coerce.number().positive().default(5),
    /** Bookings that this process has in flight at once, and how long others wait in line for that, in ms. */
    BOOKINGS_IN_FLIGHT_MAX: integer(8, 1),
    BOOKING_WAIT_MS: integer(250),
    /** Follow the breaker on the way to payment: its `maxRequests`, and a little more than its `timeout`. */
    PAYMENT_PROBES: integer(5, 1),
    PAYMENT_PROBE_MS: integer(150, 1),
    /**
     * By which payment has its second name. Where there is no cluster, Dapr calls it so; on one that does not tell it,
     * payment has one name only, and a booking is not kept from one that is slow.
     */
    NAMESPACE: z.string().default(process.env.KUBERNETES_SERVICE_HOST ? '' : 'default'),
    PACKAGES: jsonSetting(packageTable, standardPackages),
    CALENDARS: jsonSetting(calendarTable, standardCalendars),
    DEFAULT_CENTER_ID: z.string().default('seoul'),
    REFUND_TIERS: jsonSetting(refundTiers, standardRefundTiers),
    /** Where the list of orders is kept. */
    LIST_REDIS_URL: z.url(),
    CUSTOMER_KEY_SECRET: z.string().min(16).default('for-development-only'),
    /** As payment's: under it, card numbers go there. */
    CARD_SEAL_SECRET: z.string().min(16).default('for-development-only'),
  }),
  process.env,
);

const log = createLogger('order', config.LOG_LEVEL);
const sidecar = createDaprSidecar({
  httpPort: config.DAPR_HTTP_PORT,
  pubsubName: config.PUBSUB_NAME,
  apiToken: config.DAPR_API_TOKEN,
});
const actors = new NearbyActors(sidecar);
const deadLetters = createDeadLetterStore(config.LIST_REDIS_URL, 'order');
const stop = new StopFlag();
const payments = createPaymentClient(
  sidecar,
  config.NAMESPACE ? { bookingAppId: `payment.${config.NAMESPACE}` } : {},
);
const breaker = createBreakerWatch({
  log,
  probesMax: config.PAYMENT_PROBES,
  probeMs: config.PAYMENT_PROBE_MS,
});
const orders = createListIndex({ redisUrl: config.LIST_REDIS_URL, name: 'order' });
const calendars = createCalendarSource({ actors, standard: config.CALENDARS });
const readSlot = createSlotReader(actors);
const clock = () => new Date();
const seats = createSeatKeeper({
  actors,
  calendars,
  holidayOf: holidayName,
  graceSeconds: config.SWEEP_SECONDS,
  log,
});
const callOrder = actorCaller<OrderContract>(actors, orderType);

const host = new ActorHost({
  sidecar,
  log,
  clock,
  fence: fenceBySetting(config.ACTOR_STATE_FENCE, () => sidecar.componentType('order-store')),
  actors: [
    orderActor({
      payments,
      breaker,
      seats,
      packages: config.PACKAGES,
      holdMinutes: config.HOLD_MINUTES,
      refundTiers: config.REFUND_TIERS,
      // Well before the visit that it is to spare.
      settle: createSettler({ actors, gather: () => sleep(config.SWEEP_SECONDS * 200), log }),
    }),
    slotActor({ actors, sweepSeconds: config.SWEEP_SECONDS }),
    customerActor({
      limits: { person: config.MAX_RESERVATION_PER_PERSON, address: config.MAX_RESERVATION_PER_ADDRESS },
    }),
    centerCalendarActor({
      standard: config.CALENDARS,
      toldCenters: createRegistry(actors, toldCentersType),
    }),
    registryActor(toldCentersType),
  ],
  lists: { [orderType]: orders },
});
actors.hostedBy(host);

const subscriber = createSubscriber({
  pubsubName: config.PUBSUB_NAME,
  deadLetterTopic: 'order-dead-letters',
  handlers: [
    ...orderSubscriptions(callOrder),
    ...calendarSubscriptions(actorCaller<CenterCalendarContract>(actors, centerCalendarType)),
  ],
  log,
  deadLetters: { store: deadLetters, clock, retrySeconds: config.DEAD_LETTER_RETRY_SECONDS },
});

const app = createHttpApp({
  log,
  appApiToken: config.APP_API_TOKEN,
  isStopping: () => stop.stopping,
  handOver: stop.handOver,
  fromSidecar: [host, subscriber],
  routers: [
    healthRoutes({ sidecar, stateStore: 'order-store', isStopping: () => stop.stopping }),
    ...subscriber.routers,
    orderRoutes({
      callOrder,
      payments,
      breaker,
      admit: createAdmission({ inFlightMax: config.BOOKINGS_IN_FLIGHT_MAX, waitMs: config.BOOKING_WAIT_MS }),
      identity: createCustomerIdentity(config.CUSTOMER_KEY_SECRET),
      cardSeal: createCardSeal(config.CARD_SEAL_SECRET),
      defaultCenterId: config.DEFAULT_CENTER_ID,
      packages: config.PACKAGES,
      orders,
      clock,
      log,
    }),
    internalRoutes({ callOrder, orders }),
    slotRoutes({
      calendars,
      readSlot,
      packages: config.PACKAGES,
      defaultCenterId: config.DEFAULT_CENTER_ID,
      holidayOf: holidayName,
      clock,
    }),
    calendarConflictRoutes({ reach: calendars, readSlot, holidayOf: holidayName, clock }),
  ],
});

for (const [centerId, calendar] of Object.entries(config.CALENDARS)) {
  if (!calendar.opensOnHolidays && lastBookableDate(calendar, clock()) > holidaysKnownThrough) {
    log.warn(
      { centerId, holidaysKnownThrough },
      'can be booked further ahead than public holidays are known',
    );
  }
}
log.info({ personLimit: config.MAX_RESERVATION_PER_PERSON, holdMinutes: config.HOLD_MINUTES }, 'configured');
async function close(): Promise<void> {
  await Promise.all([orders.close(), deadLetters.close()]);
}

runService({ config, log, sidecar, app, host, close }, stop);
