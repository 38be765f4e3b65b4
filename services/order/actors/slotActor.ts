import { z } from 'zod';
import type { seat } from '../../shared/contracts/booking';
import { opening } from '../../shared/contracts/calendar';
import { isRefusal } from '../../shared/contracts/refusals';
import { actorCaller } from '../../shared/platform/actorHost/caller';
import {
  type ActorDefinition,
  method,
  methodForMany,
  type Turn,
} from '../../shared/platform/actorHost/definition';
import type { ActorCalls } from '../../shared/platform/sidecar';
import {
  armSweep,
  disarmSweep,
  dueVisits,
  emptySlot,
  free,
  hold,
  isQuiet,
  release,
  type SlotState,
  seatsTaken,
  settle,
  type Verdict,
  type Visit,
} from '../domain/slot';
import { type OrderContract, orderType } from './orderContract';
import { type SlotContract, slotType } from './slotContract';

interface SlotOptions {
  actors: ActorCalls;
  /** How often the unsettled are looked at. */
  sweepSeconds: number;
}

const verdict = z.discriminatedUnion('verdict', [
  z.object({ holdId: z.string(), ticket: z.string(), verdict: z.enum(['settled', 'gone', 'placed']) }),
  z.object({
    holdId: z.string(),
    ticket: z.string(),
    verdict: z.literal('wait'),
    visitAt: z.iso.datetime(),
  }),
]);

/** Keeps one centre's day. Its sweep visits every placement that has not settled, and asks its order to resolve it. */
export function slotActor({ actors, sweepSeconds }: SlotOptions): ActorDefinition<SlotState> {
  const callOrder = actorCaller<OrderContract>(actors, orderType);
  const callSlot = actorCaller<SlotContract>(actors, slotType);
  const periodMs = sweepSeconds * 1_000;
  const lastSweeps = new Map<string, number>();
  const heldSinceSweep = new Map<string, number>();
  const told = new Map<string, { verdicts: readonly Verdict[]; at: number }>();

  // A day is full of orders that say, each on its own, that they stand. That is kept in memory, for the next save or
  // sweep of the day to store: what dies with this process, or belongs to another host by now, the visits find out.
  function remember(turn: Turn<SlotState>, verdicts: readonly Verdict[]): void {
    const now = turn.now().getTime();
    const before = told.get(turn.id)?.verdicts ?? [];
    told.delete(turn.id);
    told.set(turn.id, { verdicts: [...before, ...verdicts], at: now });
    for (const [id, { at }] of told) {
      if (now - at < toldMemoryMs) break;
      told.delete(id);
    }
  }

  function known(turn: Turn<SlotState>): SlotState {
    return settle(turn.state, told.get(turn.id)?.verdicts ?? []);
  }

  async function save(turn: Turn<SlotState>, state: SlotState): Promise<void> {
    await turn.save(state);
    told.delete(turn.id);
  }

  // A reminder that the scheduler lost would leave holds for ever: a hold that finds it silent sets a new one.
  async function ensureSweep(turn: Turn<SlotState>, state: SlotState): Promise<SlotState> {
    const now = turn.now().getTime();
    const lastSign = Math.max(
      lastSweeps.get(turn.id) ?? 0,
      state.sweep ? Date.parse(state.sweep.armedAt) : 0,
    );
    if (state.sweep && now - lastSign < 6 * periodMs) return state;
    const armed = armSweep(state, turn.now());
    await turn.remind(armed.sweep.name, { dueMs: periodMs, periodMs });
    return armed;
  }

  async function saveAndRest(turn: Turn<SlotState>, state: SlotState): Promise<void> {
    const { sweep } = state;
    if (!sweep || !isQuiet(state)) return save(turn, state);
    await save(turn, disarmSweep(state));
    lastSweeps.delete(turn.id);
    // If this fails, the next sweep finds nothing armed under its name and removes itself.
    turn.afterTurn(() => turn.forget(sweep.name));
  }

  // A sweep that fires where none is armed was left by a removal that failed, or belongs to a hold on another host that
  // is not saved yet, which the save fences off.
  async function removeLeftSweep(turn: Turn<SlotState>): Promise<void> {
    const { sweepsArmed } = turn.state;
    await turn.save(turn.state);
    for (const number of [sweepsArmed, sweepsArmed + 1]) await turn.forget(`sweep.${number}`);
  }

  async function visit(slotId: string, visits: readonly Visit[], now: Date): Promise<void> {
    const verdicts = await Promise.all(
      visits.map(async ({ holdId, orderId, tickets, customerKey, visits: earlier }): Promise<Verdict> => {
        const ticket = tickets.at(-1) ?? '';
        try {
          const answer = await callOrder(orderId, 'resolve', {
            tickets,
            ...(customerKey ? { customerKey } : {}),
          });
          if (isRefusal(answer)) throw new Error(answer.refused);
          if (answer.verdict !== 'wait') return { holdId, ticket, verdict: answer.verdict };
          return { holdId, ticket, verdict: 'wait', visitAt: answer.visitAt ?? backOff(now, earlier) };
        } catch {
          return { holdId, ticket, verdict: 'wait', visitAt: backOff(now, earlier) };
        }
      }),
    );
    await callSlot(slotId, 'settle', { verdicts });
  }

  // Well below the minute in which all has to be settled once whatever was away is back.
  function backOff(now: Date, earlierVisits: number): string {
    return new Date(
      now.getTime() + Math.min(20, sweepSeconds * 2 ** Math.min(earlierVisits, 5)) * 1_000,
    ).toISOString();
  }

  return {
    type: slotType,
    initial: emptySlot,
    methods: {
      // Who books on a busy day shares its turn, and its save, with whoever came meanwhile.
      hold: methodForMany({
        input: z.object({
          orderId: z.string(),
          orderType: z.string(),
          asMove: z.boolean().optional(),
          openings: z.array(opening),
          customerKey: z.string().optional(),
          visitAt: z.iso.datetime(),
        }),
        async runTogether(turn: Turn<SlotState>, commands) {
          let state = known(turn);
          const answers = commands.map((command) => {
            const held = hold(state, { ...command, ticket: turn.newId() });
            if (isRefusal(held)) return held;
            state = held.state;
            return held.held;
          });
          const heldCount = answers.filter((answer) => !isRefusal(answer)).length;
          if (heldCount === 0) return answers;
          await save(turn, await ensureSweep(turn, state));
          heldSinceSweep.set(turn.id, (heldSinceSweep.get(turn.id) ?? 0) + heldCount);
          return answers;
        },
      }),
      release: method({
        input: z.object({ holdId: z.string(), ticket: z.string(), leftNothing: z.boolean() }),
        async run(turn: Turn<SlotState>, { holdId, ticket, leftNothing }) {
          await saveAndRest(turn, release(known(turn), holdId, ticket, leftNothing));
          return {};
        },
      }),
      free: method({
        input: z.object({ holdId: z.string(), ticket: z.string() }),
        async run(turn: Turn<SlotState>, { holdId, ticket }) {
          // Saved even if it changes nothing, which fails where this host remembers an old state: nobody asks again.
          await saveAndRest(turn, free(known(turn), holdId, ticket, turn.now()));
          return {};
        },
      }),
      read: method({
        input: z.object({}),
        readOnly: true,
        run: async (turn: Turn<SlotState>) => ({ taken: seatsTaken(turn.state) }),
      }),
      settle: method({
        input: z.object({ verdicts: z.array(verdict) }),
        async run(turn: Turn<SlotState>, { verdicts }) {
          if (verdicts.every(({ verdict: word }) => word === 'placed')) remember(turn, verdicts);
          else await saveAndRest(turn, settle(known(turn), verdicts));
          return {};
        },
      }),
    },
    reminders: {
      async sweep(turn) {
        const now = turn.now();
        if (!turn.state.sweep) return removeLeftSweep(turn);
        const state = known(turn);
        // On a busy day the next hold is not far, and would set what is removed now: a save and two calls for nothing.
        const isBusy = (heldSinceSweep.get(turn.id) ?? 0) >= busyHolds;
        heldSinceSweep.delete(turn.id);
        if (isQuiet(state) && !isBusy) return saveAndRest(turn, state);
        lastSweeps.set(turn.id, now.getTime());
        if (isQuiet(state)) return;
        if (state !== turn.state) await save(turn, state);
        const due = dueVisits(state, now, visitsMax);
        if (due.length > 0) turn.afterTurn(() => visit(turn.id, due, now));
      },
    },
  };
}

/** Seats of one centre on one date. */
export function slotId({ centerId, date }: Pick<z.infer<typeof seat>, 'centerId' | 'date'>): string {
  return `${centerId}_${date}`;
}

const busyHolds = 2;
const visitsMax = 200;
const toldMemoryMs = 600_000;
