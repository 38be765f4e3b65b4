import type { z } from 'zod';
import { topics } from '../../shared/contracts/events';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import { planPay } from '../domain/pay';
import { type CapturedPayment, capturedState } from '../domain/payment';
import type { PaymentProvider } from '../provider/provider';
import { recordCapture, saveCapture } from './captures';
import type { PaymentTurn, payInput } from './paymentContract';

/** The customer pays what an order awaits. */
export async function pay(
  provider: PaymentProvider,
  turn: PaymentTurn,
  command: z.infer<typeof payInput>,
): Promise<{ payment: CapturedPayment } | Refusal> {
  const plan = planPay(turn.id, turn.state, command);
  if (isRefusal(plan)) return plan;
  if (plan.step === 'answer') return { payment: plan.payment };
  const { open, key } = plan;
  const { attempt, dues, amountKrw } = open;
  await turn.guard();
  if (plan.step === 'take cash') {
    if (await recordCapture(provider, turn)) return refuse('payment_already_made');
    await provider.void(key);
    const taken = { payMethod: 'cash', amountKrw } as const;
    const facts = { approvedAt: turn.now().toISOString() };
    const captured = capturedState(turn.id, open, { attempt, dues, charge: taken }, facts);
    return { payment: await saveCapture(turn, captured, { outcome: 'done' }) };
  }
  const { card } = plan;
  const record = await provider.authorise({ key, amountKrw, card, capture: true });
  reachCrashPoint('payment.after-charge');
  switch (record.status) {
    case 'captured': {
      const { providerId, capturedAt } = record;
      const taken = { payMethod: 'card', key, providerId, amountKrw: record.amountKrw } as const;
      const facts = { card: record.card, approvedAt: capturedAt };
      const captured = capturedState(turn.id, open, { attempt, dues, charge: taken, card }, facts);
      return { payment: await saveCapture(turn, captured, { outcome: 'done' }) };
    }
    case 'declined': {
      const declined = {
        type: 'PaymentDeclined',
        topic: topics.payments,
        orderId: turn.id,
        data: { reason: record.reason },
      };
      const refusal = refuse('payment_declined', { reason: record.reason });
      await turn.save({ ...open, declines: open.declines + 1 }, { events: [declined], outcome: refusal });
      return refusal;
    }
    case 'voided':
      // A try that died had made sure of this key: the next try has another.
      await turn.save({ ...open, declines: open.declines + 1 });
      return refuse('service_unavailable');
  }
}
