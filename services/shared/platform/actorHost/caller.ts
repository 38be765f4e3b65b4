import type { Refusal } from '../../contracts/refusals';
import type { ActorCalls } from '../sidecar';

/** Calls actors of one type. A refusal comes back as a value; a broken call throws. */
export function actorCaller<
  Contract extends { [Method in keyof Contract]: { input: unknown; output: unknown } },
>(actors: ActorCalls, type: string) {
  return async <Method extends keyof Contract & string>(
    id: string,
    method: Method,
    input: Contract[Method]['input'],
    deadlineMs?: number,
  ): Promise<Contract[Method]['output'] | Refusal> =>
    (await actors.callActor(type, id, method, input, deadlineMs)) as Contract[Method]['output'] | Refusal;
}
