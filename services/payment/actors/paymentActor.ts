import { refuse } from '../../shared/contracts/refusals';
import { type ActorDefinition, method } from '../../shared/platform/actorHost/definition';
import { noPayment, type PaymentState } from '../domain/payment';
import { listed } from '../domain/summary';
import type { PaymentProvider } from '../provider/provider';
import { cancel, withdrawCancel } from './cancel';
import { recordCapture } from './captures';
import { charge } from './charge';
import { close } from './close';
import { pay } from './pay';
import { inputs, type PaymentTurn, paymentType } from './paymentContract';
import { finishRefunds, refund } from './refunds';
import { supplement } from './supplement';

/** The money of one order. The provider is asked under keys that the saved state alone determines. */
export function paymentActor({ provider }: { provider: PaymentProvider }): ActorDefinition<PaymentState> {
  /** An operation of this actor, one file each. */
  const operation =
    <Command, Output>(run: (provider: PaymentProvider, turn: PaymentTurn, command: Command) => Output) =>
    (turn: PaymentTurn, command: Command) =>
      run(provider, turn, command);

  const asItIs = (state: PaymentState) =>
    state.status === 'none' ? refuse('payment_not_found') : { payment: state };

  return {
    type: paymentType,
    initial: noPayment,
    listed,
    methods: {
      charge: method({
        input: inputs.charge,
        isFresh: ({ isFresh = false }) => isFresh,
        run: operation(charge),
      }),
      close: method({ input: inputs.close, run: operation(close) }),
      cancel: method({ input: inputs.cancel, run: operation(cancel) }),
      withdrawCancel: method({ input: inputs.withdrawCancel, run: operation(withdrawCancel) }),
      supplement: method({ input: inputs.supplement, run: operation(supplement) }),
      refund: method({ input: inputs.refund, run: operation(refund) }),
      pay: method({ input: inputs.pay, repeated: asItIs, run: operation(pay) }),
      read: method({
        input: inputs.read,
        readOnly: true,
        run: async ({ state }: PaymentTurn) => asItIs(state),
      }),
    },
    recover: async (turn) => {
      await recordCapture(provider, turn);
      await finishRefunds(provider, turn);
    },
  };
}
