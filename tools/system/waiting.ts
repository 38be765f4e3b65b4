import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until `question` answers with something, or the time is over. An error counts as no answer yet. */
export async function eventually<T>(
  what: string,
  question: () => Promise<T | undefined | false>,
  { withinMs = 30_000, everyMs = 50 } = {},
): Promise<T> {
  const until = Date.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await question();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > until)
      throw new Error(`not within ${withinMs} ms: ${what}${last ? ` (${String(last)})` : ''}`);
    await sleep(everyMs);
  }
}

/** Whether something accepts connections on a port or a Unix socket of this machine. */
export function accepts(target: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target);
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.setTimeout(1_000, () => answer(false));
  });
}
