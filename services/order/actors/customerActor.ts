import { z } from 'zod';
import { isRefusal } from '../../shared/contracts/refusals';
import { type ActorDefinition, method, type Turn } from '../../shared/platform/actorHost/definition';
import { admit, type CustomerState, dismiss, newCustomer } from '../domain/customer';

export const customerType = 'Customer';

export interface CustomerContract {
  admit: { input: { orderId: string; ticket: string }; output: object };
  dismiss: { input: { orderId: string; ticket: string }; output: object };
}

/** Counts one person's live orders. Its id is a keyed digest: no name, no phone. */
export function customerActor({ limit }: { limit: number }): ActorDefinition<CustomerState> {
  const input = z.object({ orderId: z.string(), ticket: z.string() });
  return {
    type: customerType,
    initial: newCustomer,
    methods: {
      admit: method({
        input,
        async run(turn: Turn<CustomerState>, { orderId, ticket }) {
          const admitted = admit(turn.state, orderId, ticket, limit);
          if (isRefusal(admitted)) return admitted;
          if (admitted.state !== turn.state) await turn.save(admitted.state);
          return {};
        },
      }),
      dismiss: method({
        input,
        async run(turn: Turn<CustomerState>, { orderId, ticket }) {
          const state = dismiss(turn.state, orderId, ticket);
          if (state !== turn.state) await turn.save(state);
          return {};
        },
      }),
    },
  };
}
