/**
 * Whether a sidecar says that it found nobody to send a request to: it tried the address of a process that is gone, as
 * for some moments after each rollout. Such a request did nothing anywhere, so anything may be sent again; of all other
 * failures a sidecar's retry policy could not tell it apart, and those may have worked.
 */
export function wasNeverSent(status: number, body: string): boolean {
  return status === 500 && body.includes('ERR_DIRECT_INVOKE') && body.includes('Error while dialing');
}

/** Between two tries, and for how long at most: a sidecar asks for new addresses about once a second. */
export const sendAgainAfterMs = 200;
export const sendAgainWithinMs = 5_000;
