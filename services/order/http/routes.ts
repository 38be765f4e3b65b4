import { type Request, type Response, Router } from 'express';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import type { CardReference } from '../../shared/contracts/booking';
import { businessDate, centerId, orderId, timeOfDay } from '../../shared/contracts/booking';
import type { PackageTable } from '../../shared/contracts/packages';
import { toE164 } from '../../shared/contracts/phone';
import { refuse } from '../../shared/contracts/refusals';
import { bookingStatus } from '../../shared/contracts/status';
import { askAgain } from '../../shared/platform/actorHost/askAgain';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import type { CardSeal } from '../../shared/platform/cardSeal';
import { callerAddress, publicBaseUrl, readBody, whenGone } from '../../shared/platform/httpApp';
import { keyedBy, readIdempotencyKey } from '../../shared/platform/idempotency';
import type { ListIndex } from '../../shared/platform/listIndex';
import { isCardNumber, type Logger, withLogContext } from '../../shared/platform/logger';
import { type ListShape, pageView, readFilter, readPaging } from '../../shared/platform/paging';
import { callerLanguage, orRefuse, RefusedError } from '../../shared/platform/problem';
import type { BreakerWatch } from '../actors/breakerWatch';
import type { OrderContract, PlaceInput } from '../actors/orderContract';
import { type PaymentClient, PaymentUnreachable } from '../actors/paymentClient';
import { cardInvalid } from '../actors/placeOrder';
import type { Quota } from '../actors/seatKeeper';
import type { AcceptedOrder } from '../domain/orderState';
import type { Admission } from './admission';
import type { CustomerIdentity } from './identity';
import { createInFlight } from './inFlight';
import { orderView, packagesView, placedView } from './views';

interface RouteOptions {
  callOrder: ReturnType<typeof actorCaller<OrderContract>>;
  payments: PaymentClient;
  /** Of this process; where an order is placed, its actor asks its own. */
  breaker: Pick<BreakerWatch, 'isShedding' | 'enter' | 'refusal'>;
  admit: Admission;
  identity: CustomerIdentity;
  cardSeal: Pick<CardSeal, 'seal' | 'digest'>;
  defaultCenterId: string;
  packages: PackageTable;
  orders: ListIndex;
  clock: () => Date;
  log: Logger;
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

const moveBody = z
  .object({
    orderType: z.string().min(1).optional(),
    centerId: centerId.optional(),
    date: businessDate.optional(),
    time: timeOfDay.optional(),
    cardNo: z.string().max(40).optional(),
  })
  .refine(({ orderType, centerId: center, date, time }) => orderType ?? center ?? date ?? time, {
    message: 'must name where to move: date, time, centerId or orderType',
  });

const orderList: ListShape<'placedAt' | 'visitAt'> = {
  path: '/orders',
  rel: 'orders',
  sorts: ['placedAt', 'visitAt'],
  filters: ['status'],
};

/** `/orders`, `/orders/{id}`, `/packages`. */
export function orderRoutes({
  callOrder,
  payments,
  breaker,
  admit,
  identity,
  cardSeal,
  defaultCenterId,
  packages,
  orders,
  clock,
  log,
}: RouteOptions): Router {
  const router = Router();
  const inFlight = createInFlight(patienceMs);

  router.post('/orders', async (req, res) => {
    const body = readBody(orderBody, req);
    const key = readIdempotencyKey(req);
    // What has a key may have been booked before, so its order is asked, which refuses it as early where it was not.
    if (!key && breaker.isShedding(clock())) throw new RefusedError(breaker.refusal(clock()));
    const work = () => (key ? book(req, body, key) : throughBreaker(() => book(req, body, key)));
    // Who was told meanwhile that nobody knows, would have an order and a charge that he has not heard of.
    const { order, current } = await admit(work, whenGone(res));
    const view = placedView(order, current, publicBaseUrl(req), clock());
    res.status(201).location(view._links.self.href).type('application/hal+json').send(JSON.stringify(view));
  });

  router.get('/orders', async (req, res) => {
    const paging = readPaging(req, orderList);
    const status = readFilter(req, 'status', bookingStatus.options);
    const page = await orders.page({ ...paging, ...(status ? { facet: `status:${status}` } : {}) });
    const views = page.items.map(({ doc }) => orderView(asListed(doc), publicBaseUrl(req), clock()));
    res.type('application/hal+json').send(JSON.stringify(pageView(req, orderList, paging, page, views)));
  });

  router.get('/orders/:id', async (req, res) => {
    const id = idOf(req);
    answer(req, res, orRefuse(await askAgain(() => callOrder(id, 'read', {}))));
  });

  router.delete('/orders/:id', async (req, res) => {
    const id = idOf(req);
    const keyed = keyedBy(req, 'cancel', {});
    answer(req, res, orRefuse(await askOf(id, () => callOrder(id, 'cancel', keyed))));
  });

  router.patch('/orders/:id', async (req, res) => {
    const id = idOf(req);
    const { cardNo, ...wish } = readBody(moveBody, req);
    const card = cardNo === undefined ? undefined : await tokenize(cardNo);
    const input = {
      ...wish,
      ...(card ? { card } : {}),
      ...keyedBy(req, 'move', { ...wish, card: card?.token }),
    };
    // Not asked again: each try of a move holds a seat of its own until its visit.
    answer(req, res, orRefuse(await withLogContext({ orderId: id }, () => callOrder(id, 'move', input))));
  });

  router.get('/packages', (req, res) => {
    res.type('application/hal+json').send(JSON.stringify(packagesView(packages, publicBaseUrl(req))));
  });

  async function throughBreaker(work: () => Promise<Placed>): Promise<Placed> {
    const leave = breaker.enter(clock());
    if (!leave) throw new RefusedError(breaker.refusal(clock()));
    try {
      return await work();
    } finally {
      leave();
    }
  }

  async function book(
    req: Request,
    { cardNo, ...body }: z.infer<typeof orderBody>,
    idempotencyKey: string | undefined,
  ): Promise<Placed> {
    if (cardNo !== undefined && !isCardNumber(cardNo)) throw new RefusedError(cardInvalid);
    // By name and card, a person is known by the card's reference alone; else it is payment's to know, with the charge.
    const isKnownByCard = body.phone === undefined && body.name !== undefined;
    const card = cardNo !== undefined && isKnownByCard ? await tokenize(cardNo) : undefined;
    const quota = quotaOf(req, identity.customerKey({ phone: body.phone, name: body.name, card }));
    const caller = quota?.customerKey ?? callerAddress(req);
    const anyId = uuidv7();
    const idAfter = (earlier: number) =>
      idempotencyKey ? identity.orderIdFor(caller, idempotencyKey, earlier) : anyId;
    const fingerprint = identity.fingerprint({
      ...body,
      card: cardNo === undefined ? undefined : cardSeal.digest(cardNo),
    });
    const inputFor = (id: string): PlaceInput => ({
      ...body,
      centerId: body.centerId ?? defaultCenterId,
      language: callerLanguage(req),
      ...(card ? { card } : {}),
      ...(cardNo !== undefined && !card ? { sealedCard: cardSeal.seal(cardNo, id) } : {}),
      ...(quota ? { quota } : {}),
      fingerprint,
      ...(idempotencyKey ? {} : { isFresh: true }),
    });

    return inFlight(idAfter(0), fingerprint, () => place(idAfter, inputFor));
  }

  // A key means another order once the one that it led to is a day old. Which one, the orders themselves say, each in a
  // turn of its own: requests that come side by side at the edge all find the same.
  async function place(
    idAfter: (earlier: number) => string,
    inputFor: (id: string) => PlaceInput,
  ): Promise<Placed> {
    for (let earlier = 0; ; earlier++) {
      const id = idAfter(earlier);
      const input = inputFor(id);
      // What was named just now may have been placed by the call that broke.
      const { isFresh: _not, ...repeat } = input;
      const answer = orRefuse(
        await askOf(id, (isRepeat) => callOrder(id, 'place', isRepeat ? repeat : input)),
      );
      if ('order' in answer) return answer;
    }
  }

  function askOf<Answer>(id: string, ask: (isRepeat: boolean) => Promise<Answer>): Promise<Answer> {
    return withLogContext({ orderId: id }, () => askAgain(ask));
  }

  function answer(req: Request, res: Response, { order }: { order: AcceptedOrder }): void {
    res.type('application/hal+json').send(JSON.stringify(orderView(order, publicBaseUrl(req), clock())));
  }

  // Who gives neither phone nor card is counted by address, as the gateway names it; who asks this service itself, past
  // the gateway, is not counted.
  function quotaOf(req: Request, customerKey: string | undefined): Quota | undefined {
    if (customerKey) return { customerKey, customerKind: 'person' };
    if (!req.get('x-forwarded-for')) return undefined;
    return { customerKey: identity.addressKey(callerAddress(req)), customerKind: 'address' };
  }

  // The number goes to the payment edge before anything else and no further: an actor sees only the reference.
  async function tokenize(cardNo: string): Promise<CardReference> {
    const card = await payments.tokenize(cardNo).catch((error) => {
      if (!(error instanceof PaymentUnreachable)) throw error;
      log.warn({ err: error }, 'payment not reached for a card');
      throw new RefusedError(refuse('payment_unavailable'));
    });
    if (!card) throw new RefusedError(cardInvalid);
    return card;
  }

  return router;
}

/** As it was placed, and as it is now. */
interface Placed {
  order: AcceptedOrder;
  current: AcceptedOrder;
}

function idOf(req: Request): string {
  const id = orderId.safeParse(req.params.id);
  if (!id.success) throw new RefusedError(refuse('order_not_found'));
  return id.data;
}

/** What {@link listedOrder} put into the list, which has all that a view shows. */
function asListed(doc: Record<string, unknown>): AcceptedOrder {
  return doc as unknown as AcceptedOrder;
}

/** How long a repeat waits for the request that it repeats. */
const patienceMs = 300;
