import type { AppKind, DaprRun } from './daprRun';
import type { Infra } from './infra';
import type { LocalSystem } from './local';
import { shellCommand, shellWord } from './shell';
import type { Watched } from './watch';

export function watchedInfra(infra: Infra): Watched[] {
  return infra.parts.flatMap(({ name, process, answers }) => {
    if (!process) return [];
    const { command, args, env, cwd } = process.plan;
    return {
      name,
      parts: [name],
      isRunning: () => process.isRunning || (process.howItEnded ? false : undefined),
      answers,
      howItEnded: () => process.howItEnded,
      bringBack: () => `(cd ${shellWord(cwd)} && ${shellCommand([command, ...args], env)})`,
      logFile: () => process.logFile,
    };
  });
}

/** @param envFile what services and sidecars need in their environment */
export function watchedApps(dapr: DaprRun, local: LocalSystem, envFile: string): Watched[] {
  const { cli } = dapr;
  const inPlace = (command: string) =>
    `(cd ${shellWord(local.appDir)} && . ${shellWord(envFile)} && ${command})`;
  const ofTheCli: Watched = {
    name: '`dapr run`',
    parts: local.apps.map(({ appId }) => appId),
    isRunning: () => cli.isRunning || (cli.howItEnded ? false : undefined),
    answers: async () => false,
    howItEnded: () => cli.howItEnded,
    bringBack: () => 'npm start   # after Ctrl-C here: the services do not last without it',
    logFile: () => cli.logFile,
  };
  const ofTheApps = local.apps.flatMap(({ appId, appPort, daprHttpPort, daprGrpcPort }) => {
    const common = (kind: AppKind) => ({
      parts: [appId],
      isRunning: () => dapr.isRunning(appId, kind),
      howItEnded: () => dapr.howItEnded(appId, kind),
      logFile: () => dapr.logFile(appId, kind),
    });
    const env = {
      APP_ID: appId,
      APP_PORT: String(appPort),
      DAPR_HTTP_PORT: String(daprHttpPort),
      DAPR_GRPC_PORT: String(daprGrpcPort),
    };
    const service: Watched = {
      ...common('service'),
      name: appId,
      answers: () => isOk(`http://127.0.0.1:${appPort}/livez`),
      bringBack: () => inPlace(shellCommand(dapr.argsOf(appId, 'service'), env)),
    };
    const sidecar: Watched = {
      ...common('sidecar'),
      name: `${appId}'s sidecar`,
      answers: () => isOk(`http://127.0.0.1:${daprHttpPort}/v1.0/healthz`),
      bringBack: () => inPlace(shellCommand(dapr.argsOf(appId, 'sidecar'))),
    };
    return [service, sidecar];
  });
  return [ofTheCli, ...ofTheApps];
}

async function isOk(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(3_000) })).ok;
}
