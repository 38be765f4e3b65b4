import type { ChargeOutcome, OpenedCharge } from '../../shared/contracts/charges';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import { planCharge } from '../domain/charge';
import { beginAttempt, type CapturedPayment, capturedState, closedState, openState } from '../domain/payment';
import type { PaymentProvider } from '../provider/provider';
import type { PaymentTurn } from './paymentContract';

/** A placement's charge. Who keeps the seat comes back for one whose order died. */
export async function charge(
  provider: PaymentProvider,
  turn: PaymentTurn,
  command: OpenedCharge,
): Promise<ChargeOutcome> {
  const plan = planCharge(turn.state, command);
  const { attempt, amountKrw, booking } = command;
  switch (plan.step) {
    case 'answer':
      if (plan.answer === 'captured')
        return { outcome: 'approved', payment: (turn.state as CapturedPayment).payment };
      if (plan.answer === 'declined') return { outcome: 'declined', reason: plan.reason };
      return { outcome: plan.answer };
    case 'open':
      await turn.save(openState(turn.state, command, turn.now()));
      return { outcome: 'opened' };
    case 'charge': {
      const { key, card } = plan;
      const record = await provider.authorise({ key, amountKrw, card, capture: true });
      reachCrashPoint('payment.after-charge');
      switch (record.status) {
        case 'captured': {
          const { providerId, capturedAt } = record;
          const taken = { payMethod: 'card', key, providerId, amountKrw: record.amountKrw } as const;
          const captured = capturedState(
            turn.id,
            turn.state,
            { attempt, dues: [{ ticket: attempt, dueKrw: amountKrw, booking }], charge: taken, card },
            { card: record.card, approvedAt: capturedAt },
          );
          // The order tells of it, once it is accepted: before that, the charge may still have to be undone.
          await turn.save(captured);
          return { outcome: 'approved', payment: captured.payment };
        }
        case 'declined': {
          const begun = beginAttempt(turn.state, attempt, amountKrw, turn.now());
          await turn.save({ status: 'declined', ...begun, reason: record.reason });
          return { outcome: 'declined', reason: record.reason };
        }
        case 'voided':
          await turn.save(closedState(turn.state, { attempt, intent: 'abandon', amountKrw }, turn.now()));
          return { outcome: 'closed' };
      }
    }
  }
}
