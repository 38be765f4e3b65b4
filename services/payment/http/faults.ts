import { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { refuse } from '../../shared/contracts/refusals';
import { readBody } from '../../shared/platform/httpApp';
import type { Logger } from '../../shared/platform/logger';
import { RefusedError } from '../../shared/platform/problem';
import { delayRange, delayText, type PaymentDelay } from './paymentDelay';

const delayBody = z.object({ paymentDelayMs: delayRange });

/** `GET` and `PUT /faults`: for who stands at this machine. To all others there is nothing here. */
export function faultRoutes({ delay, log }: { delay: PaymentDelay; log: Logger }): Router {
  const router = Router();
  const shown = () => ({ paymentDelayMs: delayText(delay.range) });

  router.get('/faults', locally, (_req, res) => {
    res.json(shown());
  });

  router.put('/faults', locally, (req, res) => {
    delay.range = readBody(delayBody, req).paymentDelayMs;
    log.warn(shown(), 'the fault switch is set');
    res.json(shown());
  });

  return router;
}

const locally: RequestHandler = (req, _res, next) => {
  if (!isLocal(req)) throw new RefusedError(refuse('not_found'));
  next();
};

// A sidecar is on this machine as well, and brings what any other service may ask it to: it names who asks.
function isLocal(req: Request): boolean {
  const address = req.socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  return isLoopback && !relayHeaders.some((name) => req.get(name) !== undefined);
}

const relayHeaders = ['dapr-caller-app-id', 'x-forwarded-for', 'forwarded'];
