import { orderHistoryPage, orderHistoryPath } from '../../shared/contracts/history';
import type { InvocationAnswer, Sidecar } from '../../shared/platform/sidecar';
import type { OrderSource } from '../store/rebuild';

/** Asks the order service through the sidecar. Throws on any answer that is not one of those expected. */
export function orderSource(sidecar: Pick<Sidecar, 'invoke'>): OrderSource {
  return {
    async history(page) {
      const answer = await sidecar.invoke({
        appId: 'order',
        path: orderHistoryPath,
        body: { page, size: ordersAtOnce },
        deadlineMs: 30_000,
      });
      if (answer.status !== 200) throw unexpected(orderHistoryPath, answer);
      return orderHistoryPage.parse(answer.body);
    },

    async exists(orderId) {
      const path = `/orders/${encodeURIComponent(orderId)}`;
      const answer = await sidecar.invoke({ appId: 'order', path, method: 'GET' });
      if (answer.status === 200) return true;
      // Not just any 404: one of a path that order does not know any more would take every page away.
      const { code } = (answer.body ?? {}) as { code?: unknown };
      if (answer.status === 404 && code === 'order_not_found') return false;
      throw unexpected('/orders/{id}', answer);
    },
  };
}

function unexpected(path: string, { status }: InvocationAnswer): Error {
  return new Error(`order answered ${status} to ${path}`);
}

const ordersAtOnce = 100;
