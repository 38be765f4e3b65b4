import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { CardReference } from '../../shared/contracts/booking';
import {
  type CancelOutcome,
  type CancelRequest,
  type ChargeOutcome,
  type ChargeRequest,
  type CloseOutcome,
  type CloseRequest,
  cancelOutcome,
  chargeOutcome,
  chargePaths,
  closeOutcome,
  type SupplementOutcome,
  type SupplementRequest,
  supplementOutcome,
  tokenizeOutcome,
  type WithdrawRequest,
} from '../../shared/contracts/charges';
import { type Sidecar, SidecarError, type SidecarFailure } from '../../shared/platform/sidecar';

/**
 * Payment, as order asks it: by service invocation, under components/resiliency-payment-by-order.yaml. A call that
 * brought no outcome throws {@link PaymentUnreachable}; what it did at payment is then unknown.
 */
export interface PaymentClient {
  tokenize(cardNo: string): Promise<CardReference | undefined>;
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  close(request: CloseRequest): Promise<CloseOutcome>;
  cancel(request: CancelRequest): Promise<CancelOutcome>;
  withdrawCancel(request: WithdrawRequest): Promise<CancelOutcome>;
  supplement(request: SupplementRequest): Promise<SupplementOutcome>;
}

export class PaymentUnreachable extends Error {
  /** Whether the sidecar's breaker refused to ask. */
  get isBreakerOpen(): boolean {
    return this.#failure === 'breaker open';
  }

  get isCutOff(): boolean {
    return this.#failure === 'cut off';
  }

  get #failure(): SidecarFailure | undefined {
    return this.cause instanceof SidecarError ? this.cause.failure : undefined;
  }
}

/**
 * `bookingAppId` is payment under another of its names: Dapr keeps its policies by the name that is called, and what
 * settles an outcome may take longer than what a booking waits for (decisions/0014).
 */
export function createPaymentClient(
  sidecar: Sidecar,
  {
    bookingAppId = 'payment',
    wait = sleep,
  }: { bookingAppId?: string; wait?: (ms: number) => Promise<unknown> } = {},
): PaymentClient {
  const ask = asks(bookingAppId);
  const settle = asks('payment');

  function asks(appId: string) {
    return <Schema extends z.ZodType>(path: string, body: unknown, schema: Schema) =>
      invoke(appId, path, body, schema);
  }

  async function invoke<Schema extends z.ZodType>(
    appId: string,
    path: string,
    body: unknown,
    schema: Schema,
  ): Promise<z.infer<Schema>> {
    try {
      const answer = await sidecar.invoke({ appId, path, body, deadlineMs: askDeadlineMs });
      if (answer.status !== 200) throw new PaymentUnreachable(`payment answered ${answer.status} to ${path}`);
      return schema.parse(answer.body);
    } catch (error) {
      if (error instanceof SidecarError) throw new PaymentUnreachable(error.message, { cause: error });
      throw error;
    }
  }

  // A booking's call that was cut off by a process of payment that goes, as what failed at once mostly was: the next one
  // takes it. It may be asked twice, for a charge is named by its ticket. What else took long is not asked again: payment
  // has enough to do.
  async function askTwice<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    again: unknown = body,
  ): Promise<z.infer<Schema>> {
    const begun = performance.now();
    try {
      return await ask(path, body, schema);
    } catch (error) {
      if (!(error instanceof PaymentUnreachable) || error.isBreakerOpen) throw error;
      if (!error.isCutOff && performance.now() - begun > atOnceMs) throw error;
      await wait(askAgainAfterMs);
      return await ask(path, again, schema);
    }
  }

  return {
    async tokenize(cardNo) {
      const answer = await askTwice(chargePaths.cards, { cardNo }, tokenizeOutcome);
      return answer.outcome === 'accepted' ? answer.card : undefined;
    },
    charge(request) {
      // The call that was cut may have stored the payment: it is read then.
      const { isFresh: _not, ...again } = request;
      return askTwice(chargePaths.charges, request, chargeOutcome, again);
    },
    close: (request) => settle(chargePaths.close, request, closeOutcome),
    cancel: (request) => settle(chargePaths.cancel, request, cancelOutcome),
    withdrawCancel: (request) => settle(chargePaths.withdrawCancel, request, cancelOutcome),
    supplement: (request) => settle(chargePaths.supplement, request, supplementOutcome),
  };
}

// Longer than the policies' timeouts, a retry included, which is what normally ends a slow call.
const askDeadlineMs = 5_000;

// Shorter than the policies' shortest timeout.
const atOnceMs = 150;
const askAgainAfterMs = 50;
