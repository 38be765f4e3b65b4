import { z } from 'zod';
import { calendarTable, standardCalendars } from '../shared/contracts/calendar';
import { actorCaller } from '../shared/platform/actorHost/caller';
import { ActorHost } from '../shared/platform/actorHost/host';
import { jsonSetting, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createListIndex } from '../shared/platform/listIndex';
import { createLogger } from '../shared/platform/logger';
import { runService, StopFlag } from '../shared/platform/service';
import { createSubscriber } from '../shared/platform/subscriber';
import { createOrderClient } from './actors/orderClient';
import { type ReservationContract, reservationActor, reservationType } from './actors/reservationActor';
import { reservationRoutes } from './http/routes';
import { reservationSubscriptions } from './http/subscriptions';

const config = readConfig(
  z.object({
    ...platformSettings,
    CALENDARS: jsonSetting(calendarTable, standardCalendars),
    /** Where the lists of reservations and cancellations live. */
    LIST_REDIS_URL: z.url(),
  }),
  process.env,
);
const log = createLogger('reservation', config.LOG_LEVEL);
const sidecar = createDaprSidecar({ httpPort: config.DAPR_HTTP_PORT, pubsubName: config.PUBSUB_NAME });
const list = createListIndex({ redisUrl: config.LIST_REDIS_URL, name: 'reservation' });
const stop = new StopFlag();
const clock = () => new Date();
const zoneOf = (centerId: string) => config.CALENDARS[centerId]?.zone ?? 'Asia/Seoul';
const callReservation = actorCaller<ReservationContract>(sidecar, reservationType);
const host = new ActorHost({
  sidecar,
  log,
  clock,
  fence: config.ACTOR_STATE_FENCE,
  actors: [reservationActor({ order: createOrderClient(sidecar), zoneOf })],
  lists: { [reservationType]: list },
});

const app = createHttpApp({
  log,
  routers: [
    healthRoutes({
      sidecar,
      stateStore: 'reservation-store',
      ownCheck: () => list.isReachable(),
      isStopping: () => stop.stopping,
    }),
    host.router,
    createSubscriber({
      pubsubName: config.PUBSUB_NAME,
      deadLetterTopic: 'reservation-dead-letters',
      handlers: reservationSubscriptions(callReservation),
      log,
    }),
    reservationRoutes({ callReservation, list, zoneOf, clock }),
  ],
});

runService({ config, log, sidecar, app, host, close: () => list.close() }, stop);
