import { Router } from 'express';
import type { z } from 'zod';
import type { CardReference } from '../../shared/contracts/booking';
import {
  type ChargeRequest,
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
import type { CardSeal } from '../../shared/platform/cardSeal';
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
  cardSeal,
  delay,
  askAgain = askAgainForAWhile,
}: {
  callPayment: CallPayment;
  provider: PaymentProvider;
  cardSeal: Pick<CardSeal, 'open'>;
  delay: Pick<PaymentDelay, 'wait'>;
  askAgain?: AskAgain;
}): Router {
  const router = Router();

  router.post(chargePaths.cards, async (req, res) => {
    const card = await provider.tokenize(readBody(tokenizeRequest, req).cardNo);
    res.json(card ? { outcome: 'accepted', card } : { outcome: 'invalid' });
  });

  router.post(chargePaths.charges, async (req, res) => {
    const { sealedCard, ...request } = readBody(chargeRequest, req);
    await delay.wait();
    const card = sealedCard === undefined ? request.card : await openCard(sealedCard, request);
    if (sealedCard !== undefined && !card) res.json({ outcome: 'card invalid' });
    else res.json(await ask('charge', { ...request, ...(card ? { card } : {}) }));
  });

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
      await delay.wait();
      res.json(await ask(method, request));
    });
  }

  async function ask<Method extends keyof PaymentContract>(
    method: Method,
    request: PaymentContract[Method]['input'] & { orderId: string },
  ) {
    const { orderId } = request;
    // The call that broke may have stored the payment: it is read then.
    const answer = await withLogContext({ orderId }, () =>
      askAgain((isRepeat) =>
        callPayment(orderId, method, isRepeat ? { ...request, isFresh: false } : request),
      ),
    );
    return orRefuse(answer);
  }

  // Here a sealed number ends: what goes on is the reference.
  async function openCard(
    sealed: string,
    { orderId }: Pick<ChargeRequest, 'orderId'>,
  ): Promise<CardReference | undefined> {
    const cardNo = cardSeal.open(sealed, orderId);
    if (cardNo === undefined)
      throw new Error('a sealed card does not open: order and payment differ in CARD_SEAL_SECRET');
    return provider.tokenize(cardNo);
  }

  return router;
}
