import { createServer, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActorHost } from './actorHost/host';
import type { PlatformConfig } from './config';
import { watchCrashFile } from './crashPoint';
import type { DaprSidecar } from './daprSidecar';
import { createHandOver } from './handOver';
import { startHeartbeat, watchSidecar } from './health';
import { endOnUncaught } from './lastWords';
import type { Logger } from './logger';
import type { Sidecar } from './sidecar';

interface ServiceParts {
  config: PlatformConfig;
  log: Logger;
  sidecar: Sidecar & Partial<Pick<DaprSidecar, 'shutDown'>>;
  app: RequestListener;
  host?: ActorHost;
  onListening?: () => Promise<void>;
  /** Closes what the service opened besides; runs last. */
  close?: () => Promise<void>;
}

/** Whether this process was told to stop; `/readyz` says no from then on. */
export class StopFlag {
  stopping = false;
  constructor(readonly handOver = createHandOver()) {}
}

/** Listens, and stops on SIGTERM or SIGINT: no new requests, turns under way finish, then connections close. */
export function runService(parts: ServiceParts, stop: StopFlag): void {
  const { config, log, sidecar, app, host } = parts;
  endOnUncaught(log);
  watchCrashFile(config.CRASH_FILE);
  const server = createServer(app);
  // Longer than the sidecar keeps an idle connection (90 s), so that it is never we who close one that it is just using.
  server.keepAliveTimeout = 100_000;
  // Who beats for nobody need not ask.
  const watch = config.HEARTBEAT_FILE
    ? watchSidecar(sidecar, config.HEARTBEAT_SIDECAR_SECONDS_MAX)
    : undefined;
  const stopHeartbeat = startHeartbeat(config.HEARTBEAT_FILE, () => stop.stopping || !watch?.isLost());

  server.listen(config.APP_PORT, config.HOST, () => {
    log.info({ port: config.APP_PORT }, 'listening');
    parts.onListening?.().catch((error) => log.error({ err: error }, 'start-up work failed'));
  });
  server.on('error', (error) => {
    if (server.listening) {
      log.error({ err: error }, 'a connection could not be taken');
      return;
    }
    // At once: a heartbeat or a connection to a store would keep a process alive that nobody can reach.
    log.fatal({ err: error }, 'cannot listen');
    process.exit(1);
  });

  const shutDown = async (signal: string) => {
    if (stop.stopping) return;
    stop.stopping = true;
    log.info({ signal }, 'stopping');
    const giveUp = setTimeout(
      () => {
        log.error('did not finish in time; stopping all the same');
        process.exit(1);
      },
      (config.DRAIN_SECONDS + config.SHUTDOWN_SECONDS_MAX) * 1_000,
    );
    giveUp.unref();
    await sleep(config.DRAIN_SECONDS * 1_000);
    if (config.STOPS_SIDECAR) {
      const patienceMs = (config.SHUTDOWN_SECONDS_MAX * 1_000) / 3;
      await stop.handOver.begin(patienceMs);
      // It leaves the actors' table and the callers' connections while there is still somebody behind it who answers.
      await sidecar
        .shutDown?.(patienceMs)
        .catch((error) => log.warn({ err: error }, 'the sidecar did not take the word to stop'));
    }
    server.closeIdleConnections();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      setInterval(() => server.closeIdleConnections(), 100).unref();
    });
    await host?.drain();
    watch?.stop();
    stopHeartbeat();
    await parts.close?.();
    await sidecar.close();
    clearTimeout(giveUp);
    log.info('stopped');
    // On a cluster the address goes with the last of its pod. Other sidecars remember it for some time; a call that they send
    // there fails at once while it is there, and in some seconds once it is not. Its own may take some seconds to end.
    await sleep(config.LINGER_SECONDS * 1_000);
  };
  process.on('SIGTERM', () => void shutDown('SIGTERM'));
  process.on('SIGINT', () => void shutDown('SIGINT'));
}
