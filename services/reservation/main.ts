import { z } from 'zod';
import { calendarTable, standardCalendars } from '../shared/contracts/calendar';
import { actorCaller } from '../shared/platform/actorHost/caller';
import { ActorHost } from '../shared/platform/actorHost/host';
import { createRegistry, registryActor } from '../shared/platform/actorHost/registry';
import { jsonSetting, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createLogger } from '../shared/platform/logger';
import { runService, StopFlag } from '../shared/platform/service';
import { createSubscriber } from '../shared/platform/subscriber';
import {
  type CalendarContract,
  calendarActor,
  calendarType,
  editedCentersType,
} from './actors/calendarActor';
import { createConflictClient } from './actors/conflictClient';
import { type ReservationContract, reservationActor, reservationType } from './actors/reservationActor';
import { calendarRoutes } from './http/calendarRoutes';
import { reservationRoutes } from './http/routes';
import { reservationSubscriptions } from './http/subscriptions';

const config = readConfig(
  z.object({
    ...platformSettings,
    /** What centres begin with; order is given the same. */
    CALENDARS: jsonSetting(calendarTable, standardCalendars),
  }),
  process.env,
);
const log = createLogger('reservation', config.LOG_LEVEL);
const sidecar = createDaprSidecar({ httpPort: config.DAPR_HTTP_PORT, pubsubName: config.PUBSUB_NAME });
const stop = new StopFlag();
const callReservation = actorCaller<ReservationContract>(sidecar, reservationType);
const host = new ActorHost({
  sidecar,
  log,
  clock: () => new Date(),
  fence: config.ACTOR_STATE_FENCE,
  actors: [
    reservationActor(),
    calendarActor({ standard: config.CALENDARS, sidecar, log }),
    registryActor(editedCentersType),
  ],
});

const app = createHttpApp({
  log,
  routers: [
    healthRoutes({ sidecar, stateStore: 'reservation-store', isStopping: () => stop.stopping }),
    host.router,
    createSubscriber({
      pubsubName: config.PUBSUB_NAME,
      deadLetterTopic: 'reservation-dead-letters',
      handlers: reservationSubscriptions(callReservation),
      log,
    }),
    reservationRoutes(callReservation),
    calendarRoutes({
      callCalendar: actorCaller<CalendarContract>(sidecar, calendarType),
      askConflicts: createConflictClient(sidecar),
      standard: config.CALENDARS,
      editedCenters: createRegistry(sidecar, editedCentersType),
      clock: () => new Date(),
    }),
  ],
});

runService({ config, log, sidecar, app, host }, stop);
