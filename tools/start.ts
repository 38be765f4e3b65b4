/** `npm start`: everything on this machine, until Ctrl-C. */
import { DaprRun } from './system/daprRun';
import { runInForeground } from './system/foreground';
import { guide } from './system/guide';
import { planLocal } from './system/local';
import { appPortUses } from './system/ports';
import { prepare } from './system/prepare';
import { shownPath } from './system/shell';
import { appReady } from './system/system';
import { watchedApps, watchedInfra } from './system/watched';

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`✗ ${error.message}`);
    process.exit(1);
  },
);

async function main(): Promise<number> {
  const local = planLocal(process.env);
  const { toolchain, infra, env, envFile } = await prepare(local, appPortUses(local));
  const dapr = new DaprRun(toolchain, local, env);
  let isStopping = false;
  return runInForeground({
    parts: [...infra.parts.map(({ name }) => name), ...local.apps.map(({ appId }) => appId)],
    watched: [...watchedInfra(infra), ...watchedApps(dapr, local, envFile)],
    look: () => dapr.look(),
    async start(onReady) {
      await infra.start(onReady);
      if (isStopping) return;
      dapr.start();
      await Promise.all(local.apps.map((app) => appReady(app).then(() => onReady(app.appId))));
    },
    welcome: () => guide(local, infra.redisUrl),
    async stop() {
      isStopping = true;
      await dapr.stop();
      await infra.stop();
    },
    hurry: () => dapr.kill(),
    farewell: `What was booked stays in ${shownPath(local.dataDir)}.`,
  });
}
