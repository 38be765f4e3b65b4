import { topics } from '../../shared/contracts/events';
import type { NewEvent } from '../../shared/platform/actorHost/definition';
import { type CapturedPayment, capturedState, type OpenPayment, openChargeKey } from '../domain/payment';
import type { PaymentProvider } from '../provider/provider';
import type { PaymentTurn } from './paymentContract';

/** A capture of an open payment that the provider knows of and its state does not: its turn died before its save. */
export async function findCapture(
  provider: PaymentProvider,
  turn: PaymentTurn,
  open: OpenPayment,
): Promise<CapturedPayment | undefined> {
  const { attempt, dues } = open;
  const key = openChargeKey(turn.id, open);
  const record = await provider.find(key);
  if (record?.status !== 'captured') return undefined;
  const { providerId, amountKrw, card, capturedAt } = record;
  const charge = { payMethod: 'card', key, providerId, amountKrw } as const;
  return capturedState(turn.id, open, { attempt, dues, charge }, { card, approvedAt: capturedAt });
}

/** Writes such a capture down, and tells of it. */
export async function recordCapture(
  provider: PaymentProvider,
  turn: PaymentTurn,
): Promise<CapturedPayment | undefined> {
  if (turn.state.status !== 'open') return undefined;
  const found = await findCapture(provider, turn, turn.state);
  return found && (await saveCapture(turn, found));
}

export async function saveCapture(
  turn: PaymentTurn,
  captured: CapturedPayment,
  more: { outcome?: 'done' } = {},
): Promise<CapturedPayment> {
  await turn.save(captured, { events: [approvedEvent(turn.id, captured)], ...more });
  return captured;
}

export function approvedEvent(orderId: string, { attempt, payment, booking }: CapturedPayment): NewEvent {
  const data = { attempt, payment, booking };
  return { topic: topics.payments, type: 'PaymentApproved', orderId, data };
}
