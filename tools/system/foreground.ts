import { setTimeout as sleep } from 'node:timers/promises';
import { logTail } from './logTail';
import { Progress } from './progress';
import { shownPath } from './shell';
import { StopRequest } from './stopRequest';
import { type Watched, watch } from './watch';

export interface ForegroundWork {
  /** All that must get ready, by the names that `start` tells. */
  parts: string[];
  watched: Watched[];
  /** Called once a second, before the watched things are asked. */
  look(): Promise<void>;
  start(onReady: (part: string) => void): Promise<void>;
  /** What to tell when all is ready. */
  welcome(): string;
  stop(): Promise<void>;
  /** Makes a `stop` under way shorter, whatever that costs. */
  hurry(): void;
  farewell: string;
}

const readyWithinMs = 60_000;
const logLines = 12;

/**
 * Starts something, keeps it until told to stop, then stops it; says all the while what is going on. Something that dies
 * before all is ready ends the start, something that dies later is only told.
 *
 * @returns the exit code
 */
export async function runInForeground(work: ForegroundWork): Promise<number> {
  const stopRequest = new StopRequest();
  const end = new AbortController();
  let onDeath: (dead: Watched) => void = () => {};
  const firstDeath = new Promise<Watched>((resolve) => {
    onDeath = resolve;
  });
  const watching = watch(
    work.watched,
    work.look,
    {
      died: (dead) => onDeath(dead),
      back: ({ name }) => console.log(`· ${name}: is back`),
    },
    end.signal,
  );

  const outcome = await bringUp(work, stopRequest, firstDeath);
  onDeath = (dead) => console.error(obituary(dead));
  const how = outcome === 'ready' ? await stopRequest.first : outcome.stopBecauseOf;
  end.abort();
  await watching;
  await stopAll(work, stopRequest, how);
  return outcome === 'ready' ? 0 : 1;
}

type Outcome = 'ready' | { stopBecauseOf: string };

async function bringUp(
  work: ForegroundWork,
  stopRequest: StopRequest,
  firstDeath: Promise<Watched>,
): Promise<Outcome> {
  const progress = new Progress(work.parts);
  const pending = () => work.watched.filter(({ parts }) => parts.some((part) => progress.awaits(part)));
  const failed = (what: string, culprits: Watched[]): Outcome => {
    console.error([`✗ ${what}`, ...culprits.flatMap(endOfLog)].join('\n'));
    return { stopBecauseOf: 'a failed start' };
  };
  const decided = new AbortController();
  const late = sleep(readyWithinMs, undefined, { signal: decided.signal });
  const outcome = await Promise.race([
    work.start(progress.ready).then(() => 'ready' as const),
    stopRequest.first.then((how) => ({ stopBecauseOf: how })),
    firstDeath.then((dead) => failed(`${dead.name} has died (${causeOf(dead)})`, [dead])),
    late.then(() => failed(`not ready within ${readyWithinMs / 1_000} s: ${progress.pending}`, pending())),
  ]).catch((error: unknown) => failed(String(error), pending()));
  decided.abort();
  progress.stop();
  if (outcome === 'ready') console.log(`· all is ready (${progress.seconds})\n\n${work.welcome()}`);
  return outcome;
}

async function stopAll(work: ForegroundWork, request: StopRequest, how: string): Promise<void> {
  console.log(`\n· stopping, because of ${how} …`);
  const began = Date.now();
  const timer = setInterval(() => {
    console.log(
      `  … still stopping, ${Math.round((Date.now() - began) / 1_000)} s; Ctrl-C once more hurries it`,
    );
  }, 5_000);
  request.onInsist = () => {
    console.log('· ending at once what is left');
    work.hurry();
  };
  await work.stop();
  clearInterval(timer);
  console.log(`· stopped (${((Date.now() - began) / 1_000).toFixed(1)} s). ${work.farewell}`);
}

function obituary(dead: Watched): string {
  const log = dead.logFile();
  return [
    `\n✗ ${dead.name} has died (${causeOf(dead)}). This brings it back, in another terminal:`,
    `    ${dead.bringBack()}`,
    ...(log ? [`  Its log: ${shownPath(log)}`] : []),
  ].join('\n');
}

function endOfLog({ logFile }: Watched): string[] {
  const log = logFile();
  if (!log) return [];
  return [`  The end of ${shownPath(log)}:`, ...logTail(log, logLines).map((line) => `    ${line}`)];
}

function causeOf({ howItEnded }: Watched): string {
  return howItEnded() || 'nobody knows how';
}
