import { customerActor } from '../../services/order/actors/customerActor';
import type { OrderState } from '../../services/order/domain/orderState';
import type { ActorDefinition, Turn } from '../../services/shared/platform/actorHost/definition';
import type { Invocation } from '../../services/shared/platform/sidecar';
import type { ServiceName, World } from './world';

// biome-ignore lint/suspicious/noExplicitAny: of any actor type.
type AnyActor = ActorDefinition<any>;
// biome-ignore lint/suspicious/noExplicitAny: of any actor type.
type AnyRun = (turn: Turn<any>, input: any) => Promise<unknown>;

/** A fault that is built into a world, or into what surrounds the code under test in it. */
export interface Plant {
  noFence?: boolean;
  publishesFirst?: boolean;
  publishLosesQuietly?: boolean;
  refundsTwice?: boolean;
  forgetsVoid?: boolean;
  foldsBlindly?: boolean;
  sendsNewestFirst?: boolean;
  dropsReminder?: (name: string) => boolean;
  acksFirst?: (service: ServiceName) => boolean;
  /** An answer in the place of the one that asking would bring. */
  invoke?: (world: World, call: Invocation) => object | undefined;
  actor?: (definition: AnyActor, world: World) => AnyActor;
}

/** Each of them has to be caught by some law. */
export const plants: Readonly<Record<string, Plant>> = {
  'saves are not fenced by the version': { noFence: true },
  'events go out before the save': { publishesFirst: true },
  'a publish that fails is passed over': { publishLosesQuietly: true },
  'the card company pays a repeated refund out twice': { refundsTwice: true },
  'nothing is voided': { forgetsVoid: true },
  'my page folds by arrival, not by version': { foldsBlindly: true },
  'messages go out newest first': { sendsNewestFirst: true },
  'no guard is set': { dropsReminder: (name) => name.startsWith('finish.') },
  'no sweep is set': { dropsReminder: (name) => name.startsWith('sweep.') },
  'events are acknowledged before they are taken in': { acksFirst: () => true },
  'a seat is never freed': { actor: replaced('Slot', 'free', () => async () => ({})) },
  'a quota is never given back': { actor: replaced('Customer', 'dismiss', () => async () => ({})) },
  'a slot gives one seat more than it has': {
    actor: replaced('Slot', 'hold', (run) => (turn, input) => {
      const openings = input.openings.map((each: { seats: number }) => ({ ...each, seats: each.seats + 1 }));
      return run(turn, { ...input, openings });
    }),
  },
  'the limit per person is not looked at': {
    actor: (definition) =>
      definition.type === 'Customer' ? customerActor({ limits: { person: 99, address: 99 } }) : definition,
  },
  'an expiry does not close the payment': {
    invoke: (_world, { path, body }) =>
      path === '/charges/close' && (body as { intent: string }).intent === 'expire'
        ? { outcome: 'closed' }
        : undefined,
  },
  'an abandoned placement is not closed at payment': {
    invoke: (_world, { path, body }) =>
      path === '/charges/close' && (body as { intent: string }).intent === 'abandon'
        ? { outcome: 'closed' }
        : undefined,
  },
  'a cancellation does not wait for payment': {
    invoke: (_world, { path, body }) =>
      path === '/charges/cancel'
        ? { outcome: 'canceled', refundKrw: (body as { refundKrw: number }).refundKrw }
        : undefined,
  },
  'the centre does not ask the order': {
    invoke: (world, { path }) =>
      path === '/decisions' ? { outcome: 'granted', at: world.clock().toISOString() } : undefined,
  },
  'a move frees the old seat before it is saved': { actor: freesBeforeItMoves },
  'a visit forgets a hold whatever its order says': {
    actor: replaced('Slot', 'settle', (run) => (turn, { verdicts }) => {
      const gone = verdicts.map((each: object) => ({ ...each, verdict: 'gone' }));
      return run(turn, { verdicts: gone });
    }),
  },
};

function replaced(type: string, name: string, replace: (run: AnyRun) => AnyRun): NonNullable<Plant['actor']> {
  return (definition) => {
    const known = definition.methods[name];
    if (definition.type !== type || !known) return definition;
    // One that takes many at a time would be asked past what replaces it.
    const { runTogether: _many, ...single } = known;
    const method = { ...single, run: replace(known.run.bind(known)) };
    return { ...definition, methods: { ...definition.methods, [name]: method } };
  };
}

// biome-ignore lint/suspicious/noExplicitAny: of any actor type.
function withState(turn: Turn<any>, state: object): Turn<any> {
  return new Proxy(turn, {
    get(real, name) {
      if (name === 'state') return state;
      const value = real[name as keyof typeof real];
      return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(real) : value;
    },
  });
}

function freesBeforeItMoves(definition: AnyActor, world: World): AnyActor {
  const hold = replaced('Slot', 'hold', (run) => async (turn, input) => {
    const order = world.state<OrderState>(`order/Order/${input.orderId}`);
    const old = input.asMove && order && order.status !== 'none' ? order.standing.hold.holdId : undefined;
    if (!old) return run(turn, input);
    const { [old]: _gone, ...seats } = turn.state.seats;
    return run(withState(turn, { ...turn.state, seats }), input);
  });
  return hold(definition, world);
}
