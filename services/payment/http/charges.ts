import { Router } from 'express';
import type { z } from 'zod';
import {
  cancelRequest,
  chargePaths,
  chargeRequest,
  closeRequest,
  supplementRequest,
  tokenizeRequest,
  withdrawRequest,
} from '../../shared/contracts/charges';
import { type AskAgain, askAgain as askAgainForAWhile } from '../../shared/platform/actorHost/askAgain';
import type { actorCaller } from '../../shared/platform/actorHost/caller';
import { readBody } from '../../shared/platform/httpApp';
import { withLogContext } from '../../shared/platform/logger';
import { orRefuse } from '../../shared/platform/problem';
import type { PaymentContract } from '../actors/paymentContract';
import type { PaymentProvider } from '../provider/provider';
import type { PaymentDelay } from './paymentDelay';

type CallPayment = ReturnType<typeof actorCaller<PaymentContract>>;

/** The internal routes, for orders and their slots' visits. An outcome is always a 200: see contracts. */
export function chargeRoutes({
  callPayment,
  provider,
  delay,
  askAgain = askAgainForAWhile,
}: {
  callPayment: CallPayment;
  provider: PaymentProvider;
  delay: Pick<PaymentDelay, 'wait'>;
  askAgain?: AskAgain;
}): Router {
  const router = Router();

  router.post(chargePaths.cards, async (req, res) => {
    const card = await provider.tokenize(readBody(tokenizeRequest, req).cardNo);
    res.json(card ? { outcome: 'accepted', card } : { outcome: 'invalid' });
  });

  route(chargePaths.charges, 'charge', chargeRequest);
  route(chargePaths.close, 'close', closeRequest);
  route(chargePaths.cancel, 'cancel', cancelRequest);
  route(chargePaths.withdrawCancel, 'withdrawCancel', withdrawRequest);
  route(chargePaths.supplement, 'supplement', supplementRequest);

  function route<Method extends keyof PaymentContract>(
    path: string,
    method: Method,
    schema: z.ZodType<PaymentContract[Method]['input'] & { orderId: string }>,
  ): void {
    router.post(path, async (req, res) => {
      const request = readBody(schema, req);
      const { orderId } = request;
      await delay.wait();
      // The call that broke may have stored the payment: it is read then.
      const ask = () =>
        askAgain((isRepeat) =>
          callPayment(orderId, method, isRepeat ? { ...request, isFresh: false } : request),
        );
      res.json(orRefuse(await withLogContext({ orderId }, ask)));
    });
  }

  return router;
}
