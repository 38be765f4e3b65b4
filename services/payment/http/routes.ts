import { Router } from 'express';
import { z } from 'zod';
import { orderId } from '../../shared/contracts/booking';
import { refuse } from '../../shared/contracts/refusals';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { publicBaseUrl, readBody } from '../../shared/platform/httpApp';
import { withLogContext } from '../../shared/platform/logger';
import { orRefuse, RefusedError } from '../../shared/platform/problem';
import type { PaymentContract } from '../actors/paymentActor';
import type { PaymentProvider } from '../provider/provider';
import { paymentView } from './views';

interface RouteOptions {
  callPayment: ReturnType<typeof actorCaller<PaymentContract>>;
  provider: PaymentProvider;
}

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

/** `POST /paymentHistories`, `GET /paymentHistories/{id}`. */
export function paymentRoutes({ callPayment, provider }: RouteOptions): Router {
  const router = Router();

  router.post('/paymentHistories', async (req, res) => {
    const { orderId: id, price, payMethod, cardNo } = readBody(payBody, req);
    const card = payMethod === 'card' && cardNo ? await tokenize(cardNo) : undefined;
    const answer = await withLogContext({ orderId: id }, () =>
      callPayment(id, 'pay', { price, payMethod, ...(card ? { card } : {}) }),
    );
    const view = paymentView(id, orRefuse(answer).payment, publicBaseUrl(req));
    res.status(201).location(view._links.self.href).type('application/hal+json').send(JSON.stringify(view));
  });

  router.get('/paymentHistories/:id', async (req, res) => {
    const id = orderId.safeParse(req.params.id);
    if (!id.success) throw new RefusedError(refuse('payment_not_found'));
    const { payment } = orRefuse(await callPayment(id.data, 'read', {}));
    res.type('application/hal+json').send(JSON.stringify(paymentView(id.data, payment, publicBaseUrl(req))));
  });

  async function tokenize(cardNo: string) {
    const card = await provider.tokenize(cardNo);
    if (!card) throw new RefusedError(refuse('card_number_invalid', { errors: [{ pointer: '/cardNo' }] }));
    return card;
  }

  return router;
}
