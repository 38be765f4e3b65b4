import { type ActorCalls, SidecarError } from '../sidecar';
import { withinDeadline } from '../withinDeadline';
import type { ActorHost } from './host';

/**
 * Calls actors. One that the sidecar has brought to this process a moment ago is asked here at once: the sidecar would do
 * no more than send the call back. All others go by it, which knows where they are, and so do reads that must not be old,
 * for no save of theirs would find that another host has the actor by now (decisions/0017).
 */
export class NearbyActors implements ActorCalls {
  #host: ActorHost | undefined;

  constructor(
    private readonly sidecar: ActorCalls,
    /** For calls here that name none; Infinity for none. */
    private readonly standardDeadlineMs = 10_000,
  ) {}

  /** From now on what this host has is asked here. */
  hostedBy(host: ActorHost): void {
    this.#host = host;
  }

  async callActor(
    type: string,
    id: string,
    method: string,
    input: unknown,
    deadlineMs?: number,
  ): Promise<unknown> {
    const operation = `actor ${type}.${method}`;
    const turn = this.#host?.takeTurnHere(type, id, method, copyOf(input ?? {}));
    const answer = turn && (await withinDeadline(operation, deadlineMs ?? this.standardDeadlineMs, turn));
    if (!answer) return this.sidecar.callActor(type, id, method, input, deadlineMs);
    const body = copyOf(answer.body);
    if (answer.status === 200) return body;
    throw new SidecarError('refused', operation, JSON.stringify(body), answer.status);
  }
}

/** As it would come by way of the sidecar: neither side has in its hands what is the other's. */
function copyOf(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
