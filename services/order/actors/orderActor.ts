import { z } from 'zod';
import type { PaymentFacts } from '../../shared/contracts/booking';
import type { ChargeOutcome } from '../../shared/contracts/charges';
import { paymentEvent, reservationEvent, topics } from '../../shared/contracts/events';
import type { PackageTable } from '../../shared/contracts/packages';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import {
  type ActorDefinition,
  method,
  type NewEvent,
  type Turn,
} from '../../shared/platform/actorHost/definition';
import { reachCrashPoint } from '../../shared/platform/crashPoint';
import {
  type AcceptedOrder,
  decide,
  evolve,
  nextStep,
  noOrder,
  type OrderChange,
  type OrderCommand,
  type OrderState,
  type Placement,
} from '../domain/order';
import { type OrderContract, orderType, type PlaceInput, placeInput } from './orderContract';
import { type PaymentClient, PaymentUnreachable } from './paymentClient';
import type { SeatKeeper } from './seatKeeper';

interface OrderOptions {
  payments: PaymentClient;
  seats: SeatKeeper;
  packages: PackageTable;
  holdMinutes: number;
}

/** The life of one order: a placement is one turn, from seat to charge to save. */
export function orderActor({
  payments,
  seats,
  packages,
  holdMinutes,
}: OrderOptions): ActorDefinition<OrderState> {
  async function place(
    turn: Turn<OrderState>,
    input: PlaceInput,
  ): Promise<{ order: AcceptedOrder } | Refusal> {
    if (turn.state.status !== 'none') return replay(turn.state, input);
    const checkup = Object.hasOwn(packages, input.orderType) ? packages[input.orderType] : undefined;
    if (!checkup) return refuse('order_type_unknown', { orderTypes: Object.keys(packages) });

    const held = await seats.take(turn.id, input, turn.now());
    if (isRefusal(held)) return held;
    reachCrashPoint('order.after-hold');

    const dueAt = new Date(turn.now().getTime() + holdMinutes * 60_000).toISOString();
    const { ticket, ...seat } = held;
    const booking = { seat, orderType: input.orderType, ...(input.name ? { name: input.name } : {}) };
    let outcome: ChargeOutcome;
    try {
      const card = input.card ? { card: input.card } : {};
      outcome = await payments.charge({
        orderId: turn.id,
        attempt: ticket,
        amountKrw: checkup.dueKrw,
        dueAt,
        booking,
        ...card,
      });
    } catch (error) {
      if (!(error instanceof PaymentUnreachable)) throw error;
      turn.log.warn(
        { err: error },
        'payment not reached; the seat goes back, the charge is closed by the next visit',
      );
      await seats.giveBack(turn.id, held, input.customerKey, { leftNothing: false });
      return refuse('payment_unavailable');
    }
    reachCrashPoint('order.after-charge');

    if (outcome.outcome === 'closed' || outcome.outcome === 'occupied') {
      await seats.giveBack(turn.id, held, input.customerKey, { leftNothing: true });
      return refuse('payment_unavailable', {}, retryAfterVisitSeconds);
    }
    if (outcome.outcome === 'declined') {
      await seats.giveBack(turn.id, held, input.customerKey, { leftNothing: true });
      return refuse('payment_declined', { reason: outcome.reason });
    }
    const { card: _card, centerId: _c, date: _d, time: _t, ...rest } = input;
    const placement: Placement = {
      ...rest,
      orderId: turn.id,
      seat,
      ticket,
      priceKrw: checkup.priceKrw,
      dueKrw: checkup.dueKrw,
      placedAt: turn.now().toISOString(),
      ...(outcome.outcome === 'approved' ? { paidAtOnce: outcome.payment } : { paymentDueAt: dueAt }),
    };
    const placed = await apply(turn, { kind: 'place', placement });
    return isRefusal(placed) ? placed : { order: placed as AcceptedOrder };
  }

  function replay(state: AcceptedOrder, input: PlaceInput): { order: AcceptedOrder } | Refusal {
    const refusal = decide(
      state,
      { kind: 'place', placement: { ...state.placement, fingerprint: input.fingerprint } },
      new Date(0),
    );
    if (isRefusal(refusal)) return refusal;
    return { order: asPlaced(state) };
  }

  // Each ticket but the accepted one names a placement that came to nothing: its charge is closed, its quota given
  // back. That this order does not stand on it is written down before, so that it cannot be accepted late.
  async function resolve(
    turn: Turn<OrderState>,
    { tickets, customerKey }: OrderContract['resolve']['input'],
  ): Promise<OrderContract['resolve']['output']> {
    const step = nextStep(turn.state, turn.now());
    if (step === 'abandon') await apply(turn, { kind: 'abandon' });
    const accepted = turn.state.status === 'none' ? undefined : turn.state.placement.ticket;
    for (const ticket of tickets.filter((each) => each !== accepted)) {
      await payments.close({ orderId: turn.id, attempt: ticket, intent: 'abandon' });
      if (customerKey) await seats.dismiss(customerKey, turn.id, ticket);
    }
    if (!accepted || !tickets.includes(accepted)) return { verdict: 'gone' };
    switch (step) {
      case 'await payment':
        return { verdict: 'wait', visitAt: (turn.state as AcceptedOrder).placement.paymentDueAt ?? '' };
      case 'expire': {
        const closed = await payments.close({ orderId: turn.id, attempt: accepted, intent: 'expire' });
        if (closed.outcome === 'paid') {
          await apply(turn, { kind: 'take in payment', attempt: accepted, payment: closed.payment });
          return { verdict: 'settled' };
        }
        await apply(turn, { kind: 'expire' });
        break;
      }
      case 'give back':
        break;
      case 'nothing':
      case 'abandon':
        return { verdict: 'settled' };
    }
    if (customerKey) await seats.dismiss(customerKey, turn.id, accepted);
    return { verdict: 'gone' };
  }

  return {
    type: orderType,
    initial: noOrder,
    methods: {
      place: method({ input: placeInput, publish: 'after-answer', run: place }),
      read: method({
        input: z.object({}),
        readOnly: true,
        run: async (turn: Turn<OrderState>) =>
          turn.state.status === 'none' ? refuse('order_not_found') : { order: turn.state },
      }),
      takeIn: method({
        input: z.object({ event: z.union([paymentEvent, reservationEvent]) }),
        async run(turn: Turn<OrderState>, { event }) {
          if (turn.hasSeen(event.eventId)) return {};
          const command = commandFor(event);
          if (!command) return {};
          const result = await apply(turn, command, event.eventId);
          // An order that is not stored yet is in its placement's turn on a host that died, or never came to be.
          if (isRefusal(result)) throw new Error(`${event.type} for an order that is not there yet`);
          return {};
        },
      }),
      resolve: method({
        input: z.object({ tickets: z.array(z.string()), customerKey: z.string().optional() }),
        run: resolve,
      }),
    },
  };
}

async function apply(
  turn: Turn<OrderState>,
  command: OrderCommand,
  seen?: string,
): Promise<OrderState | Refusal> {
  const decided = decide(turn.state, command, turn.now());
  if (isRefusal(decided)) return decided;
  if (decided.length === 0) return turn.state;
  const state = decided.reduce(evolve, turn.state);
  await turn.save(state, {
    events: decided.flatMap((change) => publicEvent(change, state)),
    ...(seen ? { seen } : {}),
  });
  return state;
}

function commandFor(
  event: z.infer<typeof paymentEvent> | z.infer<typeof reservationEvent>,
): OrderCommand | undefined {
  switch (event.type) {
    case 'PaymentApproved':
      return { kind: 'take in payment', attempt: event.data.attempt, payment: event.data.payment };
    case 'PaymentDeclined':
      return undefined;
    case 'ReservationReceived':
      return { kind: 'follow reservation', status: 'Reservation Complete', ...facts(event.data) };
    case 'ReservationConfirmed':
      return { kind: 'follow reservation', status: 'confirmed', ...facts(event.data) };
  }
}

function facts({ reservationId, payment }: { reservationId: string; payment: PaymentFacts }) {
  return { reservationId, payment };
}

/** What the world hears of a change. What came from another service's event, that service has told. */
function publicEvent(change: OrderChange, state: OrderState): NewEvent[] {
  if (state.status === 'none') return [];
  const { placement } = state;
  const envelope = { topic: topics.orders, orderId: placement.orderId };
  switch (change.kind) {
    case 'placed': {
      const {
        orderType: kind,
        name,
        phone,
        language,
        seat,
        priceKrw,
        dueKrw,
        paymentDueAt,
        paidAtOnce,
      } = placement;
      const data = {
        orderType: kind,
        name,
        phone,
        language,
        seat,
        priceKrw,
        dueKrw,
        paymentDueAt,
        payment: paidAtOnce,
      };
      return [{ ...envelope, type: 'OrderPlaced', data }];
    }
    case 'expired':
      return [{ ...envelope, type: 'OrderExpired', data: { seat: placement.seat } }];
    case 'paid':
    case 'advanced':
    case 'abandoned':
      return [];
  }
}

// Until the visit that closes what an earlier placement left.
const retryAfterVisitSeconds = 5;

/** An order as it was answered when it was placed: a repeat of the request hears the same. */
function asPlaced({ placement }: AcceptedOrder): AcceptedOrder {
  return evolve(noOrder, { kind: 'placed', placement }) as AcceptedOrder;
}
