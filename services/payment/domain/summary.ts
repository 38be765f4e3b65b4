import type { PaymentState } from './payment';
import { refundedKrw } from './refund';

type KnownPayment = Exclude<PaymentState, { status: 'none' }>;

/** What may be seen of a payment, whoever looks: no card token, no key. Money in KRW, instants UTC. */
export interface PaymentSummary extends Record<string, unknown> {
  paymentId: string;
  orderId: string;
  status: KnownPayment['status'];
  paymentDueAt?: string;
}

export const paymentStatuses = ['open', 'declined', 'captured', 'canceled', 'closed'] as const;

export function paymentSummary(orderId: string, state: KnownPayment): PaymentSummary {
  const { status, amountKrw, createdAt } = state;
  const summary = { paymentId: orderId, orderId, status, price: amountKrw, createdAt };
  switch (status) {
    case 'open':
      return { ...summary, paymentDueAt: state.dueAt };
    case 'declined':
      return { ...summary, reason: state.reason };
    case 'captured':
      return { ...summary, ...state.payment, ...goneBack(state) };
    case 'canceled':
      return {
        ...summary,
        ...state.payment,
        ...goneBack(state),
        feeKrw: feeKrw(state),
        canceledAt: state.canceledAt,
      };
    case 'closed':
      return summary;
  }
}

/** An entry of the list of payments. A placement that never came to be is none. */
export function listed(orderId: string, state: PaymentState) {
  if (state.status === 'none' || (state.status === 'closed' && state.intent === 'abandon')) return undefined;
  return {
    doc: paymentSummary(orderId, state),
    sorts: { createdAt: state.createdAt, amountKrw: String(state.amountKrw).padStart(16, '0') },
    facets: [statusFacet(state.status)],
  };
}

export function statusFacet(status: KnownPayment['status']): string {
  return `status:${status}`;
}

function goneBack(state: Extract<PaymentState, { status: 'captured' | 'canceled' }>) {
  const refunds = state.refunds.map(({ refundKrw, refundedAt }) => ({ refundKrw, refundedAt }));
  return { refundedKrw: refundedKrw(state.refunds), refunds };
}

// What neither went back nor is about to.
function feeKrw({ charges, refunds, refunding }: Extract<PaymentState, { status: 'canceled' }>): number {
  const takenKrw = charges.reduce((sum, { amountKrw }) => sum + amountKrw, 0);
  return takenKrw - refundedKrw(refunds) - refundedKrw(refunding);
}
