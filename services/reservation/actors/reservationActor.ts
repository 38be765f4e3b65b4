import { z } from 'zod';
import { bookingSummary, paymentFacts } from '../../shared/contracts/booking';
import { topics } from '../../shared/contracts/events';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { type ActorDefinition, method, type Turn } from '../../shared/platform/actorHost/definition';
import {
  decide,
  noReservation,
  type Reservation,
  type ReservationCommand,
  type ReservationState,
} from '../domain/reservation';

export const reservationType = 'Reservation';

const receiveInput = z.object({ eventId: z.string(), booking: bookingSummary, payment: paymentFacts });

export interface ReservationContract {
  receive: { input: z.infer<typeof receiveInput>; output: object };
  confirm: { input: object; output: { reservation: Reservation } };
  read: { input: object; output: { reservation: Reservation } };
}

const eventTypes = { received: 'ReservationReceived', confirmed: 'ReservationConfirmed' } as const;

/** The centre's side of one booking; its id is the order's. */
export function reservationActor(): ActorDefinition<ReservationState> {
  return {
    type: reservationType,
    initial: noReservation,
    methods: {
      receive: method({
        input: receiveInput,
        async run(turn: Turn<ReservationState>, { eventId, booking, payment }) {
          await apply(turn, { kind: 'receive', reservationId: turn.id, booking, payment }, eventId);
          return {};
        },
      }),
      confirm: method({
        input: z.object({}),
        async run(turn: Turn<ReservationState>) {
          // Only a change has something to finish later: a repeat needs no reminder.
          if (turn.state.status === 'received') await turn.guard();
          const confirmed = await apply(turn, { kind: 'confirm' });
          return isRefusal(confirmed) ? confirmed : { reservation: confirmed };
        },
      }),
      read: method({
        input: z.object({}),
        readOnly: true,
        run: async (turn: Turn<ReservationState>) =>
          turn.state.status === 'none' ? refuse('reservation_not_found') : { reservation: turn.state },
      }),
    },
  };
}

async function apply(
  turn: Turn<ReservationState>,
  command: ReservationCommand,
  seen?: string,
): Promise<Reservation | Refusal> {
  const state = decide(turn.state, command, turn.now());
  if (isRefusal(state)) return state;
  if (state.status === 'none') throw new Error('a command left no reservation');
  if (state === turn.state) return state;
  const { reservationId, payment, booking } = state;
  const event = {
    topic: topics.reservations,
    type: eventTypes[state.status],
    orderId: turn.id,
    data: { reservationId, payment, booking },
  };
  await turn.save(state, { events: [event], ...(seen ? { seen } : {}) });
  return state;
}
