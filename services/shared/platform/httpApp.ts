import type { RequestListener } from 'node:http';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import { refuse } from '../contracts/refusals';
import { showsToken, tokenRequired } from './appToken';
import type { HandOver } from './handOver';
import { type Logger, withLogContext } from './logger';
import { acceptable, innerPaths, nothingHere, optionsAnswer } from './negotiation';
import { problemMiddleware, RefusedError } from './problem';
import { problemRoutes } from './problemRoutes';
import { type SidecarRoutes, sidecarDoor } from './sidecarDoor';
import { traceparentOf } from './traceContext';

export { callerAddress, publicBaseUrl } from './publicUrl';

/** What a caller may send. */
export const bodyBytesMax = 256 * 1024;

/** What a service answers: its sidecar by `fromSidecar`; all others by an Express app of its routers. */
export function createHttpApp(options: {
  log: Logger;
  routers: readonly Router[];
  fromSidecar?: readonly SidecarRoutes[];
  parsesBodies?: boolean;
  /** Whose `X-Forwarded-…` are believed, as Express' `trust proxy` takes it; else only this machine's. */
  trustedProxies?: string | string[];
  /** What a caller must show, once it is set: then only the own sidecar reaches this app, and probes. */
  appApiToken?: string;
  /** While it stops, a process asks who keeps a connection to it to come by another. */
  isStopping?: () => boolean;
  handOver?: HandOver;
}): RequestListener {
  const app = express();
  const routers = [...options.routers, problemRoutes()];
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', options.trustedProxies ?? 'loopback');
  app.use(traceContext);
  app.use(accessLog(options.log));
  if (options.isStopping) app.use(closeConnections(options.isStopping));
  if (options.appApiToken) app.use(tokenRequired(options.appApiToken));
  if (options.handOver) app.use(options.handOver.guard);
  app.use(optionsAnswer(routers));
  app.use(acceptable);
  if (options.parsesBodies !== false) {
    app.use(express.json({ limit: bodyBytesMax, type: jsonTypes }));
    app.use(untypedBody);
  }
  for (const router of routers) app.use(router);
  app.use(nothingHere(routers));
  app.use(problemMiddleware(options.log));
  const { log, appApiToken, fromSidecar: routes = [], isStopping = () => false } = options;
  const mayEnter = appApiToken ? showsToken(appApiToken) : () => true;
  return sidecarDoor({ routes, log, mayEnter, isStopping }, app);
}

/** Says when whoever asked is gone before the answer, as a sidecar whose own caller waited no longer. */
export function whenGone(res: Response): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort();
  });
  return gone.signal;
}

const traceContext: RequestHandler = (req, _res, next) => {
  withLogContext({ traceparent: traceparentOf(req) }, next);
};

// One line a request that somebody outside made; what a sidecar asks all day says nothing.
function accessLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    if (innerPaths.test(req.path)) return next();
    const begun = process.hrtime.bigint();
    const asked = () => ({
      method: req.method,
      path: req.path,
      durationMs: Number(process.hrtime.bigint() - begun) / 1e6,
    });
    res.once('finish', () => {
      const retryAfter = res.get('Retry-After');
      log.info({ ...asked(), status: res.statusCode, ...(retryAfter ? { retryAfter } : {}) }, 'answered');
    });
    res.once('close', () => {
      if (!res.writableFinished) log.info(asked(), 'left before the answer');
    });
    next();
  };
}

function closeConnections(isStopping: () => boolean): RequestHandler {
  return (_req, res, next) => {
    if (isStopping()) res.set('Connection', 'close');
    next();
  };
}

/** Checks a request's body. Throws the 422 that names the fields at fault, or the 415 of a body that is not JSON. */
export function readBody<Schema extends z.ZodType>(schema: Schema, req: Request): z.infer<Schema> {
  if (isOfOtherType(req)) throw new RefusedError(refuse('media_type_unsupported'));
  const parsed = schema.safeParse(Buffer.isBuffer(req.body) ? {} : (req.body ?? {}));
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    pointer: `/${issue.path.join('/')}`,
    detail: issue.message,
  }));
  throw new RefusedError(refuse('value_invalid', { errors }));
}

function isOfOtherType(req: Request): boolean {
  if (Buffer.isBuffer(req.body)) return req.body.length > 0;
  // `false`, and not `null`, which stands for a request without a body.
  return req.body === undefined && req.get('content-type') !== undefined && req.is(jsonTypes) === false;
}

// Whether a body without a content type is there at all shows only as it is read: a sidecar announces one, in chunks,
// even where the caller sent none.
const readUntyped = express.raw({ type: () => true, limit: bodyBytesMax });
const untypedBody: RequestHandler = (req, res, next) => {
  if (req.get('content-type') || innerPaths.test(req.path)) return next();
  readUntyped(req, res, next);
};

const jsonTypes = ['application/json', 'application/*+json'];
