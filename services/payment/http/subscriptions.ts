import { type OrderEvent, orderEvent, topics } from '../../shared/contracts/events';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { orRefuse } from '../../shared/platform/problem';
import type { TopicHandler } from '../../shared/platform/subscriber';
import type { PaymentContract } from '../actors/paymentContract';

/** Of what orders tell, payment follows what it has to give back. */
export function paymentSubscriptions(
  callPayment: ReturnType<typeof actorCaller<PaymentContract>>,
): TopicHandler[] {
  return [
    {
      topic: topics.orderChanges,
      async handle(event) {
        const known = orderEvent.safeParse(event);
        const due = known.success ? refundIn(known.data) : undefined;
        if (due) orRefuse(await callPayment(event.orderId, 'refund', due));
      },
    },
  ];
}

function refundIn({ type, data }: OrderEvent): PaymentContract['refund']['input'] | undefined {
  switch (type) {
    case 'OrderMoved':
      return data.refund && { ...data.refund, ends: false };
    case 'OrderCanceled':
    case 'OrderRejected':
      return data.refund && { ...data.refund, ends: true };
    case 'OrderPlaced':
    case 'OrderProgressed':
    case 'OrderExpired':
      return undefined;
  }
}
