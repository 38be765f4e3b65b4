import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { refuse } from '../contracts/refusals';
import { RefusedError } from './problem';

/**
 * Lets in who shows the token, which a sidecar does with all it brings; so nobody gets past the rules that the sidecar
 * keeps. Probes are asked by the kubelet, which knows no token, and tell nothing.
 */
export function tokenRequired(token: string): RequestHandler {
  const expected = digest(token);
  return (req, _res, next) => {
    if (probes.test(req.path) || timingSafeEqual(digest(req.get('dapr-api-token') ?? ''), expected))
      return next();
    throw new RefusedError(refuse('app_token_invalid'));
  };
}

const probes = /^\/(livez|readyz|healthz)$/;

// Of equal length, whatever was sent.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
