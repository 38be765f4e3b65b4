import { Pool } from 'undici';
import { z } from 'zod';
import { integer, platformSettings, readConfig } from '../shared/platform/config';
import { createDaprSidecar } from '../shared/platform/daprSidecar';
import { createHandOver } from '../shared/platform/handOver';
import { healthRoutes } from '../shared/platform/health';
import { createHttpApp } from '../shared/platform/httpApp';
import { createLogger } from '../shared/platform/logger';
import { runService, StopFlag } from '../shared/platform/service';
import { entryRoutes } from './http/entry';
import { gatewayRoutes } from './http/routes';

const config = readConfig(
  z.object({
    ...platformSettings,
    /** After how long a caller is told to try again. */
    GATEWAY_DEADLINE_MS: integer(15_000, 1),
    /** Proxies in front, such as an ingress: addresses, ranges, or Express' names for them. */
    TRUST_PROXY: z.string().default('loopback'),
  }),
  process.env,
);

const log = createLogger('gateway', config.LOG_LEVEL);
const sidecar = createDaprSidecar({
  httpPort: config.DAPR_HTTP_PORT,
  pubsubName: config.PUBSUB_NAME,
  apiToken: config.DAPR_API_TOKEN,
});
const sidecarPool = new Pool(`http://127.0.0.1:${config.DAPR_HTTP_PORT}`);
const stop = new StopFlag(createHandOver({ sendsBack: false }));

const app = createHttpApp({
  log,
  isStopping: () => stop.stopping,
  handOver: stop.handOver,
  trustedProxies: config.TRUST_PROXY.split(',').map((range) => range.trim()),
  // Parsing a body is the service's affair.
  parsesBodies: false,
  routers: [
    healthRoutes({ sidecar, isStopping: () => stop.stopping }),
    entryRoutes(),
    gatewayRoutes(sidecarPool, config.GATEWAY_DEADLINE_MS, config.DAPR_API_TOKEN),
  ],
});

runService({ config, log, sidecar, app, close: () => sidecarPool.destroy() }, stop);
