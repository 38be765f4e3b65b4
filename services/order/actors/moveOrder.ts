import type { SupplementOutcome } from '../../shared/contracts/charges';
import type { PackageTable } from '../../shared/contracts/packages';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import { changeRefusal } from '../domain/order';
import type { AcceptedOrder, Standing } from '../domain/orderState';
import { bookingOf } from '../domain/tellings';
import type { MoveInput } from './orderContract';
import { apply, giveBackOrLeaveToGuard, type OrderTurn } from './orderTurn';
import { type PaymentClient, PaymentUnreachable } from './paymentClient';
import type { Held, SeatKeeper } from './seatKeeper';

interface MoveOptions {
  payments: PaymentClient;
  seats: SeatKeeper;
  packages: PackageTable;
}

/**
 * Moves an order to another seat or package: holds the new seat, settles what is dearer, saves, frees the old seat. A
 * process that dies before the save leaves a hold that the slot's visit undoes, its charge with it; after it, the guard
 * frees the old seat. What is cheaper goes back by the event that tells of the move.
 */
export function moving({ payments, seats, packages }: MoveOptions) {
  return async function move(turn: OrderTurn, input: MoveInput): Promise<{ order: AcceptedOrder } | Refusal> {
    const refusal = changeRefusal(turn.state, turn.now());
    if (refusal) return refusal;
    const order = turn.state as AcceptedOrder;
    // How its cancellation ended is being found out.
    if (order.canceling) return refuse('service_unavailable', {}, retryAfterGuardSeconds);
    const wish = wishOf(order.standing, input);
    if (isThere(order.standing, wish)) return { order };
    const { orderType } = wish;
    const checkup = Object.hasOwn(packages, orderType) ? packages[orderType] : undefined;
    if (!checkup) return refuse('order_type_unknown', { orderTypes: Object.keys(packages) });

    const held = await seats.takeForMove(turn.id, wish, turn.now());
    if (isRefusal(held)) return held;
    reachCrashPoint('order.after-move-hold');
    const { seat, zone, holdId, ticket } = held;
    const { priceKrw, dueKrw } = checkup;
    const to: Standing = { seat, zone, orderType, priceKrw, dueKrw, hold: { holdId, ticket } };
    const settled = await settlePrice(turn, order, to, held, input);
    reachCrashPoint('order.after-supplement');
    if (isRefusal(settled)) return settled;

    await turn.guard();
    const moved = await apply(turn, { kind: 'move', to, payment: settled.payment }, { outcome: 'done' });
    if (isRefusal(moved)) throw new Error(`a move that was allowed is refused: ${moved.refused}`);
    await giveBackOrLeaveToGuard(turn, seats);
    return { order: moved as AcceptedOrder };
  };

  async function settlePrice(
    turn: OrderTurn,
    order: AcceptedOrder,
    to: Standing,
    held: Held,
    { card }: MoveInput,
  ): Promise<{ payment?: Extract<SupplementOutcome, { outcome: 'approved' }>['payment'] } | Refusal> {
    const differenceKrw = to.dueKrw - order.standing.dueKrw;
    if (differenceKrw === 0 || (differenceKrw < 0 && order.status !== 'Payment Requested')) return {};
    const giveBack = (leftNothing: boolean) => seats.giveBack(turn.id, held, undefined, { leftNothing });
    let outcome: SupplementOutcome;
    try {
      outcome = await payments.supplement({
        orderId: turn.id,
        attempt: order.placement.ticket,
        ticket: held.ticket,
        dueKrw: to.dueKrw,
        differenceKrw,
        booking: bookingOf(order.placement, to),
        ...(card ? { card } : {}),
      });
    } catch (error) {
      if (!(error instanceof PaymentUnreachable)) throw error;
      turn.log.warn(
        { err: error },
        'payment not reached; the new seat goes back, its charge is undone by the next visit',
      );
      await giveBack(false);
      return refuse('move_unavailable');
    }
    switch (outcome.outcome) {
      case 'opened':
        return {};
      case 'approved':
        return { payment: outcome.payment };
      case 'declined':
        await giveBack(true);
        return refuse('payment_declined', { reason: outcome.reason });
      case 'card needed':
        await giveBack(true);
        return refuse('value_invalid', {
          differenceKrw: outcome.differenceKrw,
          errors: [{ pointer: '/cardNo', detail: 'is needed to pay the difference' }],
        });
      case 'closed':
        await giveBack(true);
        return refuse('move_unavailable');
    }
  }
}

interface Wish {
  centerId: string;
  orderType: string;
  date: string;
  time: string | undefined;
}

// Another centre or package alone means the same date and time; another date, any time that is free.
function wishOf({ seat, orderType }: Standing, input: MoveInput): Wish {
  return {
    centerId: input.centerId ?? seat.centerId,
    orderType: input.orderType ?? orderType,
    date: input.date ?? seat.date,
    time: input.time ?? (input.date === undefined ? seat.time : undefined),
  };
}

/** Whether it stands where it is to go, so that a repeat moves nothing. */
function isThere({ seat, orderType }: Standing, wish: Wish): boolean {
  return (
    seat.centerId === wish.centerId &&
    orderType === wish.orderType &&
    seat.date === wish.date &&
    (wish.time === undefined || seat.time === wish.time)
  );
}

const retryAfterGuardSeconds = 10;
