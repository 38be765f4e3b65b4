import { z } from 'zod';
import { decisionRequest } from '../../shared/contracts/decisions';
import { paymentEvent, reservationEvent } from '../../shared/contracts/events';
import { isRefusal, refuse } from '../../shared/contracts/refusals';
import { type ActorDefinition, method } from '../../shared/platform/actorHost/definition';
import { emptyEnvelope } from '../../shared/platform/actorHost/envelope';
import { stampEvents } from '../../shared/platform/actorHost/outbox';
import type { OrderCommand } from '../domain/order';
import { noOrder, type OrderState } from '../domain/orderState';
import { canceling } from './cancelOrder';
import { followingCenter } from './followCenter';
import { moving } from './moveOrder';
import { moveInput, orderType, placeInput } from './orderContract';
import { listedOrder } from './orderList';
import { apply, eventsOf, giveBackWhatIsLeft, type OrderTurn } from './orderTurn';
import { type PlaceOptions, placing } from './placeOrder';
import { resolving } from './resolveOrder';

const takenIn = z.union([paymentEvent, reservationEvent]);

/** The life of one order: every step of it is decided here, one at a time. */
export function orderActor(options: PlaceOptions): ActorDefinition<OrderState> {
  const { seats } = options;
  const { cancel, settleCanceling } = canceling(options);
  const asItIs = (state: OrderState) =>
    state.status === 'none' ? refuse('order_not_found') : { order: state };
  return {
    type: orderType,
    initial: noOrder,
    listed: listedOrder,
    methods: {
      place: method({
        input: placeInput,
        publish: 'after-answer',
        isFresh: ({ isFresh = false }) => isFresh,
        run: placing(options),
      }),
      cancel: method({ input: z.object({}), repeated: asItIs, run: cancel }),
      move: method({ input: moveInput, repeated: asItIs, run: moving(options) }),
      decide: method({
        input: decisionRequest.omit({ orderId: true }),
        run: followingCenter({ ...options, settleCanceling }),
      }),
      takeIn: method({ input: z.object({ event: takenIn }), run: takeIn }),
      resolve: method({
        input: z.object({ tickets: z.array(z.string()), customerKey: z.string().optional() }),
        run: resolving(options),
      }),
      read: method({
        input: z.object({}),
        readOnly: true,
        run: async ({ state }: OrderTurn) => asItIs(state),
      }),
      told: method({
        input: z.object({}),
        readOnly: true,
        run: async (turn: OrderTurn) => {
          const told = stampEvents(turn, emptyEnvelope(noOrder), eventsOf(turn.state), turn.now());
          return { events: told.map(({ event }) => event) };
        },
      }),
    },
    recover: async (turn) => {
      await settleCanceling(turn);
      await giveBackWhatIsLeft(turn, seats);
    },
  };
}

async function takeIn(turn: OrderTurn, { event }: { event: z.infer<typeof takenIn> }): Promise<object> {
  const command = commandFor(event);
  if (!command || turn.hasSeen(event.eventId)) return {};
  const before = turn.state;
  const result = await apply(turn, command, { seen: event.eventId });
  // An order that is not stored yet is in its placement's turn on a host that died, or never came to be.
  if (isRefusal(result)) throw new Error(`${event.type} for an order that is not there yet`);
  // Saved even if it changes nothing: that fails where this host remembers an old state, and the event comes again.
  if (result === before) await turn.save(before, { seen: event.eventId });
  return {};
}

// What the centre decides has been decided here before it was told.
function commandFor(event: z.infer<typeof takenIn>): OrderCommand | undefined {
  switch (event.type) {
    case 'PaymentApproved':
      return { kind: 'take in payment', attempt: event.data.attempt, payment: event.data.payment };
    case 'ReservationReceived':
      return { kind: 'take in reception', reservationId: event.data.reservationId };
    default:
      return undefined;
  }
}
