import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { consumersOf } from '../shared/contracts/consumers';
import { actorCaller } from '../shared/platform/actorHost/caller';
import { fenceBySetting } from '../shared/platform/actorHost/fence';
import { ActorHost } from '../shared/platform/actorHost/host';
import { NearbyActors } from '../shared/platform/actorHost/nearby';
import { integer, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { createDeadLetterStore } from '../shared/platform/deadLetterStore';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createListIndex } from '../shared/platform/listIndex';
import { createLogger } from '../shared/platform/logger';
import { runService, StopFlag } from '../shared/platform/service';
import { keepTrimming } from '../shared/platform/streamTrimmer';
import { createSubscriber } from '../shared/platform/subscriber';
import { type DispatcherContract, dispatcherActor, dispatcherType } from './actors/dispatcherActor';
import { keepStarting } from './actors/keepStarting';
import { smsSender } from './actors/smsSender';
import { createWaker } from './actors/waker';
import { orderSource } from './http/orderSource';
import { rebuildRoute } from './http/rebuildRoute';
import { notificationRoutes } from './http/routes';
import { notificationSubscriptions } from './http/subscriptions';
import { createLedger } from './store/ledger';
import { createPageList } from './store/pageList';
import { createPageStore } from './store/pageStore';
import { createViewRedis } from './store/viewRedis';

const config = readConfig(
  z.object({
    ...platformSettings,
    /** Where my pages and the SMS ledger live. */
    VIEW_REDIS_URL: z.url(),
    /** Where the list of my pages lives. */
    LIST_REDIS_URL: z.url(),
    /** Into how many shards they are split; not to be changed while there are pages. */
    VIEW_SHARDS: integer(8, 1),
    /** How often a shard looks for messages that are due. */
    DISPATCH_SECONDS: z.coerce.number().positive().default(10),
    /** Where the broker is Redis Streams: its Redis, whose topics are rid of what all have read. Empty: it is another. */
    BROKER_REDIS_URL: z.union([z.url(), z.literal('')]).default(''),
    TRIM_SECONDS: z.coerce.number().positive().default(10),
  }),
  process.env,
);

const log = createLogger('notification', config.LOG_LEVEL);
const sidecar = createDaprSidecar({
  httpPort: config.DAPR_HTTP_PORT,
  pubsubName: config.PUBSUB_NAME,
  apiToken: config.DAPR_API_TOKEN,
});
const clock = () => new Date();
const view = createViewRedis({ redisUrl: config.VIEW_REDIS_URL, shards: config.VIEW_SHARDS });
const index = createListIndex({ redisUrl: config.LIST_REDIS_URL, name: 'mypages' });
const pages = createPageStore(view);
const ledger = createLedger(view);
const list = createPageList(index);
const deadLetters = createDeadLetterStore(config.LIST_REDIS_URL, 'notification');
const stop = new StopFlag();
const actors = new NearbyActors(sidecar);
const callDispatcher = actorCaller<DispatcherContract>(actors, dispatcherType);

const host = new ActorHost({
  sidecar,
  log,
  clock,
  fence: fenceBySetting(config.ACTOR_STATE_FENCE, () => sidecar.componentType('notification-store')),
  actors: [
    dispatcherActor({
      pages,
      ledger,
      lookSeconds: config.DISPATCH_SECONDS,
      send: smsSender(sidecar),
    }),
  ],
});
actors.hostedBy(host);

const wakeShard = createWaker({
  wakeShard: (shard) => callDispatcher(String(shard), 'wake', {}, 60_000),
  gather: () => sleep(200),
  log,
});
const wake = (orderId: string) => wakeShard(ledger.shardOf(orderId));
const isStopping = () => stop.stopping;

const subscriber = createSubscriber({
  pubsubName: config.PUBSUB_NAME,
  deadLetterTopic: 'notification-dead-letters',
  handlers: notificationSubscriptions({ pages, list, wake }),
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
      stateStore: 'notification-store',
      ownCheck: async () => (await view.isReachable()) && (await index.isReachable()),
      isStopping,
    }),
    ...subscriber.routers,
    notificationRoutes({ pages, list, ledger, wake, clock }),
    rebuildRoute({ orders: orderSource(sidecar), pages, list, clock, isStopping, log }),
  ],
});

const { BROKER_REDIS_URL: redisUrl, TRIM_SECONDS: everySeconds } = config;
const trimming = redisUrl ? keepTrimming({ redisUrl, everySeconds, consumersOf, log }) : undefined;

const shards = Array.from({ length: config.VIEW_SHARDS }, (_, shard) => String(shard));
runService(
  {
    config,
    log,
    sidecar,
    app,
    host,
    onListening: () => keepStarting(shards, (shard) => callDispatcher(shard, 'start', {}), stop, log),
    close: async () => {
      await Promise.all([view.close(), index.close(), deadLetters.close(), trimming?.stop()]);
    },
  },
  stop,
);
