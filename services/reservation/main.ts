import { join } from 'node:path';
import { z } from 'zod';
import { calendarTable, standardCalendars } from '../shared/contracts/calendar';
import { actorCaller } from '../shared/platform/actorHost/caller';
import { fenceBySetting } from '../shared/platform/actorHost/fence';
import { ActorHost } from '../shared/platform/actorHost/host';
import { NearbyActors } from '../shared/platform/actorHost/nearby';
import { createRegistry, registryActor } from '../shared/platform/actorHost/registry';
import { jsonSetting, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { createDeadLetterStore } from '../shared/platform/deadLetterStore';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createListIndex } from '../shared/platform/listIndex';
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
import { createOrderClient } from './actors/orderClient';
import { type ReservationContract, reservationActor, reservationType } from './actors/reservationActor';
import { calendarRoutes } from './http/calendarRoutes';
import { centerRoutes } from './http/centerRoutes';
import { reservationRoutes } from './http/routes';
import { reservationSubscriptions } from './http/subscriptions';
import { readCenterProfile } from './store/centerProfile';
import { createGuideStore } from './store/guides';

const config = readConfig(
  z.object({
    ...platformSettings,
    /** Where the lists of reservations and cancellations live. */
    LIST_REDIS_URL: z.url(),
    /** A folder that all instances share: guides that the centre uploads, and its properties file. */
    SHARED_FOLDER: z.string().default('.data/shared'),
    /** In the shared folder: the centre's name, telephone and notices. */
    UI_PROPERTIES_FILE_NAME: z
      .string()
      .regex(/^[\w.-]+$/, 'is a file name, without a folder')
      .default('ui.properties'),
    /** What centres begin with; order is given the same. */
    CALENDARS: jsonSetting(calendarTable, standardCalendars),
  }),
  process.env,
);
const log = createLogger('reservation', config.LOG_LEVEL);
const sidecar = createDaprSidecar({
  httpPort: config.DAPR_HTTP_PORT,
  pubsubName: config.PUBSUB_NAME,
  apiToken: config.DAPR_API_TOKEN,
});
const list = createListIndex({ redisUrl: config.LIST_REDIS_URL, name: 'reservation' });
const deadLetters = createDeadLetterStore(config.LIST_REDIS_URL, 'reservation');
const stop = new StopFlag();
const clock = () => new Date();
const actors = new NearbyActors(sidecar);
const callReservation = actorCaller<ReservationContract>(actors, reservationType);
const order = createOrderClient(sidecar);
const host = new ActorHost({
  sidecar,
  log,
  clock,
  fence: fenceBySetting(config.ACTOR_STATE_FENCE, () => sidecar.componentType('reservation-store')),
  lists: { [reservationType]: list },
  actors: [
    reservationActor({ order }),
    calendarActor({ standard: config.CALENDARS, sidecar, order, log }),
    registryActor(editedCentersType),
  ],
});
actors.hostedBy(host);

const subscriber = createSubscriber({
  pubsubName: config.PUBSUB_NAME,
  deadLetterTopic: 'reservation-dead-letters',
  handlers: reservationSubscriptions(callReservation),
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
    healthRoutes({
      sidecar,
      stateStore: 'reservation-store',
      ownCheck: () => list.isReachable(),
      isStopping: () => stop.stopping,
    }),
    ...subscriber.routers,
    reservationRoutes({ callReservation, list, clock }),
    centerRoutes({
      guides: createGuideStore(join(config.SHARED_FOLDER, 'guides')),
      readProfile: () => readCenterProfile(join(config.SHARED_FOLDER, config.UI_PROPERTIES_FILE_NAME)),
      clock,
    }),
    calendarRoutes({
      callCalendar: actorCaller<CalendarContract>(actors, calendarType),
      askConflicts: createConflictClient(sidecar),
      standard: config.CALENDARS,
      editedCenters: createRegistry(sidecar, editedCentersType),
      clock,
    }),
  ],
});

async function close(): Promise<void> {
  await Promise.all([list.close(), deadLetters.close()]);
}

runService({ config, log, sidecar, app, host, close }, stop);
