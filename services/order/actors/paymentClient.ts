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
import { type Sidecar, SidecarError } from '../../shared/platform/sidecar';

/**
 * Payment, as order asks it: by service invocation, under the timeout and breaker of components/resiliency.yaml.
 * A call that brought no outcome throws {@link PaymentUnreachable}; what it did at payment is then unknown.
 */
export interface PaymentClient {
  tokenize(cardNo: string): Promise<CardReference | undefined>;
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  close(request: CloseRequest): Promise<CloseOutcome>;
  cancel(request: CancelRequest): Promise<CancelOutcome>;
  withdrawCancel(request: WithdrawRequest): Promise<CancelOutcome>;
  supplement(request: SupplementRequest): Promise<SupplementOutcome>;
}

export class PaymentUnreachable extends Error {}

export function createPaymentClient(sidecar: Sidecar): PaymentClient {
  async function ask<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
  ): Promise<z.infer<Schema>> {
    try {
      const answer = await sidecar.invoke({ appId: 'payment', path, body, deadlineMs: askDeadlineMs });
      if (answer.status !== 200) throw new PaymentUnreachable(`payment answered ${answer.status} to ${path}`);
      return schema.parse(answer.body);
    } catch (error) {
      if (error instanceof SidecarError) throw new PaymentUnreachable(error.message, { cause: error });
      throw error;
    }
  }

  return {
    async tokenize(cardNo) {
      const answer = await ask(chargePaths.cards, { cardNo }, tokenizeOutcome);
      return answer.outcome === 'accepted' ? answer.card : undefined;
    },
    charge: (request) => ask(chargePaths.charges, request, chargeOutcome),
    close: (request) => ask(chargePaths.close, request, closeOutcome),
    cancel: (request) => ask(chargePaths.cancel, request, cancelOutcome),
    withdrawCancel: (request) => ask(chargePaths.withdrawCancel, request, cancelOutcome),
    supplement: (request) => ask(chargePaths.supplement, request, supplementOutcome),
  };
}

// Longer than the policy's timeout, which is what normally ends a slow call.
const askDeadlineMs = 5_000;
