import {
  type DecisionOutcome,
  type DecisionRequest,
  decisionOutcome,
  decisionsPath,
} from '../../shared/contracts/decisions';
import { type Sidecar, SidecarError } from '../../shared/platform/sidecar';

/** Order, as the centre asks it for leave. Asked again after a grant, it answers the same. */
export interface OrderClient {
  /** @throws OrderUnreachable where no answer came; what order has written down is then unknown. */
  ask(request: DecisionRequest): Promise<DecisionOutcome>;
}

export class OrderUnreachable extends Error {}

export function createOrderClient(sidecar: Pick<Sidecar, 'invoke'>): OrderClient {
  return {
    async ask(request) {
      try {
        const answer = await sidecar.invoke({ appId: 'order', path: decisionsPath, body: request });
        if (answer.status !== 200) throw new OrderUnreachable(`order answered ${answer.status}`);
        return decisionOutcome.parse(answer.body);
      } catch (error) {
        if (error instanceof SidecarError) throw new OrderUnreachable(error.message, { cause: error });
        throw error;
      }
    },
  };
}
