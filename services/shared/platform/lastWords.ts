import type { Logger } from './logger';

/**
 * Ends this process at what nobody caught, as Node would by itself; but Node writes the whole error to stderr, past the
 * logger that masks names, phones and card numbers.
 */
export function endOnUncaught(log: Logger): void {
  const end = (what: string) => (error: unknown) => {
    try {
      log.fatal({ err: error }, what);
    } finally {
      process.exit(1);
    }
  };
  process.on('uncaughtException', end('nobody caught an error'));
  process.on('unhandledRejection', end('nobody handled a rejection'));
}
