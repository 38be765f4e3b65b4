import { Router } from 'express';
import { chargePaths, chargeRequest, closeRequest, tokenizeRequest } from '../../shared/contracts/charges';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { readBody } from '../../shared/platform/httpApp';
import { withLogContext } from '../../shared/platform/logger';
import { orRefuse } from '../../shared/platform/problem';
import type { PaymentContract } from '../actors/paymentActor';
import type { PaymentProvider } from '../provider/provider';

type CallPayment = ReturnType<typeof actorCaller<PaymentContract>>;

/** The internal routes, for order's placement and its slots' visits. An outcome is always a 200: see contracts. */
export function chargeRoutes({
  callPayment,
  provider,
}: {
  callPayment: CallPayment;
  provider: PaymentProvider;
}): Router {
  const router = Router();

  router.post(chargePaths.cards, async (req, res) => {
    const card = await provider.tokenize(readBody(tokenizeRequest, req).cardNo);
    res.json(card ? { outcome: 'accepted', card } : { outcome: 'invalid' });
  });

  router.post(chargePaths.charges, async (req, res) => {
    const request = readBody(chargeRequest, req);
    res.json(
      orRefuse(
        await withLogContext({ orderId: request.orderId }, () =>
          callPayment(request.orderId, 'charge', request),
        ),
      ),
    );
  });

  router.post(chargePaths.close, async (req, res) => {
    const request = readBody(closeRequest, req);
    res.json(
      orRefuse(
        await withLogContext({ orderId: request.orderId }, () =>
          callPayment(request.orderId, 'close', request),
        ),
      ),
    );
  });

  return router;
}
