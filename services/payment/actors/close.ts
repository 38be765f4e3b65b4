import type { CloseOutcome, CloseRequest } from '../../shared/contracts/charges';
import { planClose } from '../domain/close';
import { type CanceledPayment, type CapturedPayment, closedState, type OpenPayment } from '../domain/payment';
import { undoSupplement } from '../domain/supplement';
import type { PaymentProvider } from '../provider/provider';
import { approvedEvent, findCapture, recordCapture } from './captures';
import type { PaymentTurn } from './paymentContract';
import { hasUnfinishedRefunds } from './refunds';

/** A placement, or a supplement, that is not to be paid any more. */
export async function close(
  provider: PaymentProvider,
  turn: PaymentTurn,
  command: CloseRequest,
): Promise<CloseOutcome> {
  const plan = planClose(turn.id, turn.state, command);
  switch (plan.step) {
    case 'answer':
      return plan.answer === 'paid' ? { outcome: 'paid', payment: plan.payment } : { outcome: plan.answer };
    case 'close':
      break;
    case 'void':
      for (const key of plan.keys) await provider.void(key);
      if (plan.next === 'nothing') return { outcome: 'closed' };
      if (plan.next === 'remember') {
        await turn.save({ ...turn.state, closedTicket: command.attempt });
        return { outcome: 'closed' };
      }
      break;
    case 'look, then void': {
      const found = await recordCapture(provider, turn);
      if (found) return { outcome: 'paid', payment: found.payment };
      await provider.void(plan.key);
      break;
    }
    case 'undo supplement':
      await undo(provider, turn, plan.state, command.attempt);
      return { outcome: 'closed' };
  }
  await turn.save(closedState(turn.state, command, turn.now()));
  return { outcome: 'closed' };
}

async function undo(
  provider: PaymentProvider,
  turn: PaymentTurn,
  state: OpenPayment | CapturedPayment | CanceledPayment,
  ticket: string,
): Promise<void> {
  const found = state.status === 'open' ? await findCapture(provider, turn, state) : undefined;
  const undone = undoSupplement(turn.id, found ?? state, ticket);
  if (!undone) return;
  const { next, voidKey } = undone;
  // An open payment forgets the key of its last try, so it is voided first. A charge that the state forgets is voided
  // after it, lest a refund be counted on it meanwhile: whoever closes this ticket again voids it again.
  if (voidKey && next.status === 'open') await provider.void(voidKey);
  const givesBack = hasUnfinishedRefunds(next);
  if (givesBack) await turn.guard();
  await turn.save(next, { events: found ? [approvedEvent(turn.id, found)] : [] });
  // Nobody waits for what was paid too much: `recover` gives it back.
  if (givesBack) turn.keepGuard();
  if (voidKey && next.status !== 'open') await provider.void(voidKey);
}
