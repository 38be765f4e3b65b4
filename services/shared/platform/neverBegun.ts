/**
 * A request that nobody began did nothing anywhere, so anything may be sent again. Two say so: a sidecar that found nobody
 * at the address of a process that is gone, as for some moments after each rollout; and a process that is about to go
 * ({@link createHandOver}). Of all other failures a sidecar's retry policy could not tell them apart, and those may have
 * worked.
 */
export function wasNeverBegun(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): boolean {
  if (headers[notBegunHeader] !== undefined) return true;
  return status === 500 && body.includes('ERR_DIRECT_INVOKE') && body.includes('Error while dialing');
}

/** With it a caller says that it sends again what was not begun. */
export const repeatsHeader = 'x-repeats-what-was-not-begun';
export const notBegunHeader = 'x-not-begun';

/** How long to wait before the next try: more each time, for a breaker counts the tries in vain. */
export function pauseBeforeTry(tries: number): number {
  return Math.min(400, 50 * 2 ** tries);
}

/** A sidecar asks for new addresses about once a second; a process that goes ends what it has begun before. */
export const sendAgainWithinMs = 7_000;
