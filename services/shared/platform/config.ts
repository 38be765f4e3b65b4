import { z } from 'zod';

/**
 * Parses the environment once, at start, into a frozen value. Nothing but a `main.ts` calls this.
 *
 * @throws ConfigError naming every variable at fault, so that one start shows all that must be mended.
 */
export function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.infer<Schema>> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return Object.freeze(parsed.data) as Readonly<z.infer<Schema>>;
  const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`These settings are missing or wrong:\n${faults.join('\n')}`);
}

export class ConfigError extends Error {}

/** A whole number from an environment variable. */
export const integer = (fallback: number, least = 0) => z.coerce.number().int().min(least).default(fallback);

const port = z.coerce.number().int().min(1).max(65_535);

/** What every service reads, whatever its business. Ports are TCP on loopback unless HOST says otherwise. */
export const platformSettings = {
  APP_ID: z.string().min(1),
  HOST: z.string().default('127.0.0.1'),
  APP_PORT: port,
  DAPR_HTTP_PORT: port,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  PUBSUB_NAME: z.string().default('pubsub'),
  /** `redis`: each save carries the stored version as its ETag, so that a stale host cannot overwrite. `auto`: on Redis. */
  ACTOR_STATE_FENCE: z.enum(['auto', 'redis', 'none']).default('auto'),
  /** Touched every second while the event loop turns; an exec probe looks at its age. Empty: no file. */
  HEARTBEAT_FILE: z.string().default(''),
  /** After so long without its sidecar a process lets its heartbeat end, and is restarted by who looks at it. */
  HEARTBEAT_SIDECAR_SECONDS_MAX: integer(60, 1),
  SHUTDOWN_SECONDS_MAX: integer(20, 1),
  /** How long after SIGTERM a process still serves: until nobody sends to it any more, where others take its place. */
  DRAIN_SECONDS: integer(0),
  /** Whether this process ends its sidecar before itself, so that other sidecars' calls go elsewhere first. */
  STOPS_SIDECAR: z.stringbool().default(false),
  /** How long it stays after its sidecar, doing nothing: an address that somebody is at refuses, one that nobody is at is silent. */
  LINGER_SECONDS: integer(0),
  /** What this process shows its sidecar; empty where the sidecar asks for none. */
  DAPR_API_TOKEN: z.string().default(''),
  /** What the sidecar must show this process; empty where anybody may call it. */
  APP_API_TOKEN: z.string().default(''),
  /** After how long a dead letter is tried again by itself; twice as long after each failure, up to an hour. */
  DEAD_LETTER_RETRY_SECONDS: z.coerce.number().positive().default(60),
  /** Tests only: a file that names the line at which this process must kill itself. */
  CRASH_FILE: z.string().default(''),
};

export type PlatformConfig = z.infer<z.ZodObject<typeof platformSettings>>;

/** A JSON value from an environment variable, checked against its own schema. */
export function jsonSetting<Schema extends z.ZodType>(schema: Schema, fallback: z.infer<Schema>) {
  return z
    .string()
    .optional()
    .transform((text, context): z.infer<Schema> => {
      if (text === undefined || text === '') return fallback;
      try {
        return schema.parse(JSON.parse(text));
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not JSON' });
        return z.NEVER;
      }
    });
}
