import type { SupplementOutcome, SupplementRequest } from '../../shared/contracts/charges';
import type { NewEvent } from '../../shared/platform/actorHost/definition';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import type { CapturedPayment, PaymentState } from '../domain/payment';
import { planSupplement, supplemented } from '../domain/supplement';
import type { PaymentProvider } from '../provider/provider';
import { approvedEvent, findCapture } from './captures';
import type { PaymentTurn } from './paymentContract';

/** A move that changes what is due. Who keeps the new seat comes back for a charge whose order died. */
export async function supplement(
  provider: PaymentProvider,
  turn: PaymentTurn,
  command: SupplementRequest,
): Promise<SupplementOutcome> {
  const plan = planSupplement(turn.id, turn.state, command);
  if (plan.step !== 'look, then void') return carryOut(provider, turn, command, turn.state);
  const found = await findCapture(provider, turn, plan.open);
  if (found) return carryOut(provider, turn, command, found, [approvedEvent(turn.id, found)]);
  await provider.void(plan.key);
  await turn.save(plan.next);
  return { outcome: 'opened' };
}

/** `news` tells of a state that is not saved yet, and goes out with the save that ends this, whichever it is. */
async function carryOut(
  provider: PaymentProvider,
  turn: PaymentTurn,
  command: SupplementRequest,
  state: PaymentState,
  news: readonly NewEvent[] = [],
): Promise<SupplementOutcome> {
  const saveNews = async () => {
    if (news.length > 0) await turn.save(state, { events: news });
  };
  const plan = planSupplement(turn.id, state, command);
  switch (plan.step) {
    case 'answer':
      await saveNews();
      switch (plan.answer) {
        case 'approved':
          return { outcome: 'approved', payment: plan.payment };
        case 'card needed':
          return { outcome: 'card needed', differenceKrw: plan.differenceKrw };
        default:
          return { outcome: plan.answer };
      }
    case 'save':
      await turn.save(plan.next, { events: news });
      return plan.next.status === 'open'
        ? { outcome: 'opened' }
        : { outcome: 'approved', payment: plan.next.payment };
    case 'charge': {
      const { captured, key, card, differenceKrw } = plan;
      const record = await provider.authorise({ key, amountKrw: differenceKrw, card, capture: true });
      reachCrashPoint('payment.after-supplement');
      switch (record.status) {
        case 'captured': {
          const { providerId, amountKrw } = record;
          const { ticket } = command;
          const taken = { payMethod: 'card', key, providerId, amountKrw, ticket } as const;
          const next: CapturedPayment = supplemented(captured, command, taken);
          await turn.save(next, { events: news });
          return { outcome: 'approved', payment: next.payment };
        }
        case 'declined':
          await saveNews();
          return { outcome: 'declined', reason: record.reason };
        case 'voided':
          await saveNews();
          return { outcome: 'closed' };
      }
      break;
    }
    case 'look, then void':
      throw new Error('an open payment is looked for before its supplement is carried out');
  }
}
