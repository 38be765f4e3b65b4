import { type Request, type RequestHandler, type Response, Router, raw } from 'express';
import type { Dispatcher } from 'undici';
import { refuse } from '../../shared/contracts/refusals';
import { bodyBytesMax, whenGone } from '../../shared/platform/httpApp';
import { currentTraceparent } from '../../shared/platform/logger';
import { createSurelySend, notBegunHeader, repeatsHeader } from '../../shared/platform/neverBegun';
import { RefusedError } from '../../shared/platform/problem';
import { clientAddress, publicBaseUrl, publicProtocol } from '../../shared/platform/publicUrl';
import { askWhole, type WholeAnswer } from '../../shared/platform/wholeAnswer';
import { createHoldOff } from './holdOff';
import { innerPath, isPublicId, type PublicRoute, publicRoutes } from './publicRoutes';

/** Sends each public request through the gateway's own sidecar to the service that answers it. */
export function gatewayRoutes(sidecarPool: Dispatcher, deadlineMs: number, apiToken = ''): Router {
  const router = Router();
  const holdOff = createHoldOff();
  const surelySend = createSurelySend({ unwellMs });
  for (const publicRoute of publicRoutes) {
    const route = router.route(publicRoute.path);
    const forward: RequestHandler = async (req, res) => {
      const gone = whenGone(res);
      await passOn(req, res, publicRoute, gone).catch((error) => {
        if (!gone.aborted) throw error;
      });
    };
    for (const method of publicRoute.methods)
      route[method](...(method === 'get' ? [] : [wholeBody]), forward);
  }

  async function passOn(req: Request, res: Response, route: PublicRoute, gone: AbortSignal): Promise<void> {
    const path = pathFor(req, route);
    const asked = `${req.method} ${route.path}`;
    const leave = await admit(asked, req.get(keyHeader) !== undefined);
    const answer = await surelySend(route.appId, () => invoke(req, path, gone), deadlineMs / 2).finally(
      leave,
    );
    const { status, headers, body } = answer;
    holdOff.note(asked, answer);
    if (!isOfService(answer) || headers[notBegunHeader] !== undefined) {
      const cause = new Error(`the sidecar answered ${status}: ${body.subarray(0, 300)}`);
      throw new RefusedError(refuse('service_unavailable'), { cause });
    }
    res.status(status);
    for (const name of passedHeaders) {
      const value = headers[name];
      if (value !== undefined) res.set(name, value);
    }
    // Of a HEAD as well: Node leaves its body out, and with it the length.
    if (body.length > 0) res.set('content-length', String(body.length));
    res.end(body);
  }

  /** Where its service refuses everybody for a moment, a request hears so here. What is returned is for when it was answered. */
  async function admit(asked: string, hasKey: boolean): Promise<() => void> {
    const held = hasKey ? await holdOff.admitKeyed(asked) : await holdOff.refusalInLine(asked);
    if (typeof held === 'object') throw new RefusedError(held);
    return held ?? (() => {});
  }

  async function invoke(req: Request, path: string, gone: AbortSignal): Promise<Answer> {
    const traceparent = currentTraceparent();
    const sent = Buffer.isBuffer(req.body) && req.body.length > 0 ? req.body : undefined;
    const passed = taken(req);
    const asked: Dispatcher.DispatchOptions = {
      // A HEAD is a GET whose body is left out here.
      method: (req.method === 'HEAD' ? 'GET' : req.method) as Dispatcher.HttpMethod,
      path,
      headers: {
        ...passed,
        // A body that says nothing of itself must not be taken for JSON on its way (RFC 9110, 8.3).
        ...(sent && !req.get('content-type') ? { 'content-type': 'application/octet-stream' } : {}),
        'x-forwarded-host': new URL(publicBaseUrl(req)).host,
        'x-forwarded-proto': publicProtocol(req),
        'x-forwarded-for': clientAddress(req),
        ...(traceparent ? { traceparent } : {}),
        [repeatsHeader]: '1',
        ...(apiToken ? { 'dapr-api-token': apiToken } : {}),
      },
      ...(sent ? { body: sent } : {}),
    };
    try {
      const answer = await askWhole(sidecarPool, asked, deadlineMs, gone);
      // Only a sidecar's own word is looked into.
      return { ...answer, text: answer.status === 500 ? String(answer.body) : '' };
    } catch (error) {
      throw new RefusedError(refuse('service_unavailable'), { cause: error });
    }
  }

  return router;
}

// A sidecar that has just started is found before it has looked for its app, which it does each second.
const unwellMs = 1_500;

type Answer = WholeAnswer & { text: string };

// Read to its end before anything is sent on: what is too large is refused here, not by a sidecar in its own words, and
// a slow caller holds up nobody but itself.
const wholeBody = raw({ type: () => true, limit: bodyBytesMax });

function pathFor(req: Request, route: PublicRoute): string {
  const { id } = req.params;
  if (id !== undefined && !isPublicId(String(id))) throw new RefusedError(refuse('not_found'));
  const from = req.originalUrl.indexOf('?');
  const query = from < 0 ? '' : new URL(`http://query/${req.originalUrl.slice(from)}`).search;
  if (query.length > queryLengthMax) throw new RefusedError(refuse('url_too_long', { queryLengthMax }));
  return `/v1.0/invoke/${route.appId}/method${innerPath(route, id === undefined ? undefined : String(id))}${query}`;
}

// A sidecar takes some kilobytes of headers and answers more with an error of its own. No header here has a meaning
// beyond this length; what is cut off is refused, or not preferred, by who reads it.
const headerLengthMax = 512;
const queryLengthMax = 2_048;

function taken(req: Request): Record<string, string> {
  return Object.fromEntries(
    takenHeaders.flatMap((name) => {
      const value = req.get(name);
      if (name === keyHeader ? value === undefined : !value) return [];
      const text = String(value);
      if (/^[\x20-\x7e]*$/.test(text)) return [[name, text.slice(0, headerLengthMax)]];
      // A sidecar takes no such character, and its error would read like an invitation to try again. No key may have one,
      // and in the other headers it has no meaning.
      if (name === keyHeader) throw new RefusedError(refuse('idempotency_key_invalid'));
      return [];
    }),
  );
}

// An empty one is passed on, to be refused: its sender believes that he may repeat the request.
const keyHeader = 'idempotency-key';

// Our services answer errors as problem+json only; another one was born in a sidecar, and says nothing to a caller.
function isOfService({ status, headers, body }: Answer): boolean {
  // A timeout of a sidecar can leave the head of an answer alone.
  if (status === 200 || status === 201) return body.length > 0;
  if (status < 300 || status === 304) return true;
  return String(headers['content-type'] ?? '').startsWith('application/problem+json');
}

const takenHeaders = ['content-type', 'accept', 'accept-language', keyHeader, 'if-match', 'if-none-match'];

const passedHeaders = [
  'content-type',
  'content-language',
  'vary',
  'location',
  'retry-after',
  'allow',
  'etag',
  'cache-control',
];
