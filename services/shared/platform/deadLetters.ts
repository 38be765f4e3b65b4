import type { DeadLetter, DeadLetterStore } from './deadLetterStore';
import { type Logger, maskDigits } from './logger';
import { RefusedError } from './problem';

/** Hands one event to who takes in its topic. Throws where that fails, {@link HopelessError} where no repeat can help. */
export type HandOver = (topic: string, event: unknown) => Promise<void>;

/** What failed will fail again until somebody changes something. */
export class HopelessError extends Error {}

export interface DeadLetters {
  /** Remembers why a handler failed, for when the broker gives the event up. */
  noteFailure(id: string, error: unknown): void;
  /** Throws if it could not be kept. */
  keep(letter: Pick<DeadLetter, 'id' | 'topic' | 'event'>): Promise<void>;
  page: DeadLetterStore['page'];
  /** Undefined where there is no such letter (any more). */
  redrive(id: string): Promise<Redriven | undefined>;
  /** Hands over what is due, every now and then, for as long as the process lives. */
  startTrying(): void;
}

export type Redriven = { outcome: 'taken in' } | { outcome: 'kept'; reason: string };

export interface DeadLettersOptions {
  store: DeadLetterStore;
  clock: () => Date;
  log: Logger;
  /** After how many seconds a letter is first tried again by itself; twice as many after each failure, up to an hour. */
  retrySeconds: number;
}

const notedMax = 1_000;
const reasonLengthMax = 300;
const atOnceMax = 20;

/**
 * What a service could not take in is kept, and tried again: by itself, ever more rarely, because a fault that lasted
 * longer than the broker's patience is over one day; and by a person's command, after a fix. A handler knows a repeat,
 * so that trying once more never does harm.
 */
export function createDeadLetters(options: DeadLettersOptions, handOver: HandOver): DeadLetters {
  const { store, clock, log, retrySeconds } = options;
  const noted = new Map<string, unknown>();

  const dueAfter = (tries: number, error: unknown): number | undefined =>
    error instanceof HopelessError
      ? undefined
      : clock().getTime() + Math.min(retrySeconds * 2 ** tries, 3_600) * 1_000;

  async function redrive(id: string): Promise<Redriven | undefined> {
    const letter = await store.find(id);
    if (!letter) return undefined;
    try {
      await handOver(letter.topic, letter.event);
    } catch (error) {
      const reason = reasonOf(error);
      const tries = letter.tries + 1;
      await store.failedAgain({ ...letter, reason, tries }, dueAfter(tries, error));
      log.warn({ deadLetter: id, reason, tries }, 'a dead letter was tried again in vain');
      return { outcome: 'kept', reason };
    }
    await store.remove(id);
    log.info({ deadLetter: id }, 'a dead letter was taken in');
    return { outcome: 'taken in' };
  }

  async function tryDue(): Promise<void> {
    const now = clock().getTime();
    for (const id of await store.takeDue(now, now + 60_000, atOnceMax)) await redrive(id);
  }

  return {
    noteFailure(id, error) {
      noted.delete(id);
      noted.set(id, error);
      const [oldest] = noted.keys();
      if (noted.size > notedMax && oldest !== undefined) noted.delete(oldest);
    },
    async keep({ id, topic, event }) {
      const error = noted.get(id);
      const reason = error === undefined ? undefined : reasonOf(error);
      await store.keep(
        { id, topic, event, reason, since: clock().toISOString(), tries: 0 },
        dueAfter(0, error),
      );
      noted.delete(id);
      log.error({ deadLetter: id, topic, reason }, 'not taken in; it is kept among the dead letters');
    },
    page: store.page,
    redrive,
    startTrying() {
      let isTrying = false;
      setInterval(() => {
        if (isTrying) return;
        isTrying = true;
        tryDue()
          .catch((error: unknown) => log.warn({ err: error }, 'dead letters could not be tried again'))
          .finally(() => {
            isTrying = false;
          });
      }, 1_000).unref();
    },
  };
}

/** In words, without what was in the event: an error of a parser may quote what it was given. */
export function reasonOf(error: unknown): string {
  if (error instanceof RefusedError) return `refused: ${error.refusal.refused}`;
  if (error instanceof SyntaxError) return 'SyntaxError';
  if (!(error instanceof Error)) return 'unknown';
  const faults = (error as { issues?: { path: PropertyKey[]; code: string }[] }).issues;
  if (Array.isArray(faults)) {
    const places = faults.map(({ path, code }) => `/${path.map(String).join('/')} ${code}`);
    return `not as agreed: ${places.join(', ')}`.slice(0, reasonLengthMax);
  }
  return maskDigits(`${error.name}: ${error.message}`).slice(0, reasonLengthMax);
}
