import { z } from 'zod';
import { actorCaller } from '../shared/platform/actorHost/caller';
import { ActorHost } from '../shared/platform/actorHost/host';
import { integer, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createLogger } from '../shared/platform/logger';
import { runService, StopFlag } from '../shared/platform/service';
import { type PaymentContract, paymentActor, paymentType } from './actors/paymentActor';
import { chargeRoutes } from './http/charges';
import { paymentRoutes } from './http/routes';
import { createSimulatedProvider } from './provider/simulated';

const config = readConfig(
  z.object({
    ...platformSettings,
    /** Where the simulated provider keeps its books: a system of its own, not this service's store. */
    PROVIDER_REDIS_URL: z.url(),
    PROVIDER_TOKEN_SECRET: z.string().min(16).default('for-development-only'),
    /** How long the simulated provider takes for its slow test card. */
    PROVIDER_SLOW_MS: integer(4_000),
  }),
  process.env,
);

const clock = () => new Date();
const log = createLogger('payment', config.LOG_LEVEL);
const sidecar = createDaprSidecar({ httpPort: config.DAPR_HTTP_PORT, pubsubName: config.PUBSUB_NAME });
const provider = createSimulatedProvider({
  redisUrl: config.PROVIDER_REDIS_URL,
  secret: config.PROVIDER_TOKEN_SECRET,
  slowMs: config.PROVIDER_SLOW_MS,
  clock,
});
const stop = new StopFlag();
const callPayment = actorCaller<PaymentContract>(sidecar, paymentType);
const host = new ActorHost({
  sidecar,
  log,
  clock,
  fence: config.ACTOR_STATE_FENCE,
  actors: [paymentActor({ provider })],
});

const app = createHttpApp({
  log,
  routers: [
    healthRoutes({ sidecar, stateStore: 'payment-store', isStopping: () => stop.stopping }),
    host.router,
    chargeRoutes({ callPayment, provider }),
    paymentRoutes({ callPayment, provider }),
  ],
});

runService({ config, log, sidecar, app, host, close: () => provider.close() }, stop);
