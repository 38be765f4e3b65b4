import { dirname, join } from 'node:path';
import pino from 'pino';
import { createSmsBinding } from './binding';
import { CannotStart, readConfig } from './config';
import { openProvider } from './providers';
import { rememberedSettings } from './rememberedSettings';
import { startSmsServer } from './server';

async function main(): Promise<void> {
  // Whatever this process writes tells who was sent what.
  process.umask(0o077);
  const { socketPath, logFile, logLevel } = readConfig(process.env);
  const log = pino({ name: 'sms', level: logLevel });

  const binding = createSmsBinding({
    open: (properties) => openProvider(properties, { log, logFile }),
    // The sidecar searches its sockets folder for sockets but no deeper, and on a cluster this folder outlives
    // the container.
    remembered: rememberedSettings(join(dirname(socketPath), 'sms.state', 'settings.json')),
    log,
  });
  const server = await startSmsServer({ socketPath, binding, log });
  log.info({ socketPath }, 'SMS binding serves');

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, async () => {
      log.info({ signal }, 'SMS binding stops');
      await server.stop();
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`sms: ${error instanceof CannotStart ? error.message : describe(error)}\n`);
  process.exitCode = 1;
});

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
