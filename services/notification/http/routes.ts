import { Router } from 'express';
import { orderId } from '../../shared/contracts/booking';
import { refuse } from '../../shared/contracts/refusals';
import { publicBaseUrl } from '../../shared/platform/httpApp';
import { RefusedError } from '../../shared/platform/problem';
import type { PageStore } from '../store/pageStore';
import { myPageView } from './views';

/** `GET /mypages/{orderId}`, from Redis alone: it answers whatever else is down. */
export function myPageRoutes(pages: PageStore): Router {
  const router = Router();
  router.get('/mypages/:orderId', async (req, res) => {
    const id = orderId.safeParse(req.params.orderId);
    const page = id.success ? await pages.read(id.data) : undefined;
    if (!page?.booking) throw new RefusedError(refuse('mypage_not_found'));
    res.type('application/hal+json').send(JSON.stringify(myPageView(page, publicBaseUrl(req))));
  });
  return router;
}
