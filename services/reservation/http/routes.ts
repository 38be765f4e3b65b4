import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { orderId } from '../../shared/contracts/booking';
import { isRefusal, type RefusalCode, refuse } from '../../shared/contracts/refusals';
import { askAgain, askAgainIfKeyed } from '../../shared/platform/actorHost/askAgain';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { publicBaseUrl, readBody } from '../../shared/platform/httpApp';
import { keyedBy } from '../../shared/platform/idempotency';
import type { ListIndex } from '../../shared/platform/listIndex';
import { withLogContext } from '../../shared/platform/logger';
import { orRefuse, RefusedError } from '../../shared/platform/problem';
import type { ReservationContract } from '../actors/reservationActor';
import type { DecisionCommand } from '../domain/decision';
import type { Reservation } from '../domain/reservation';
import { listPage } from './listed';
import { type Cancellation, cancellationView, reservationView } from './views';

const reason = z.string().trim().max(200);
const decisionBody = z.discriminatedUnion('status', [
  z.object({ orderId, status: z.literal('confirmed') }),
  z.object({ orderId, status: z.literal('rejected'), reason: reason.optional() }),
]);
const visitBody = z.object({ status: z.enum(['checked in', 'completed', 'no show']) });
const cancellationBody = z.object({ orderId, reason: reason.min(1) });

export interface ReservationRouteParts {
  callReservation: ReturnType<typeof actorCaller<ReservationContract>>;
  list: Pick<ListIndex, 'page'>;
  clock: () => Date;
}

/** `/reservations`: the admin decides and receives guests; `/cancellations`: whoever canceled. */
export function reservationRoutes({ callReservation, list, clock }: ReservationRouteParts): Router {
  const router = Router();

  async function decide(req: Request, id: string, command: DecisionCommand): Promise<Reservation> {
    const keyed = keyedBy(req, 'decide', command);
    const input = { ...command, ...keyed };
    const askOnce = () => callReservation(id, 'decide', input, decideDeadlineMs);
    const ask = async () => orRefuse(await askAgainIfKeyed(keyed, askOnce));
    return withLogContext({ orderId: id }, async () => {
      const first = await ask();
      const answer = 'isDue' in first ? await ask() : first;
      if ('isDue' in answer) throw new RefusedError(refuse('service_unavailable'));
      return answer.reservation;
    });
  }

  async function read(req: Request, notFound: RefusalCode): Promise<Reservation> {
    const id = idIn(req, notFound);
    const answer = await askAgain(() => callReservation(id, 'read', {}));
    if (isRefusal(answer)) throw new RefusedError(refuse(notFound));
    return answer.reservation;
  }

  function viewOf(req: Request, reservation: Reservation) {
    return reservationView(reservation, publicBaseUrl(req), clock());
  }

  router.post('/reservations', async (req, res) => {
    const { orderId: id, status, ...more } = readBody(decisionBody, req);
    const view = viewOf(req, await decide(req, id, { decision: status, ...more }));
    send(res.status(201).location(view._links.self.href), view);
  });

  router.patch('/reservations/:id', async (req, res) => {
    const id = idIn(req, 'reservation_not_found');
    const { status } = readBody(visitBody, req);
    send(res, viewOf(req, await decide(req, id, { decision: status })));
  });

  router.get('/reservations', async (req, res) => {
    send(res, await listPage(req, list, reservationList, (each) => viewOf(req, each)));
  });

  router.get('/reservations/:id', async (req, res) => {
    send(res, viewOf(req, await read(req, 'reservation_not_found')));
  });

  router.post('/cancellations', async (req, res) => {
    const { orderId: id, reason } = readBody(cancellationBody, req);
    const canceled = await decide(req, id, { decision: 'canceled', reason });
    const view = cancellationView(asCancellation(canceled), publicBaseUrl(req));
    send(res.status(201).location(view._links.self.href), view);
  });

  router.get('/cancellations', async (req, res) => {
    const viewOfEach = (each: Reservation) => cancellationView(asCancellation(each), publicBaseUrl(req));
    send(res, await listPage(req, list, cancellationList, viewOfEach, { status: 'canceled' }));
  });

  router.get('/cancellations/:id', async (req, res) => {
    const reservation = await read(req, 'cancellation_not_found');
    send(res, cancellationView(asCancellation(reservation), publicBaseUrl(req)));
  });

  return router;
}

const reservationList = {
  path: '/reservations',
  rel: 'reservations',
  sorts: ['receivedAt', 'visitAt'],
  filters: ['date', 'status', 'centerId'],
} as const;

const cancellationList = {
  path: '/cancellations',
  rel: 'cancellations',
  sorts: ['canceledAt'],
  filters: ['by'],
} as const;

// A decision waits for order, which may be busy with the customer's wish for the same order.
const decideDeadlineMs = 8_000;

function idIn(req: Request, notFound: RefusalCode): string {
  const id = orderId.safeParse(req.params.id);
  if (!id.success) throw new RefusedError(refuse(notFound));
  return id.data;
}

function asCancellation(reservation: Reservation): Cancellation {
  if (reservation.status !== 'canceled') throw new RefusedError(refuse('cancellation_not_found'));
  return reservation;
}

function send(res: Response, view: object): void {
  res.type('application/hal+json').send(JSON.stringify(view));
}
