import type { CardReference } from '../../shared/contracts/booking';
import { type Refusal, refuse } from '../../shared/contracts/refusals';
import { type CapturedPayment, type OpenPayment, openChargeKey, type PaymentState } from './payment';

export interface PayCommand {
  price: number;
  payMethod: 'card' | 'cash';
  card?: CardReference | undefined;
}

export type PayPlan =
  | { step: 'answer'; payment: CapturedPayment }
  /** After making sure that no charge stands, or will stand, under the key of a try that died. */
  | { step: 'take cash'; open: OpenPayment; key: string }
  | { step: 'charge'; open: OpenPayment; key: string; card: CardReference };

/** A payment by the customer, for an order that awaits one. Repeated, it answers with the first. */
export function planPay(orderId: string, state: PaymentState, command: PayCommand): PayPlan | Refusal {
  switch (state.status) {
    case 'none':
    case 'declined':
      return refuse('payment_not_found');
    case 'closed':
    case 'canceled':
      return refuse('payment_closed');
    case 'captured':
      return state.payment.payMethod === command.payMethod
        ? { step: 'answer', payment: state }
        : refuse('payment_already_made');
    case 'open': {
      if (command.price !== state.amountKrw) {
        return refuse('price_mismatch', { price: command.price, dueKrw: state.amountKrw });
      }
      const key = openChargeKey(orderId, state);
      if (command.payMethod === 'cash') return { step: 'take cash', open: state, key };
      return command.card
        ? { step: 'charge', open: state, key, card: command.card }
        : refuse('value_invalid', { errors: [{ pointer: '/cardNo' }] });
    }
  }
}
