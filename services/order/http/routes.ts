import { Router } from 'express';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import type { CardReference } from '../../shared/contracts/booking';
import { businessDate, centerId, orderId, timeOfDay } from '../../shared/contracts/booking';
import type { PackageTable } from '../../shared/contracts/packages';
import { toE164 } from '../../shared/contracts/phone';
import { refuse } from '../../shared/contracts/refusals';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { publicBaseUrl, readBody } from '../../shared/platform/httpApp';
import { withLogContext } from '../../shared/platform/logger';
import { callerLanguage, orRefuse, RefusedError } from '../../shared/platform/problem';
import type { OrderContract } from '../actors/orderContract';
import { type PaymentClient, PaymentUnreachable } from '../actors/paymentClient';
import type { CustomerIdentity } from './identity';
import { orderView, packagesView } from './views';

interface RouteOptions {
  callOrder: ReturnType<typeof actorCaller<OrderContract>>;
  payments: PaymentClient;
  identity: CustomerIdentity;
  defaultCenterId: string;
  packages: PackageTable;
}

const orderBody = z.object({
  orderType: z.string().min(1),
  name: z.string().trim().min(1).max(100).optional(),
  phone: z
    .string()
    .max(40)
    .transform((text, context) => {
      const number = toE164(text);
      if (!number) context.addIssue({ code: 'custom', message: 'must be a valid phone number' });
      return number ?? z.NEVER;
    })
    .optional(),
  cardNo: z.string().max(40).optional(),
  centerId: centerId.optional(),
  date: businessDate.optional(),
  time: timeOfDay.optional(),
});

/** `POST /orders`, `GET /orders/{id}`, `GET /packages`. */
export function orderRoutes({
  callOrder,
  payments,
  identity,
  defaultCenterId,
  packages,
}: RouteOptions): Router {
  const router = Router();

  router.post('/orders', async (req, res) => {
    const { cardNo, ...body } = readBody(orderBody, req);
    const idempotencyKey = readIdempotencyKey(req.get('Idempotency-Key'));
    const card = cardNo === undefined ? undefined : await tokenize(cardNo);
    const customerKey = identity.customerKey({ phone: body.phone, name: body.name, card });
    const id = idempotencyKey ? identity.orderIdFor(customerKey ?? req.ip ?? '', idempotencyKey) : uuidv7();

    const answer = await withLogContext({ orderId: id }, () =>
      callOrder(id, 'place', {
        ...body,
        centerId: body.centerId ?? defaultCenterId,
        language: callerLanguage(req),
        ...(card ? { card } : {}),
        ...(customerKey ? { customerKey } : {}),
        fingerprint: identity.fingerprint({ ...body, card: card?.token }),
      }),
    );
    const { order } = orRefuse(answer);
    const view = orderView(order, publicBaseUrl(req));
    res.status(201).location(view._links.self.href).type('application/hal+json').send(JSON.stringify(view));
  });

  router.get('/orders/:id', async (req, res) => {
    const id = orderId.safeParse(req.params.id);
    if (!id.success) throw new RefusedError(refuse('order_not_found'));
    const { order } = orRefuse(await callOrder(id.data, 'read', {}));
    res.type('application/hal+json').send(JSON.stringify(orderView(order, publicBaseUrl(req))));
  });

  router.get('/packages', (req, res) => {
    res.type('application/hal+json').send(JSON.stringify(packagesView(packages, publicBaseUrl(req))));
  });

  // Card data goes to the payment edge before anything else and no further: an actor sees only the reference.
  async function tokenize(cardNo: string): Promise<CardReference> {
    const card = await payments.tokenize(cardNo).catch((error) => {
      throw error instanceof PaymentUnreachable ? new RefusedError(refuse('payment_unavailable')) : error;
    });
    if (!card) throw new RefusedError(refuse('card_number_invalid', { errors: [{ pointer: '/cardNo' }] }));
    return card;
  }

  return router;
}

function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) throw new RefusedError(refuse('idempotency_key_invalid'));
  return header;
}
