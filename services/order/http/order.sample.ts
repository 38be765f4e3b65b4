import { standardPackages } from '../../shared/contracts/packages';
import type { Refusal } from '../../shared/contracts/refusals';
import { createCardSeal } from '../../shared/platform/cardSeal';
import { createHttpApp } from '../../shared/platform/httpApp';
import type { ListedPage, ListIndex, ListQuery } from '../../shared/platform/listIndex';
import { createLogger, type Logger } from '../../shared/platform/logger';
import { type BreakerWatch, createBreakerWatch } from '../actors/breakerWatch';
import type { PaymentClient } from '../actors/paymentClient';
import { now } from '../domain/order.sample';
import type { Admission } from './admission';
import { createCustomerIdentity } from './identity';
import { internalRoutes } from './internalRoutes';
import { orderRoutes } from './routes';

/** For tests: the routes of orders, in front of an actor, a payment and a list that answer what they are given. */
export function orderApp({
  answer = {},
  page = { items: [], total: 0 },
  payments = {},
  breaker = createBreakerWatch({ log: createLogger('test', 'silent') }),
  admit = (work) => work(),
  log = createLogger('test', 'silent'),
}: {
  answer?: object | ((method: string, id: string) => object | Promise<object>);
  page?: ListedPage;
  payments?: Partial<PaymentClient>;
  breaker?: BreakerWatch;
  admit?: Admission;
  log?: Logger;
}) {
  const calls: { id: string; method: string; input: Record<string, unknown> }[] = [];
  const queries: ListQuery[] = [];
  const callOrder = async (id: string, method: string, input: object) => {
    calls.push({ id, method, input: input as Record<string, unknown> });
    return (typeof answer === 'function' ? await answer(method, id) : answer) as Refusal;
  };
  const orders: Partial<ListIndex> = {
    page: async (query: ListQuery) => {
      queries.push(query);
      return page;
    },
  };
  const identity = createCustomerIdentity('a secret of sixteen');
  const cardSeal = createCardSeal('a secret of sixteen');
  const app = createHttpApp({
    log: createLogger('test', 'fatal'),
    routers: [
      orderRoutes({
        callOrder: callOrder as never,
        payments: payments as PaymentClient,
        breaker,
        admit,
        identity,
        cardSeal,
        defaultCenterId: 'seoul',
        packages: standardPackages,
        orders: orders as ListIndex,
        clock: () => now,
        log,
      }),
      internalRoutes({ callOrder: callOrder as never, orders: orders as ListIndex }),
    ],
  });
  return { app, calls, queries, identity, cardSeal };
}
