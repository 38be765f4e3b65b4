import { basename, resolve } from 'node:path';
import { z } from 'zod';

/** The process can't begin its work; the message is the one sentence that an operator needs. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

export interface SmsConfig {
  /** Absolute path of the Unix socket on which the sidecar finds the binding. */
  socketPath: string;
  /** For provider `log`, where the Component names no file. */
  logFile: string | undefined;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

/** The size of `sun_path` on Linux is 108 with its closing zero, elsewhere 104; a longer path is cut silently. */
const socketPathBytesMax = 103;

const environment = z.object({
  SMS_SOCKET: z
    .string('SMS_SOCKET must be the path of the Unix socket.')
    .transform((path) => resolve(path))
    .refine((path) => basename(path) === 'sms.sock', {
      error: 'SMS_SOCKET must end in sms.sock: the sidecar makes component type bindings.sms from that name.',
      abort: true,
    })
    .refine((path) => Buffer.byteLength(path) <= socketPathBytesMax, {
      error: `SMS_SOCKET must not be longer than ${socketPathBytesMax} bytes as an absolute path.`,
    }),
  SMS_LOG_FILE: z.string().optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent.',
    })
    .default('info'),
});

/**
 * Reads the environment once. An empty variable counts as absent.
 *
 * @throws {CannotStart} with one sentence a variable at fault.
 */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<SmsConfig> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { error, data } = environment.safeParse(present);
  if (error) throw new CannotStart(error.issues.map((issue) => issue.message).join(' '));
  return Object.freeze({
    socketPath: data.SMS_SOCKET,
    logFile: data.SMS_LOG_FILE,
    logLevel: data.LOG_LEVEL,
  });
}
