import type { RequestHandler, Router } from 'express';
import { refuse } from '../contracts/refusals';
import { RefusedError } from './problem';

/** What only a sidecar or a probe asks: it is no part of the API. */
export const innerPaths = /^\/(actors|events|dapr|livez|readyz|healthz)(\/|$)/i;

const spoken = ['application/hal+json', 'application/json', 'application/problem+json'];

/** Refuses with 406 a caller that takes nothing this API speaks. */
export const acceptable: RequestHandler = (req, _res, next) => {
  const accept = req.get('accept');
  if (!accept || innerPaths.test(req.path) || spoken.some((type) => isAccepted(type, accept))) return next();
  throw new RefusedError(refuse('not_acceptable', { available: spoken }));
};

/** RFC 9110, 12.5.1; parameters such as a charset are passed over, for they name no other format here. */
function isAccepted(type: string, accept: string): boolean {
  const [family] = type.split('/');
  const weights = new Map<string, number>();
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.split('=')[1];
    const quality = weight === undefined ? 1 : Number(weight) || 0;
    weights.set(name, Math.max(weights.get(name) ?? 0, quality));
  }
  // The most specific range decides, so that `*/*, application/json;q=0` takes no JSON.
  const decisive = [type, `${family}/*`, '*/*'].find((range) => weights.has(range));
  return decisive !== undefined && (weights.get(decisive) ?? 0) > 0;
}

/** Answers OPTIONS on any path that has routes: 204, with what may be done there. */
export function optionsAnswer(routers: readonly Router[]): RequestHandler {
  return (req, res, next) => {
    const allowed = req.method === 'OPTIONS' ? allowedMethods(routers, req.path) : [];
    if (allowed.length === 0) return next();
    res.set('Allow', allowed.join(', ')).status(204).end();
  };
}

/** Behind all routes: there is nothing at this path, or nothing that can be done by this method. */
export function nothingHere(routers: readonly Router[]): RequestHandler {
  return (req, res) => {
    const allowed = allowedMethods(routers, req.path);
    if (allowed.length === 0) throw new RefusedError(refuse('not_found'));
    res.set('Allow', allowed.join(', '));
    throw new RefusedError(refuse('method_not_allowed', { allowed }));
  };
}

// Express knows which of its routes match a path, and has no public way to ask for it.
interface Layer {
  route?: { methods: Record<string, boolean> };
  match(path: string): unknown;
}

function allowedMethods(routers: readonly Router[], path: string): string[] {
  const layers = routers.flatMap(({ stack }) => stack as unknown as Layer[]);
  const routes = layers.flatMap((layer) => (layer.route && matches(layer, path) ? [layer.route] : []));
  const known = new Set(routes.flatMap(({ methods }) => Object.keys(methods)));
  if (known.size === 0) return [];
  if (known.has('get')) known.add('head');
  known.add('options');
  return methodsInOrder.filter((method) => known.has(method)).map((method) => method.toUpperCase());
}

const methodsInOrder = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'];

// A path with a broken escape matches nothing.
function matches(layer: Layer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    return false;
  }
}
