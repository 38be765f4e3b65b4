import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Dispatcher } from 'undici';
import { refuse } from '../../shared/contracts/refusals';
import { publicBaseUrl } from '../../shared/platform/httpApp';
import { currentTraceparent } from '../../shared/platform/logger';
import { RefusedError } from '../../shared/platform/problem';
import { publicRoutes } from './publicRoutes';

/** Sends each public request through the gateway's own sidecar to the service that answers it, body untouched. */
export function gatewayRoutes(sidecarPool: Dispatcher, deadlineMs: number): Router {
  const router = Router();
  router.get('/', (req, res) => {
    const base = publicBaseUrl(req);
    const link = (path: string) => ({ href: `${base}${path}` });
    res.type('application/hal+json').json({
      _links: {
        self: link('/'),
        orders: link('/orders'),
        packages: link('/packages'),
        problems: link('/problems'),
        paymentHistories: link('/paymentHistories'),
        reservations: link('/reservations'),
        mypage: { ...link('/mypages/{orderId}'), templated: true },
      },
    });
  });
  for (const { path, methods, appId } of publicRoutes) {
    const route = router.route(path);
    const forward: RequestHandler = (req, res) => passOn(req, res, appId);
    route.all((req, res, next) => {
      if (methods.includes(req.method)) return forward(req, res, next);
      res.set('Allow', methods.join(', '));
      throw new RefusedError(refuse('method_not_allowed', { allowed: methods }));
    });
  }

  async function passOn(req: Request, res: Response, appId: string): Promise<void> {
    const answer = await invoke(req, appId);
    if (answer.statusCode >= 500 && isDaprFailure(answer)) {
      await answer.body.dump();
      throw new RefusedError(refuse('service_unavailable'));
    }
    res.status(answer.statusCode);
    for (const name of passedHeaders) {
      const value = answer.headers[name];
      if (value !== undefined) res.set(name, value);
    }
    res.end(Buffer.from(await answer.body.arrayBuffer()));
  }

  async function invoke(req: Request, appId: string): Promise<Dispatcher.ResponseData> {
    const traceparent = currentTraceparent();
    try {
      return await sidecarPool.request({
        method: req.method as Dispatcher.HttpMethod,
        path: `/v1.0/invoke/${appId}/method${req.originalUrl}`,
        headers: {
          ...pick(req, ['content-type', 'accept', 'accept-language', 'idempotency-key']),
          'x-forwarded-host': new URL(publicBaseUrl(req)).host,
          'x-forwarded-proto': req.protocol,
          'x-forwarded-for': req.ip ?? '',
          ...(traceparent ? { traceparent } : {}),
        },
        ...(hasBody(req) ? { body: req } : {}),
        signal: AbortSignal.timeout(deadlineMs),
      });
    } catch (error) {
      throw new RefusedError(refuse('service_unavailable'), { cause: error });
    }
  }

  return router;
}

function hasBody(req: Request): boolean {
  return req.get('content-length') !== undefined || req.get('transfer-encoding') !== undefined;
}

function pick(req: Request, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (req.get(name) ? [[name, String(req.get(name))]] : [])));
}

// Our services answer errors as problem+json only; a plain JSON 500 was born in a sidecar.
function isDaprFailure({ headers }: Dispatcher.ResponseData): boolean {
  return !String(headers['content-type'] ?? '').startsWith('application/problem+json');
}

const passedHeaders = [
  'content-type',
  'content-language',
  'location',
  'retry-after',
  'allow',
  'etag',
  'cache-control',
];
