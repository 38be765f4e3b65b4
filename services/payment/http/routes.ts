import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { orderId } from '../../shared/contracts/booking';
import { refuse } from '../../shared/contracts/refusals';
import { askAgain, askAgainIfKeyed } from '../../shared/platform/actorHost/askAgain';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { publicBaseUrl, readBody } from '../../shared/platform/httpApp';
import { keyedBy } from '../../shared/platform/idempotency';
import type { ListIndex } from '../../shared/platform/listIndex';
import { withLogContext } from '../../shared/platform/logger';
import { type ListShape, pageView, readPaging } from '../../shared/platform/paging';
import { orRefuse, RefusedError } from '../../shared/platform/problem';
import type { PaymentContract } from '../actors/paymentContract';
import { type PaymentSummary, paymentStatuses, paymentSummary, statusFacet } from '../domain/summary';
import type { PaymentProvider } from '../provider/provider';
import type { PaymentDelay } from './paymentDelay';
import { paymentView } from './views';

interface RouteOptions {
  callPayment: ReturnType<typeof actorCaller<PaymentContract>>;
  provider: PaymentProvider;
  list: Pick<ListIndex, 'page'>;
  delay: Pick<PaymentDelay, 'wait'>;
  clock: () => Date;
}

const shape: ListShape<'createdAt' | 'amountKrw'> = {
  path: '/paymentHistories',
  rel: 'paymentHistories',
  sorts: ['createdAt', 'amountKrw'],
  filters: ['status'],
};

const payBody = z
  .object({
    orderId,
    price: z.number().int().nonnegative(),
    payMethod: z.enum(['card', 'cash']),
    cardNo: z.string().max(40).optional(),
  })
  .refine(({ payMethod, cardNo }) => payMethod === 'cash' || cardNo, {
    path: ['cardNo'],
    message: 'is needed to pay by card',
  });

/** `POST /paymentHistories`, `GET /paymentHistories`, `GET /paymentHistories/{id}`. */
export function paymentRoutes({ callPayment, provider, list, delay, clock }: RouteOptions): Router {
  const router = Router();

  router.post('/paymentHistories', async (req, res) => {
    const { orderId: id, price, payMethod, cardNo } = readBody(payBody, req);
    const card = payMethod === 'card' && cardNo ? await tokenize(cardNo) : undefined;
    await delay.wait();
    const keyed = keyedBy(req, 'pay', { price, payMethod, card: card?.token });
    const ask = () => callPayment(id, 'pay', { price, payMethod, ...(card ? { card } : {}), ...keyed });
    const answer = await withLogContext({ orderId: id }, () => askAgainIfKeyed(keyed, ask));
    const view = viewOf(req, paymentSummary(id, orRefuse(answer).payment));
    sendHal(res.status(201).location(view._links.self.href), view);
  });

  router.get('/paymentHistories', async (req, res) => {
    const facet = readStatusFacet(req);
    const { page, size, sort, descending } = readPaging(req, shape);
    const found = await list.page({ facet, sort, descending, page, size });
    const items = found.items.map(({ doc }) => viewOf(req, doc as PaymentSummary));
    sendHal(res, pageView(req, shape, { page, size, sort, descending }, found, items));
  });

  router.get('/paymentHistories/:id', async (req, res) => {
    const id = orderId.safeParse(req.params.id);
    if (!id.success) throw new RefusedError(refuse('payment_not_found'));
    const { payment } = orRefuse(await askAgain(() => callPayment(id.data, 'read', {})));
    sendHal(res, viewOf(req, paymentSummary(id.data, payment)));
  });

  function viewOf(req: Request, summary: PaymentSummary) {
    return paymentView(summary, publicBaseUrl(req), clock());
  }

  async function tokenize(cardNo: string) {
    const card = await provider.tokenize(cardNo);
    if (!card) throw new RefusedError(refuse('card_number_invalid', { errors: [{ pointer: '/cardNo' }] }));
    return card;
  }

  return router;
}

function sendHal(res: Response, view: unknown): void {
  res.type('application/hal+json').send(JSON.stringify(view));
}

function readStatusFacet(req: Request): string | undefined {
  const { status } = req.query;
  if (status === undefined || status === '') return undefined;
  const known = paymentStatuses.find((each) => each === status);
  if (known) return statusFacet(known);
  const detail = `must be one of ${paymentStatuses.join(', ')}`;
  throw new RefusedError(refuse('value_invalid', { errors: [{ parameter: 'status', detail }] }));
}
