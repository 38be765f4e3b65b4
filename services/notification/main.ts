import { z } from 'zod';
import { actorCaller } from '../shared/platform/actorHost/caller';
import { ActorHost } from '../shared/platform/actorHost/host';
import { integer, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createLogger } from '../shared/platform/logger';
import { runService, StopFlag } from '../shared/platform/service';
import { createSubscriber } from '../shared/platform/subscriber';
import { type DispatcherContract, dispatcherActor, dispatcherType } from './actors/dispatcherActor';
import { keepStarting } from './actors/keepStarting';
import { smsSender } from './actors/smsSender';
import { createWaker } from './actors/waker';
import { myPageRoutes } from './http/routes';
import { notificationSubscriptions } from './http/subscriptions';
import { createPageStore } from './store/pageStore';

const config = readConfig(
  z.object({
    ...platformSettings,
    /** Where my pages and the SMS ledger live. */
    VIEW_REDIS_URL: z.url(),
    /** Into how many shards they are split; not to be changed while there are pages. */
    VIEW_SHARDS: integer(8, 1),
    /** How often a shard looks for messages that are due. */
    DISPATCH_SECONDS: z.coerce.number().positive().default(10),
  }),
  process.env,
);

const log = createLogger('notification', config.LOG_LEVEL);
const sidecar = createDaprSidecar({ httpPort: config.DAPR_HTTP_PORT, pubsubName: config.PUBSUB_NAME });
const pages = createPageStore({ redisUrl: config.VIEW_REDIS_URL, shards: config.VIEW_SHARDS });
const stop = new StopFlag();
const callDispatcher = actorCaller<DispatcherContract>(sidecar, dispatcherType);

const host = new ActorHost({
  sidecar,
  log,
  clock: () => new Date(),
  fence: config.ACTOR_STATE_FENCE,
  actors: [
    dispatcherActor({
      pages,
      lookSeconds: config.DISPATCH_SECONDS,
      send: smsSender(sidecar),
    }),
  ],
});

const wake = createWaker((shard) => callDispatcher(String(shard), 'wake', {}, 60_000), log);

const app = createHttpApp({
  log,
  routers: [
    healthRoutes({
      sidecar,
      stateStore: 'notification-store',
      ownCheck: () => pages.isReachable(),
      isStopping: () => stop.stopping,
    }),
    host.router,
    createSubscriber({
      pubsubName: config.PUBSUB_NAME,
      deadLetterTopic: 'notification-dead-letters',
      handlers: notificationSubscriptions(pages, wake),
      log,
    }),
    myPageRoutes(pages),
  ],
});

const shards = Array.from({ length: config.VIEW_SHARDS }, (_, shard) => String(shard));
runService(
  {
    config,
    log,
    sidecar,
    app,
    host,
    onListening: () => keepStarting(shards, (shard) => callDispatcher(shard, 'start', {}), stop, log),
    close: () => pages.close(),
  },
  stop,
);
