import { z } from 'zod';
import { amountKrw, cardReference } from '../../shared/contracts/booking';
import {
  type CancelOutcome,
  type ChargeOutcome,
  type CloseOutcome,
  cancelRequest,
  chargeRequest,
  closeRequest,
  type SupplementOutcome,
  supplementRequest,
  withdrawRequest,
} from '../../shared/contracts/charges';
import type { KeyedRequest } from '../../shared/contracts/keyedRequests';
import type { Turn } from '../../shared/platform/actorHost/definition';
import type { PaymentState } from '../domain/payment';

export const paymentType = 'Payment';

export const payInput = z.object({
  price: z.number().int().nonnegative(),
  payMethod: z.enum(['card', 'cash']),
  card: cardReference.optional(),
});

/** What an order's event has payment give back; with `ends`, the order has ended. */
export const refundInput = z.object({ refundId: z.string(), refundKrw: amountKrw, ends: z.boolean() });

export const inputs = {
  charge: chargeRequest.omit({ sealedCard: true }),
  close: closeRequest,
  cancel: cancelRequest,
  withdrawCancel: withdrawRequest,
  supplement: supplementRequest,
  refund: refundInput,
  pay: payInput,
  read: z.object({}),
};
type Input<Method extends keyof typeof inputs> = z.infer<(typeof inputs)[Method]>;

export interface PaymentContract {
  charge: { input: Input<'charge'>; output: ChargeOutcome };
  close: { input: Input<'close'>; output: CloseOutcome };
  cancel: { input: Input<'cancel'>; output: CancelOutcome };
  withdrawCancel: { input: Input<'withdrawCancel'>; output: CancelOutcome };
  supplement: { input: Input<'supplement'>; output: SupplementOutcome };
  refund: { input: Input<'refund'>; output: object };
  pay: {
    input: Input<'pay'> & { request?: KeyedRequest };
    /** Of a repeat, the payment as it is by now. */
    output: { payment: Exclude<PaymentState, { status: 'none' }> };
  };
  read: { input: object; output: { payment: Exclude<PaymentState, { status: 'none' }> } };
}

export type PaymentTurn = Turn<PaymentState>;
