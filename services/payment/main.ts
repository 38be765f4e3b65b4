import { z } from 'zod';
import { actorCaller } from '../shared/platform/actorHost/caller';
import { fenceBySetting } from '../shared/platform/actorHost/fence';
import { ActorHost } from '../shared/platform/actorHost/host';
import { NearbyActors } from '../shared/platform/actorHost/nearby';
import { createCardSeal } from '../shared/platform/cardSeal';
import { integer, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { createDeadLetterStore } from '../shared/platform/deadLetterStore';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createListIndex } from '../shared/platform/listIndex';
import { createLogger } from '../shared/platform/logger';
import { runService, StopFlag } from '../shared/platform/service';
import { createSubscriber } from '../shared/platform/subscriber';
import { paymentActor } from './actors/paymentActor';
import { type PaymentContract, paymentType } from './actors/paymentContract';
import { chargeRoutes } from './http/charges';
import { faultRoutes } from './http/faults';
import { createPaymentDelay, delayRange } from './http/paymentDelay';
import { paymentRoutes } from './http/routes';
import { paymentSubscriptions } from './http/subscriptions';
import { createSimulatedProvider } from './provider/simulated';

const config = readConfig(
  z.object({
    ...platformSettings,
    LIST_REDIS_URL: z.url(),
    /** Where the simulated provider keeps its books: a system of its own, not this service's store. */
    PROVIDER_REDIS_URL: z.url(),
    PROVIDER_TOKEN_SECRET: z.string().min(16).default('for-development-only'),
    /** As order's: under it, card numbers come from there. */
    CARD_SEAL_SECRET: z.string().min(16).default('for-development-only'),
    /** How long the simulated provider takes for its slow test card. */
    PROVIDER_SLOW_MS: integer(4_000),
    /** A fault switch, also at `PUT /faults`: how long each request for money is held up. */
    PAYMENT_DELAY_MS: z.string().default('0').pipe(delayRange),
  }),
  process.env,
);

const clock = () => new Date();
const log = createLogger('payment', config.LOG_LEVEL);
const sidecar = createDaprSidecar({
  httpPort: config.DAPR_HTTP_PORT,
  pubsubName: config.PUBSUB_NAME,
  apiToken: config.DAPR_API_TOKEN,
});
const provider = createSimulatedProvider({
  redisUrl: config.PROVIDER_REDIS_URL,
  secret: config.PROVIDER_TOKEN_SECRET,
  slowMs: config.PROVIDER_SLOW_MS,
  clock,
});
const delay = createPaymentDelay(config.PAYMENT_DELAY_MS);
const list = createListIndex({ redisUrl: config.LIST_REDIS_URL, name: 'payment' });
const deadLetters = createDeadLetterStore(config.LIST_REDIS_URL, 'payment');
const stop = new StopFlag();
const actors = new NearbyActors(sidecar);
const callPayment = actorCaller<PaymentContract>(actors, paymentType);
const host = new ActorHost({
  sidecar,
  log,
  clock,
  fence: fenceBySetting(config.ACTOR_STATE_FENCE, () => sidecar.componentType('payment-store')),
  actors: [paymentActor({ provider })],
  lists: { [paymentType]: list },
});
actors.hostedBy(host);

const subscriber = createSubscriber({
  pubsubName: config.PUBSUB_NAME,
  deadLetterTopic: 'payment-dead-letters',
  handlers: paymentSubscriptions(callPayment),
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
    healthRoutes({ sidecar, stateStore: 'payment-store', isStopping: () => stop.stopping }),
    ...subscriber.routers,
    chargeRoutes({
      callPayment,
      provider,
      cardSeal: createCardSeal(config.CARD_SEAL_SECRET),
      delay,
    }),
    paymentRoutes({ callPayment, provider, list, delay, clock }),
    faultRoutes({ delay, log }),
  ],
});

async function close(): Promise<void> {
  await provider.close();
  await list.close();
  await deadLetters.close();
}

runService({ config, log, sidecar, app, host, close }, stop);
