/** `npm run infra`: what must run below `dapr run -f dapr.yaml`, until Ctrl-C. */
import { runInForeground } from './system/foreground';
import { type LocalSystem, planLocal } from './system/local';
import { infraPortUses } from './system/ports';
import { type Prepared, prepare } from './system/prepare';
import { shellCommand, shownPath } from './system/shell';
import { watchedInfra } from './system/watched';

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`✗ ${error.message}`);
    process.exit(1);
  },
);

async function main(): Promise<number> {
  const local = planLocal(process.env);
  const prepared = await prepare(local, []);
  const { infra } = prepared;
  return runInForeground({
    parts: infra.parts.map(({ name }) => name),
    watched: watchedInfra(infra),
    look: async () => {},
    start: (onReady) => infra.start(onReady),
    welcome: () => whatNext(local, prepared),
    stop: () => infra.stop(),
    hurry: () => {},
    farewell: `What was booked stays in ${shownPath(local.dataDir)}.`,
  });
}

function whatNext(local: LocalSystem, { toolchain, infra, envFile }: Prepared): string {
  const run = ['run', '-f', shownPath(local.runFile)];
  const inEnv = (command: string[]) =>
    `(. ${shellCommand([shownPath(envFile)])} && ${shellCommand(command)})`;
  const ports = infraPortUses(local, infra.redis !== undefined);
  return [
    ...ports.map(({ port, use }) => `  127.0.0.1:${String(port).padEnd(6)} ${use}`),
    '',
    '  Now, in another terminal, the services, with the CLI that you have:',
    '',
    inEnv(['dapr', ...run]),
    '',
    "  or with the project's own:",
    '',
    inEnv([toolchain.dapr, ...run]),
    '',
    `  Data: ${shownPath(local.dataDir)}   Logs: ${shownPath(local.dataDir)}/logs`,
    '  Ctrl-C stops what is listed here; end `dapr run` before it.',
  ].join('\n');
}
