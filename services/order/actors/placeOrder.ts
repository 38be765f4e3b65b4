import type { ChargeOutcome } from '../../shared/contracts/charges';
import { isKeyOver } from '../../shared/contracts/keyedRequests';
import type { PackageTable } from '../../shared/contracts/packages';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import { decide } from '../domain/order';
import { type AcceptedOrder, evolve, noOrder, type Placement } from '../domain/orderState';
import type { RefundTiers } from '../domain/refundPolicy';
import type { BreakerWatch } from './breakerWatch';
import type { OrderContract, PlaceInput } from './orderContract';
import { apply, type OrderTurn } from './orderTurn';
import { type PaymentClient, PaymentUnreachable } from './paymentClient';
import type { Held, SeatKeeper } from './seatKeeper';
import type { Settler } from './settler';

export interface PlaceOptions {
  payments: PaymentClient;
  breaker: BreakerWatch;
  seats: SeatKeeper;
  packages: PackageTable;
  holdMinutes: number;
  refundTiers: RefundTiers;
  /** Spares the slot its visit; what this fails to bring about, the visit does. */
  settle: Settler;
}

/** A placement is one turn, from seat to charge to save. */
export function placing(options: PlaceOptions) {
  const { payments, breaker, seats, packages, holdMinutes, refundTiers, settle } = options;
  return async function place(
    turn: OrderTurn,
    input: PlaceInput,
  ): Promise<OrderContract['place']['output'] | Refusal> {
    if (turn.state.status !== 'none') {
      const isOver = isKeyOver(turn.state.placement.placedAt, turn.now());
      return isOver ? { isOver } : replay(turn.state, input);
    }
    const checkup = Object.hasOwn(packages, input.orderType) ? packages[input.orderType] : undefined;
    if (!checkup) return refuse('order_type_unknown', { orderTypes: Object.keys(packages) });
    // Before any seat is held: what payment would not be asked for is refused here.
    if (!(await breaker.admit(turn.id, () => turn.now()))) return refusalByBreaker(turn, input);
    try {
      return await placeOnSeat(turn, input, checkup);
    } finally {
      breaker.leave(turn.id);
    }
  };

  /** One that has no key never comes back as the same. */
  function refusalByBreaker(turn: OrderTurn, { isFresh }: Pick<PlaceInput, 'isFresh'>): Refusal {
    return isFresh ? breaker.refusal(turn.now()) : breaker.refusalOf(turn.id, turn.now());
  }

  async function placeOnSeat(
    turn: OrderTurn,
    input: PlaceInput,
    checkup: PackageTable[string],
  ): Promise<OrderContract['place']['output'] | Refusal> {
    const held = await seats.take(turn.id, input, input.quota, turn.now());
    if (isRefusal(held)) return held;
    reachCrashPoint('order.after-hold');

    const dueAt = new Date(turn.now().getTime() + holdMinutes * 60_000).toISOString();
    const outcome = await charge(turn, input, held, { amountKrw: checkup.dueKrw, dueAt });
    reachCrashPoint('order.after-charge');
    if (isRefusal(outcome)) return outcome;

    const {
      card: _card,
      sealedCard: _s,
      centerId: _c,
      date: _d,
      time: _t,
      isFresh: _f,
      quota,
      ...rest
    } = input;
    const placement: Placement = {
      ...rest,
      ...(quota ? { customerKey: quota.customerKey } : {}),
      orderId: turn.id,
      seat: held.seat,
      zone: held.zone,
      ticket: held.ticket,
      priceKrw: checkup.priceKrw,
      dueKrw: checkup.dueKrw,
      refundTiers,
      placedAt: turn.now().toISOString(),
      ...(outcome.outcome === 'approved' ? { paidAtOnce: outcome.payment } : { paymentDueAt: dueAt }),
    };
    const placed = await apply(turn, { kind: 'place', placement });
    if (isRefusal(placed)) return placed;
    const order = placed as AcceptedOrder;
    // One that awaits its money is visited when that is overdue.
    if (outcome.outcome === 'approved') turn.afterTold(() => settle(held));
    return { order, current: order };
  }

  /**
   * Undoes what a placement that died in its turn left at payment, lest this one wait for the slot's visit to do it. That
   * placement may not be dead: what it would save is fenced off first, as {@link resolving} does.
   */
  async function closeEarlier(turn: OrderTurn, { earlier = [] }: Held): Promise<void> {
    if (earlier.length === 0) return;
    await turn.intend(turn.state);
    for (const attempt of earlier) await payments.close({ orderId: turn.id, attempt, intent: 'abandon' });
  }

  /** Reaches payment, and where that brings no booking, gives back what was held. */
  async function charge(
    turn: OrderTurn,
    { orderType, name, card, sealedCard, quota, isFresh }: PlaceInput,
    held: Held,
    due: { amountKrw: number; dueAt: string },
  ): Promise<Extract<ChargeOutcome, { outcome: 'opened' | 'approved' }> | Refusal> {
    const booking = { seat: held.seat, zone: held.zone, orderType, ...(name ? { name } : {}) };
    const giveBack = (leftNothing: boolean) =>
      seats.giveBack(turn.id, held, quota?.customerKey, { leftNothing });
    let outcome: ChargeOutcome;
    try {
      await closeEarlier(turn, held);
      outcome = await payments.charge({
        orderId: turn.id,
        attempt: held.ticket,
        ...due,
        booking,
        ...(card ? { card } : {}),
        ...(sealedCard ? { sealedCard } : {}),
        ...(isFresh ? { isFresh } : {}),
      });
      breaker.noteAnswer(turn.id, turn.now());
    } catch (error) {
      if (!(error instanceof PaymentUnreachable)) {
        // Fenced off: another host has undone this placement, perhaps before its person was counted.
        await giveBack(false);
        throw error;
      }
      breaker.noteFailure(turn.id, turn.now(), error);
      turn.log.warn(
        { err: error },
        'payment not reached; the seat goes back, the charge is closed by the next visit',
      );
      await giveBack(false);
      return refusalByBreaker(turn, { isFresh });
    }
    switch (outcome.outcome) {
      case 'opened':
      case 'approved':
        return outcome;
      case 'closed':
      case 'occupied':
        await giveBack(true);
        return refuse('payment_unavailable', {}, retryAfterSeconds);
      case 'declined':
        await giveBack(true);
        return refuse('payment_declined', { reason: outcome.reason });
      case 'card invalid':
        await giveBack(true);
        return cardInvalid;
    }
  }
}

/** As a route refuses a number that cannot be a card's. */
export const cardInvalid = refuse('card_number_invalid', { errors: [{ pointer: '/cardNo' }] });

function replay(state: AcceptedOrder, input: PlaceInput): OrderContract['place']['output'] | Refusal {
  const placement = { ...state.placement, fingerprint: input.fingerprint };
  const refusal = decide(state, { kind: 'place', placement }, new Date(0));
  if (isRefusal(refusal)) return refusal;
  return { order: asPlaced(state), current: state };
}

/** An order as it was answered when it was placed: a repeat of the request hears the same. */
function asPlaced({ placement }: AcceptedOrder): AcceptedOrder {
  return evolve(noOrder, { kind: 'accepted', placement }) as AcceptedOrder;
}

// What this one left is undone by whoever asks again, or else by the slot's visit.
const retryAfterSeconds = 1;
