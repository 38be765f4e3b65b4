import { z } from 'zod';
import { cardReference, type PaymentFacts } from '../../shared/contracts/booking';
import {
  type ChargeOutcome,
  type CloseOutcome,
  chargeRequest,
  closeRequest,
} from '../../shared/contracts/charges';
import { topics } from '../../shared/contracts/events';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import {
  type ActorDefinition,
  method,
  type NewEvent,
  type Turn,
} from '../../shared/platform/actorHost/definition';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import {
  type CapturedPayment,
  noPayment,
  openChargeKey,
  type PaymentState,
  planCharge,
  planClose,
  planPay,
} from '../domain/payment';
import type { ChargeRecord, PaymentProvider } from '../provider/provider';

export const paymentType = 'Payment';

export const payInput = z.object({
  price: z.number().int().nonnegative(),
  payMethod: z.enum(['card', 'cash']),
  card: cardReference.optional(),
});

export interface PaymentContract {
  charge: { input: z.infer<typeof chargeRequest>; output: ChargeOutcome };
  close: { input: z.infer<typeof closeRequest>; output: CloseOutcome };
  pay: { input: z.infer<typeof payInput>; output: { payment: CapturedPayment } };
  read: { input: object; output: { payment: Exclude<PaymentState, { status: 'none' }> } };
}

/** The money of one order. The provider is asked under a key that the saved state alone determines. */
export function paymentActor({ provider }: { provider: PaymentProvider }): ActorDefinition<PaymentState> {
  type PaymentTurn = Turn<PaymentState>;

  async function charge(turn: PaymentTurn, command: z.infer<typeof chargeRequest>): Promise<ChargeOutcome> {
    const plan = planCharge(turn.state, command);
    const { attempt, amountKrw, booking, dueAt } = command;
    switch (plan.step) {
      case 'answer':
        if (plan.answer === 'captured')
          return { outcome: 'approved', payment: (turn.state as CapturedPayment).payment };
        if (plan.answer === 'declined') return { outcome: 'declined', reason: plan.reason };
        return { outcome: plan.answer };
      case 'open':
        await turn.save({ status: 'open', attempt, amountKrw, dueAt, booking, declines: 0 });
        return { outcome: 'opened' };
      case 'charge': {
        const { key, card } = plan;
        const record = await provider.charge({ key, amountKrw, card });
        reachCrashPoint('payment.after-charge');
        switch (record.status) {
          case 'captured': {
            const captured = capturedState(turn.id, { attempt, amountKrw, booking, key, record });
            // The order tells of it, once it is accepted: before that, the charge may still have to be undone.
            await turn.save(captured);
            return { outcome: 'approved', payment: captured.payment };
          }
          case 'declined':
            await turn.save({ status: 'declined', attempt, amountKrw, reason: record.reason });
            return { outcome: 'declined', reason: record.reason };
          case 'voided':
            await turn.save({
              status: 'closed',
              attempt,
              amountKrw,
              intent: 'abandon',
              closedAt: turn.now().toISOString(),
            });
            return { outcome: 'closed' };
        }
      }
    }
  }

  async function pay(
    turn: PaymentTurn,
    command: z.infer<typeof payInput>,
  ): Promise<{ payment: CapturedPayment } | Refusal> {
    const plan = planPay(turn.id, turn.state, command);
    if (isRefusal(plan)) return plan;
    if (plan.step === 'answer') return { payment: turn.state as CapturedPayment };
    const open = turn.state as Extract<PaymentState, { status: 'open' }>;
    await turn.guard();
    if (plan.step === 'take cash') {
      if (await recordFound(turn)) return refuse('payment_already_made');
      await provider.void(plan.key);
      return { payment: await capture(turn, cashState(turn, open)) };
    }
    const record = await provider.charge({ key: plan.key, amountKrw: open.amountKrw, card: plan.card });
    reachCrashPoint('payment.after-charge');
    switch (record.status) {
      case 'captured':
        return {
          payment: await capture(turn, capturedState(turn.id, { ...open, key: plan.key, record })),
        };
      case 'declined': {
        const declined = {
          type: 'PaymentDeclined',
          topic: topics.payments,
          orderId: turn.id,
          data: { reason: record.reason },
        };
        await turn.save({ ...open, declines: open.declines + 1 }, { events: [declined] });
        return refuse('payment_declined', { reason: record.reason });
      }
      case 'voided':
        // A try in cash that died had made sure of this key: the next try has another.
        await turn.save({ ...open, declines: open.declines + 1 });
        return refuse('service_unavailable');
    }
  }

  async function close(turn: PaymentTurn, command: z.infer<typeof closeRequest>): Promise<CloseOutcome> {
    const plan = planClose(turn.id, turn.state, command);
    if (plan.step === 'answer') {
      return plan.answer === 'paid'
        ? { outcome: 'paid', payment: (turn.state as CapturedPayment).payment }
        : { outcome: 'closed' };
    }
    if (plan.step === 'look, then void') {
      const found = await recordFound(turn);
      if (found) return { outcome: 'paid', payment: found.payment };
    }
    if (plan.step !== 'close') {
      await provider.void(plan.key);
      if (!plan.save) return { outcome: 'closed' };
    }
    const { attempt, intent } = command;
    const amountKrw = turn.state.status === 'none' ? 0 : turn.state.amountKrw;
    await turn.save({ status: 'closed', attempt, amountKrw, intent, closedAt: turn.now().toISOString() });
    return { outcome: 'closed' };
  }

  /** Writes down a capture that the provider knows of and this actor does not: its turn died before its save. */
  async function recordFound(turn: PaymentTurn): Promise<CapturedPayment | undefined> {
    if (turn.state.status !== 'open') return undefined;
    const key = openChargeKey(turn.id, turn.state);
    const record = await provider.find(key);
    if (record?.status !== 'captured') return undefined;
    return capture(turn, capturedState(turn.id, { ...turn.state, key, record }));
  }

  async function capture(turn: PaymentTurn, captured: CapturedPayment): Promise<CapturedPayment> {
    await turn.save(captured, { events: [approvedEvent(turn.id, captured)] });
    return captured;
  }

  return {
    type: paymentType,
    initial: noPayment,
    methods: {
      // Who keeps the seat comes back for a charge whose order died.
      charge: method({ input: chargeRequest, run: charge }),
      close: method({ input: closeRequest, run: close }),
      pay: method({ input: payInput, run: pay }),
      read: method({
        input: z.object({}),
        readOnly: true,
        run: async (turn: PaymentTurn) =>
          turn.state.status === 'none' ? refuse('payment_not_found') : { payment: turn.state },
      }),
    },
    recover: async (turn) => {
      await recordFound(turn);
    },
  };
}

interface Captured {
  attempt: string;
  amountKrw: number;
  booking: CapturedPayment['booking'];
  key: string;
  record: Extract<ChargeRecord, { status: 'captured' }>;
}

function capturedState(orderId: string, captured: Captured): CapturedPayment {
  const { attempt, amountKrw, booking, key, record } = captured;
  const payment: PaymentFacts = {
    paymentId: orderId,
    amountKrw: record.amountKrw,
    payMethod: 'card',
    card: record.card,
    approvedAt: record.capturedAt,
  };
  return {
    status: 'captured',
    attempt,
    amountKrw,
    booking,
    payment,
    chargeKey: key,
    providerId: record.providerId,
  };
}

function cashState(
  turn: Turn<PaymentState>,
  open: Extract<PaymentState, { status: 'open' }>,
): CapturedPayment {
  const { attempt, amountKrw, booking } = open;
  const payment: PaymentFacts = {
    paymentId: turn.id,
    amountKrw,
    payMethod: 'cash',
    approvedAt: turn.now().toISOString(),
  };
  return { status: 'captured', attempt, amountKrw, booking, payment };
}

function approvedEvent(orderId: string, { attempt, payment, booking }: CapturedPayment): NewEvent {
  const data = { attempt, payment, booking };
  return { topic: topics.payments, type: 'PaymentApproved', orderId, data };
}
