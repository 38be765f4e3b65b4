import type { z } from 'zod';
import { topics } from '../../shared/contracts/events';
import type { NewEvent } from '../../shared/platform/actorHost/definition';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import type { PaymentState } from '../domain/payment';
import { type PaidPayment, planRefund, refundedKrw, refundKey, settleRefunds } from '../domain/refund';
import { type PaymentProvider, ProviderUnavailable } from '../provider/provider';
import type { PaymentTurn, refundInput } from './paymentContract';

/**
 * What an order's event has payment give back. Once it is written down it will be paid out, by `recover` if the
 * provider is away just now: the broker has not to bring the event again.
 */
export async function refund(
  provider: PaymentProvider,
  turn: PaymentTurn,
  command: z.infer<typeof refundInput>,
): Promise<object> {
  const next = planRefund(turn.state, command, turn.now());
  if (!next && !hasUnfinishedRefunds(turn.state)) {
    // Of a payment that was not made there is nothing to give back, unless this host remembers an old state: a save
    // fails there, and the event comes again.
    if (!isPaid(turn.state)) await turn.save(turn.state);
    return {};
  }
  await turn.guard();
  if (next) await turn.intend(next);
  try {
    await finishRefunds(provider, turn);
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    turn.log.warn({ err: error }, 'a refund waits for the provider');
    turn.keepGuard();
  }
  return {};
}

/** Pays out what was begun, writes it down and tells of it. The provider pays out no refund twice. */
export async function finishRefunds(provider: PaymentProvider, turn: PaymentTurn): Promise<void> {
  const { state } = turn;
  if (!hasUnfinishedRefunds(state)) return;
  for (const { refundId, parts } of state.refunding) {
    for (const { key, amountKrw } of parts) {
      if (!key) continue;
      const answer = await provider.refund({ key, refundKey: refundKey(refundId, key), amountKrw });
      reachCrashPoint('payment.after-refund');
      if (answer.outcome === 'refused')
        throw new Error(`the provider refuses refund ${refundId}: ${answer.reason}`);
    }
  }
  const settled = settleRefunds(state, turn.now());
  await turn.save(settled, { events: refundedEvents(turn.id, state, settled) });
}

export function hasUnfinishedRefunds(state: PaymentState): state is PaidPayment {
  return isPaid(state) && state.refunding.length > 0;
}

function isPaid(state: PaymentState): state is PaidPayment {
  return state.status === 'captured' || state.status === 'canceled';
}

function refundedEvents(orderId: string, before: PaidPayment, settled: PaidPayment): NewEvent[] {
  const known = before.refunds.length;
  return settled.refunds.slice(known).map(({ refundId, refundKrw }, index) => {
    const sumKrw = refundedKrw(settled.refunds.slice(0, known + index + 1));
    const data = { refundId, refundKrw, refundedKrw: sumKrw };
    return { topic: topics.payments, type: 'PaymentRefunded', orderId, data };
  });
}
