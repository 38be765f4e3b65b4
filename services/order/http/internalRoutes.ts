import { Router } from 'express';
import { decisionRequest, decisionsPath } from '../../shared/contracts/decisions';
import { type OrderHistoryPage, orderHistoryPath, orderHistoryRequest } from '../../shared/contracts/history';
import { isRefusal } from '../../shared/contracts/refusals';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { readBody } from '../../shared/platform/httpApp';
import type { ListIndex } from '../../shared/platform/listIndex';
import { withLogContext } from '../../shared/platform/logger';
import { orRefuse } from '../../shared/platform/problem';
import type { OrderContract } from '../actors/orderContract';

interface RouteOptions {
  callOrder: ReturnType<typeof actorCaller<OrderContract>>;
  orders: ListIndex;
}

/** What the other services ask of orders. The gateway does not know these paths. */
export function internalRoutes({ callOrder, orders }: RouteOptions): Router {
  const router = Router();

  router.post(decisionsPath, async (req, res) => {
    const { orderId, ...decision } = readBody(decisionRequest, req);
    const answer = await withLogContext({ orderId }, () => callOrder(orderId, 'decide', decision));
    // A refused decision is an outcome, answered 200; it is not the refusal of a request.
    res.json('outcome' in answer ? answer : orRefuse(answer));
  });

  router.post(orderHistoryPath, async (req, res) => {
    const { page, size } = readBody(orderHistoryRequest, req);
    const listed = await orders.page({ sort: 'placedAt', descending: false, page, size });
    const told = await Promise.all(
      listed.items.map(async ({ id }) => ({ orderId: id, answer: await callOrder(id, 'told', {}) })),
    );
    res.json({
      orders: told.flatMap(({ orderId, answer }) =>
        isRefusal(answer) ? [] : [{ orderId, events: answer.events }],
      ),
      ...((page + 1) * size < listed.total ? { next: page + 1 } : {}),
    } as OrderHistoryPage);
  });

  return router;
}
