import type { Refusal } from '../../contracts/refusals';
import type { Sidecar } from '../sidecar';

/** Calls actors of one type through the sidecar. A refusal comes back as a value; a broken call throws. */
export function actorCaller<
  Contract extends { [Method in keyof Contract]: { input: unknown; output: unknown } },
>(sidecar: Sidecar, type: string) {
  return async <Method extends keyof Contract & string>(
    id: string,
    method: Method,
    input: Contract[Method]['input'],
    deadlineMs?: number,
  ): Promise<Contract[Method]['output'] | Refusal> =>
    (await sidecar.callActor(type, id, method, input, deadlineMs)) as Contract[Method]['output'] | Refusal;
}
