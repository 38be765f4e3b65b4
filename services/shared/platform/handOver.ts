import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler, Response } from 'express';
import { probes } from './health';
import { notBegunHeader, repeatsHeader } from './neverBegun';

/**
 * How a process that goes leaves its callers to others. Until its sidecar ends, others go on sending to it; and with its
 * sidecar end the actor calls of what it has begun. So it begins nothing more, says so to who sends it again, and brings
 * to its end what is under way; then its sidecar may go.
 */
export interface HandOver {
  guard: RequestHandler;
  /** From now on nothing is begun. Resolves once nothing is under way, or after that long. */
  begin(withinMs: number): Promise<void>;
}

/** `sendsBack: false` is for an edge: who asks there is nobody who sends again. */
export function createHandOver({ sendsBack = true } = {}): HandOver {
  let hasBegun = false;
  const underWay = new Set<Response>();
  return {
    guard(req, res, next) {
      // Nor do turns and events come this way (sidecarDoor.ts): they are taken until there is no sidecar that brings them.
      if (probes.test(req.path)) return next();
      if (sendsBack && hasBegun && req.get(repeatsHeader) !== undefined) {
        // Not an error: the caller's breaker need not count it.
        res.status(202).set(notBegunHeader, '1').json({});
        return;
      }
      underWay.add(res);
      res.once('close', () => underWay.delete(res));
      next();
    },
    async begin(withinMs) {
      hasBegun = true;
      const until = performance.now() + withinMs;
      while (underWay.size > 0 && performance.now() < until) await sleep(20);
    },
  };
}
