import { Router } from 'express';
import type { Logger } from '../../shared/platform/logger';
import { noTotals, type RebuildParts, rebuildPages } from '../store/rebuild';

/** A line of the answer, of which the last is `done` or `failed`. */
const progressMs = 1_000;

/**
 * `POST /mypages/rebuild`, for operators: the gateway does not know it. Answers lines of JSON while it works, the last
 * with `state` `done` or `failed`. It ends with its caller.
 */
export function rebuildRoute(
  parts: Omit<RebuildParts, 'isStopped'> & { isStopping: () => boolean; log: Logger },
): Router {
  const { isStopping, log } = parts;
  const router = Router();
  router.post('/mypages/rebuild', async (_req, res) => {
    const totals = noTotals();
    const tell = (state: 'running' | 'done' | 'failed', more: object = {}) =>
      res.write(`${JSON.stringify({ state, ...totals, ...more })}\n`);
    res.status(200).type('application/x-ndjson');
    tell('running');
    const progress = setInterval(() => tell('running'), progressMs);
    try {
      await rebuildPages({ ...parts, isStopped: () => isStopping() || res.destroyed }, totals);
      log.info({ ...totals }, 'my pages rebuilt');
      tell('done');
    } catch (error) {
      log.error({ err: error, ...totals }, 'my pages not rebuilt');
      tell('failed', { reason: error instanceof Error ? error.message : String(error) });
    } finally {
      clearInterval(progress);
      res.end();
    }
  });
  return router;
}
