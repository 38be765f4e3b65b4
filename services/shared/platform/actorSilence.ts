import { SidecarError } from './sidecar';

/**
 * Notices a sidecar whose actors have all fallen silent. Dapr 1.18 keeps actor types blocked for good where its word with
 * placement was cut in the middle (decisions/0016): every call then waits for its deadline, though the sidecar says that
 * it is well. Only a new one helps.
 */
export function watchActors(now: () => number = () => performance.now()) {
  let silent: { since: number; last: number; calls: number } | undefined;
  return {
    /** Runs a call to an actor, or for its state, and notes whether it was answered, however. */
    async watch<Result>(call: Promise<Result>): Promise<Result> {
      const begun = now();
      try {
        const result = await call;
        silent = undefined;
        return result;
      } catch (error) {
        if (error instanceof SidecarError && error.failure === 'timeout') {
          silent = { since: silent?.since ?? begun, last: now(), calls: (silent?.calls ?? 0) + 1 };
        } else {
          silent = undefined;
        }
        throw error;
      }
    },
    areSilent(): boolean {
      if (!silent || now() - silent.last > forgottenMs) return false;
      return silent.calls >= silentCallsMin && silent.last - silent.since > silentMs;
    },
  };
}

// Longer than placement takes to tell who hosts what, and more than one actor that hangs.
const silentMs = 30_000;
const silentCallsMin = 10;
// Who is not called any more cannot show that it is well again.
const forgottenMs = 20_000;
