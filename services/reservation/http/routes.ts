import { Router } from 'express';
import { z } from 'zod';
import { orderId } from '../../shared/contracts/booking';
import { refuse } from '../../shared/contracts/refusals';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { publicBaseUrl, readBody } from '../../shared/platform/httpApp';
import { withLogContext } from '../../shared/platform/logger';
import { orRefuse, RefusedError } from '../../shared/platform/problem';
import type { ReservationContract } from '../actors/reservationActor';
import { reservationView } from './views';

const decisionBody = z.object({ orderId, status: z.literal('confirmed') });

/** `POST /reservations` (the admin decides), `GET /reservations/{id}`. */
export function reservationRoutes(
  callReservation: ReturnType<typeof actorCaller<ReservationContract>>,
): Router {
  const router = Router();

  router.post('/reservations', async (req, res) => {
    const { orderId: id } = readBody(decisionBody, req);
    const answer = await withLogContext({ orderId: id }, () => callReservation(id, 'confirm', {}));
    const view = reservationView(orRefuse(answer).reservation, publicBaseUrl(req));
    res.status(201).location(view._links.self.href).type('application/hal+json').send(JSON.stringify(view));
  });

  router.get('/reservations/:id', async (req, res) => {
    const id = orderId.safeParse(req.params.id);
    if (!id.success) throw new RefusedError(refuse('reservation_not_found'));
    const { reservation } = orRefuse(await callReservation(id.data, 'read', {}));
    res.type('application/hal+json').send(JSON.stringify(reservationView(reservation, publicBaseUrl(req))));
  });

  return router;
}
