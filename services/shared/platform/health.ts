import { closeSync, mkdirSync, openSync, rmSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { Router } from 'express';
import type { Sidecar } from './sidecar';

interface HealthOptions {
  sidecar: Sidecar;
  /** State store that must be readable for this service to be ready; none for an edge. */
  stateStore?: string;
  /** What this process needs besides its sidecar, such as the read view's Redis. */
  ownCheck?: () => Promise<boolean>;
  isStopping: () => boolean;
}

/** What the kubelet and the sidecar ask all day, whoever else is let in. */
export const probes = /^\/(livez|readyz|healthz)$/;

/**
 * `/livez`: the event loop turns. `/healthz`: this process can work, the sidecar left aside, for it is the sidecar
 * that asks. `/readyz`: it can serve, with its sidecar and its store.
 */
export function healthRoutes({ sidecar, stateStore, ownCheck, isStopping }: HealthOptions): Router {
  const router = Router();
  router.get('/livez', (_req, res) => {
    res.json({ status: 'alive' });
  });
  router.get('/healthz', async (_req, res) => {
    const ok = ownCheck ? await ownCheck().catch(() => false) : true;
    res.status(ok ? 200 : 503).json({ status: ok ? 'healthy' : 'unhealthy' });
  });
  router.get('/readyz', async (_req, res) => {
    const [sidecarReady, storeReady, ownReady] = await Promise.all([
      sidecar.isHealthy(),
      stateStore ? sidecar.isStoreReachable(stateStore) : true,
      ownCheck ? ownCheck().catch(() => false) : true,
    ]);
    const ready = sidecarReady && storeReady && ownReady && !isStopping();
    res.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not ready',
      sidecar: sidecarReady,
      ...(stateStore ? { store: storeReady } : {}),
      ...(ownCheck ? { own: ownReady } : {}),
    });
  });
  return router;
}

/**
 * Touches a file each second, which an exec probe can look at, for as long as the event loop turns and `mayBeat` says
 * so. Returns its end.
 */
export function startHeartbeat(path: string, mayBeat: () => boolean = () => true): () => void {
  if (path === '') return () => {};
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, 'a'));
  // An earlier life may have left the file, with its age.
  touch(path);
  const timer = setInterval(() => {
    if (!mayBeat()) return;
    try {
      touch(path);
    } catch {
      // Somebody removed it to have this process restarted: do not make it again.
      clearInterval(timer);
    }
  }, 1_000);
  return () => {
    clearInterval(timer);
    rmSync(path, { force: true });
  };
}

/**
 * Asks for the sidecar every few seconds. `isLost` once it has not answered for `secondsMax`: a new process may find
 * it where this one does not.
 */
export function watchSidecar(sidecar: Pick<Sidecar, 'isHealthy'>, secondsMax: number) {
  let lastSeen = performance.now();
  const timer = setInterval(async () => {
    if (await sidecar.isHealthy()) lastSeen = performance.now();
  }, 5_000);
  timer.unref();
  return {
    isLost: () => performance.now() - lastSeen > secondsMax * 1_000,
    stop: () => clearInterval(timer),
  };
}

function touch(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}
