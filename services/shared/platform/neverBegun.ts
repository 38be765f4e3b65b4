import { setTimeout as sleep } from 'node:timers/promises';

/** With it a caller says that it sends again what was not begun. */
export const repeatsHeader = 'x-repeats-what-was-not-begun';
export const notBegunHeader = 'x-not-begun';

export interface Sent {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

/**
 * A request that nobody began did nothing anywhere, so anything may be sent again. Two say so: a sidecar that found nobody
 * at the address of a process that is gone, as for some moments after each rollout; and a process that is about to go (handOver.ts). Of all other failures a sidecar's retry policy could not tell them apart, and those may have worked.
 */
function wasNeverBegun(sent: Sent): boolean {
  return sent.headers[notBegunHeader] !== undefined || sidecarSays(sent, 'Error while dialing');
}

/** A sidecar says so before it asks its app (dapr 1.18, pkg/channel/http/http_channel.go): it has just started, or its app is down. */
const isUnwell = (sent: Sent) => sidecarSays(sent, 'app is not in a healthy state');

function sidecarSays({ status, text }: Sent, words: string): boolean {
  return status === 500 && text.includes('ERR_DIRECT_INVOKE') && text.includes(words);
}

/**
 * Sends to an app until somebody begins it, or for so long; resolves to the last answer. A sidecar asks for new addresses
 * about once a second; on a node without a processor left it took more than seven.
 */
export type SurelySend = <Answer extends Sent>(
  appId: string,
  send: () => Promise<Answer>,
  withinMs: number,
) => Promise<Answer>;

/**
 * One request at a time looks for somebody who begins it, and the others of this process wait for how that ends: a breaker
 * counts every try in vain. Where a sidecar has not found its app well, it looks for `unwellMs` at the most: that app may be down for long.
 */
export function createSurelySend({ unwellMs = 0 }: { unwellMs?: number } = {}): SurelySend {
  const searches = new Map<string, Promise<unknown>>();

  const endOf = (search: Promise<unknown> | undefined, until: number) =>
    search &&
    Promise.race([search, sleep(Math.max(0, until - performance.now()), undefined, { ref: false })]);

  return async (appId, send, withinMs) => {
    const begun = performance.now();
    const until = begun + withinMs;
    const isToSendAgain = (answer: Sent) =>
      isUnwell(answer)
        ? performance.now() < Math.min(until, begun + unwellMs)
        : wasNeverBegun(answer) && performance.now() <= until;
    await endOf(searches.get(appId), until);
    let sent = await send();
    while (isToSendAgain(sent)) {
      const others = searches.get(appId);
      if (others) {
        await endOf(others, until);
        sent = await send();
        continue;
      }
      const search = (async () => {
        for (let tries = 0; isToSendAgain(sent); tries++) {
          await sleep(pauseBeforeTry(tries));
          sent = await send();
        }
      })();
      searches.set(
        appId,
        search.catch(() => {}),
      );
      await search.finally(() => searches.delete(appId));
    }
    return sent;
  };
}

function pauseBeforeTry(tries: number): number {
  return Math.min(400, 50 * 2 ** tries);
}
