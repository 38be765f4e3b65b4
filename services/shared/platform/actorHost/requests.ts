import type { KeyedRequest, recall } from '../../contracts/keyedRequests';
import { isRefusal } from '../../contracts/refusals';

interface RequestTurn<State> {
  readonly state: Readonly<State>;
  readonly requestIsDone: boolean;
  recall(request: KeyedRequest): ReturnType<typeof recall>;
  take(request: KeyedRequest): void;
  /** A save of its own, for a turn whose saves did not say how its request ended. */
  closeRequest(): Promise<void>;
}

/** Runs a command once for its key: a repeat hears how it ended, and another request under the key is refused. */
export async function runOnce<State>(
  turn: RequestTurn<State>,
  request: KeyedRequest,
  { repeated, isDone }: { repeated(state: Readonly<State>): unknown; isDone(output: unknown): boolean },
  run: () => Promise<unknown>,
): Promise<unknown> {
  const known = turn.recall(request);
  if (isRefusal(known)) return known;
  if (known?.outcome === 'done') return repeated(turn.state);
  if (known && known.outcome !== 'open') return known.outcome;
  turn.take(request);
  const output = await run();
  if (!isRefusal(output) && isDone(output) && !turn.requestIsDone) await turn.closeRequest();
  return output;
}
