import { z } from 'zod';
import { isRefusal } from '../../shared/contracts/refusals';
import { type ActorDefinition, method, type Turn } from '../../shared/platform/actorHost/definition';
import { admit, type CustomerKind, type CustomerState, dismiss, newCustomer } from '../domain/customer';

export const customerType = 'Customer';

export interface CustomerContract {
  admit: { input: { orderId: string; ticket: string; customerKind: CustomerKind }; output: object };
  dismiss: { input: { orderId: string; ticket: string }; output: object };
}

/** How many live orders a person, or an address that stands for one, may have. */
export type CustomerLimits = Readonly<Record<CustomerKind, number>>;

/** Counts one person's live orders. Its id is a keyed digest: no name, no phone. */
export function customerActor({ limits }: { limits: CustomerLimits }): ActorDefinition<CustomerState> {
  const input = z.object({ orderId: z.string(), ticket: z.string() });
  return {
    type: customerType,
    initial: newCustomer,
    methods: {
      admit: method({
        input: input.extend({ customerKind: z.enum(['person', 'address']) }),
        // Most who book were never counted before, or are remembered; who is stored and not remembered costs a call more.
        beginsUnread: () => true,
        async run(turn: Turn<CustomerState>, { orderId, ticket, customerKind }) {
          const admitted = admit(turn.state, orderId, ticket, customerKind, limits[customerKind]);
          if (isRefusal(admitted)) return admitted;
          if (admitted.state !== turn.state) await turn.save(admitted.state);
          return {};
        },
      }),
      dismiss: method({
        input,
        async run(turn: Turn<CustomerState>, { orderId, ticket }) {
          // Saved even if it changes nothing: that fails where this host remembers an old state, and fences off an
          // admission that is still under way on another.
          await turn.save(dismiss(turn.state, orderId, ticket));
          return {};
        },
      }),
    },
  };
}
