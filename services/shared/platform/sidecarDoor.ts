import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Logger, withLogContext } from './logger';
import { traceparentOf } from './traceContext';

export interface SidecarAnswer {
  status: number;
  /** Sent as JSON; undefined as nothing. */
  body: unknown;
}

type Handler = (body: unknown) => SidecarAnswer | Promise<SidecarAnswer>;

/** What a service answers to nobody but its own sidecar: its turns, its events, and what it is asked of both at the start. */
export interface SidecarRoutes {
  /** `segments` are those of the path, decoded. Undefined where there is no such route. */
  routeOf(method: string, segments: readonly string[]): Handler | undefined;
}

interface DoorOptions {
  routes: readonly SidecarRoutes[];
  log: Logger;
  mayEnter: (req: IncomingMessage) => boolean;
  isStopping: () => boolean;
}

/**
 * Answers what the sidecar asks, by node:http alone; all else goes to `app`. Most of a service's requests come in here, some
 * fifteen for each booking, and of what one costs, Express and its body parser took the larger part (docs/performance.md).
 */
export function sidecarDoor(
  { routes, log, mayEnter, isStopping }: DoorOptions,
  app: RequestListener,
): RequestListener {
  return (req, res) => {
    const handler = routeFor(routes, req);
    // Who may not enter hears why where every caller does.
    if (!handler || !mayEnter(req)) return app(req, res);
    if (isStopping()) res.setHeader('Connection', 'close');
    withLogContext({ traceparent: traceparentOf(req) }, () => {
      answer(req, res, handler).catch((error) => {
        log.error({ err: error, path: req.url }, 'what the sidecar asked was not answered');
        if (!res.headersSent) send(res, { status: 500, body: { error: 'unexpected' } });
      });
    });
  };
}

function routeFor(routes: readonly SidecarRoutes[], req: IncomingMessage): Handler | undefined {
  const { method = '', url = '' } = req;
  const segments = segmentsOf(url);
  if (!segments) return undefined;
  for (const each of routes) {
    const handler = each.routeOf(method, segments);
    if (handler) return handler;
  }
  return undefined;
}

/** Of a path, decoded; undefined where its escapes are broken. */
export function segmentsOf(url: string): string[] | undefined {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

async function answer(req: IncomingMessage, res: ServerResponse, handler: Handler): Promise<void> {
  const body = await readJson(req);
  if (body === notJson) return send(res, { status: 400, body: { error: 'the body is no JSON' } });
  if (body === tooLarge) {
    res.setHeader('Connection', 'close');
    return send(res, { status: 413, body: { error: `the body has more than ${bytesMax} bytes` } });
  }
  send(res, await handler(body));
}

function send(res: ServerResponse, { status, body }: SidecarAnswer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  res.end(text);
}

const notJson = Symbol('not JSON');
const tooLarge = Symbol('too large');

/** Never settles where the sidecar goes away before it is done: nobody is there to answer. */
function readJson(req: IncomingMessage): Promise<unknown> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) resolve(tooLarge);
      else chunks.push(chunk);
    });
    req.on('end', () => {
      const [only] = chunks;
      if (!only) return resolve(undefined);
      const text = (chunks.length === 1 ? only : Buffer.concat(chunks)).toString();
      try {
        resolve(JSON.parse(text));
      } catch {
        resolve(notJson);
      }
    });
  });
}

// What a sidecar takes and brings by itself.
const bytesMax = 4 * 1024 * 1024;
