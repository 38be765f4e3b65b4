import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyedRequest } from '../../contracts/keyedRequests';
import { SidecarError } from '../sidecar';

/**
 * Asks an actor, and asks again for a while where the call broke: whenever a process that hosts its type comes or goes,
 * sidecars cut the turns under way, for their actors may have moved (decisions/0016). Only for what may be asked twice
 * and is answered the same.
 */
export type AskAgain = <Answer>(ask: (isRepeat: boolean) => Promise<Answer>) => Promise<Answer>;

export function createAskAgain({
  now = () => performance.now(),
  wait = sleep,
}: {
  now?: () => number;
  wait?: (ms: number) => Promise<unknown>;
} = {}): AskAgain {
  return async (ask) => {
    const begun = now();
    for (let tries = 0; ; tries++) {
      try {
        return await ask(tries > 0);
      } catch (error) {
        const pauseMs = pausesMs[tries];
        const isOver = pauseMs === undefined || now() - begun > lastTryAfterMs;
        if (isOver || !(error instanceof SidecarError)) throw error;
        await wait(pauseMs);
      }
    }
  };
}

/** As the services use it. */
export const askAgain = createAskAgain();

/**
 * The same for a command that only its Idempotency-Key makes fit to be asked twice: without one, who repeats what was done
 * hears that it was done before.
 */
export function askAgainIfKeyed<Answer>(
  { request }: { request?: KeyedRequest },
  ask: () => Promise<Answer>,
): Promise<Answer> {
  return request ? askAgain(ask) : ask();
}

// Placement has moved the actors in some tenths of a second, where sidecars and processors are well.
const pausesMs = [50, 100, 200, 400, 800, 1_600];
const lastTryAfterMs = 3_500;
