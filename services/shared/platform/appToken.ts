import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { refuse } from '../contracts/refusals';
import { probes } from './health';
import { RefusedError } from './problem';

/**
 * Lets in who shows the token, which a sidecar does with all it brings; so nobody gets past the rules that the sidecar
 * keeps. Probes are asked by the kubelet, which knows no token, and tell nothing.
 */
export function tokenRequired(token: string): RequestHandler {
  const isShownBy = showsToken(token);
  return (req, _res, next) => {
    if (probes.test(req.path) || isShownBy(req)) return next();
    throw new RefusedError(refuse('app_token_invalid'));
  };
}

export function showsToken(token: string): (req: IncomingMessage) => boolean {
  const expected = digest(token);
  return ({ headers }) => timingSafeEqual(digest(String(headers['dapr-api-token'] ?? '')), expected);
}

// Of equal length, whatever was sent.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
