import { z } from 'zod';
import { centerDecision } from '../../shared/contracts/decisions';
import type { KeyedRequest } from '../../shared/contracts/keyedRequests';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import { type ActorDefinition, method, type Turn } from '../../shared/platform/actorHost/definition';
import { consider, grant, pendingIn, withdraw } from '../domain/decision';
import { orderNews } from '../domain/orderNews';
import {
  follow,
  isOpen,
  noReservation,
  type Reservation,
  type ReservationState,
} from '../domain/reservation';
import { listedReservation } from './listedReservation';
import { type OrderClient, OrderUnreachable } from './orderClient';
import { eventsBetween } from './reservationEvents';

export const reservationType = 'Reservation';

const followInput = z.object({ news: orderNews });
const decideInput = z.object({ decision: centerDecision, reason: z.string().max(200).optional() });

export interface ReservationContract {
  follow: { input: z.infer<typeof followInput>; output: object };
  /** `isDue`: this turn settled an earlier decision; the one asked for takes a turn of its own. */
  decide: {
    input: z.infer<typeof decideInput> & { request?: KeyedRequest };
    output: { reservation: Reservation } | { isDue: true };
  };
  read: { input: object; output: { reservation: Reservation } };
}

interface ReservationParts {
  order: OrderClient;
}

/** The centre's side of one booking; its id is the order's. */
export function reservationActor(parts: ReservationParts): ActorDefinition<ReservationState> {
  return {
    type: reservationType,
    initial: noReservation,
    listed: (_id, state) => listedReservation(state),
    methods: {
      follow: method({
        input: followInput,
        beginsUnread: ({ news }) => news.kind === 'request',
        async run(turn: Turn<ReservationState>, { news }) {
          await keep(turn, follow(turn.state, turn.id, news, turn.now()));
          return {};
        },
      }),
      decide: method({
        input: decideInput,
        repeated: asItIs,
        isDone: (output) => typeof output === 'object' && output !== null && !('isDue' in output),
        run: (turn: Turn<ReservationState>, command) => decide(turn, command, parts),
      }),
      read: method({
        input: z.object({}),
        readOnly: true,
        run: async ({ state }: Turn<ReservationState>) => asItIs(state),
      }),
    },
    async recover(turn) {
      const settled = await settle(turn, parts.order);
      // Only a failure leaves the reminder standing that asks again.
      if (settled === 'unknown') throw new Error('order was not reached; it is asked again');
    },
  };
}

async function decide(
  turn: Turn<ReservationState>,
  command: z.infer<typeof decideInput>,
  { order }: ReservationParts,
): Promise<ReservationContract['decide']['output'] | Refusal> {
  const pending = pendingIn(turn.state);
  if (pending) {
    const isAsked = pending.decision === command.decision;
    const settled = await settle(turn, order, isAsked ? { outcome: 'done' } : {});
    if (settled === 'unknown' || isAsked) return answerOf(settled);
  }
  const considered = consider(turn.state, command, turn.now());
  if (isRefusal(considered)) return considered;
  if (considered === turn.state) return answerOf(considered);
  if (pending) return { isDue: true };
  await turn.guard();
  await turn.intend(considered);
  return answerOf(await settle(turn, order, { outcome: 'done' }));
}

/** Asks the order about what waits for its answer, and keeps what comes of it. */
async function settle(
  turn: Turn<ReservationState>,
  order: OrderClient,
  granted: { outcome?: 'done' } = {},
): Promise<ReservationState | Refusal | 'unknown'> {
  const { state } = turn;
  const pending = pendingIn(state);
  if (!pending || !isOpen(state)) return state;
  const { decision, reason } = pending;
  try {
    const answer = await order.ask({
      orderId: turn.id,
      reservationId: state.reservationId,
      decision,
      ...(reason ? { reason } : {}),
    });
    if (answer.outcome === 'granted') return await keep(turn, grant(state, answer.at), granted);
    await turn.save(withdraw(state));
    return refuse(answer.refused, answer.facts, answer.retryAfterSeconds);
  } catch (error) {
    if (!(error instanceof OrderUnreachable)) throw error;
    turn.log.warn({ err: error, decision }, 'order was not reached about a decision; it will be asked again');
    turn.keepGuard();
    return 'unknown';
  }
}

async function keep(
  turn: Turn<ReservationState>,
  state: ReservationState,
  more: { outcome?: 'done' } = {},
): Promise<ReservationState> {
  if (state !== turn.state) await turn.save(state, { events: eventsBetween(turn.state, state), ...more });
  return state;
}

function answerOf(settled: ReservationState | Refusal | 'unknown'): { reservation: Reservation } | Refusal {
  if (settled === 'unknown') return refuse('service_unavailable');
  if (isRefusal(settled)) return settled;
  return asItIs(settled);
}

function asItIs(state: ReservationState): { reservation: Reservation } | Refusal {
  return state.status === 'none' ? refuse('reservation_not_found') : { reservation: state };
}
