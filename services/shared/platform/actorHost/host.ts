import { keyedRequest } from '../../contracts/keyedRequests';
import { refuse } from '../../contracts/refusals';
import type { ListIndex } from '../listIndex';
import { type Logger, withLogContext } from '../logger';
import type { SidecarAnswer, SidecarRoutes } from '../sidecarDoor';
import { ActorQueue } from './actorQueue';
import type { ActorDefinition, ActorMethod } from './definition';
import { type Envelope, emptyEnvelope, parseEnvelope, stateKey } from './envelope';
import { publishOutbox } from './outbox';
import { runOnce } from './requests';
import { type Fence, RunningTurn, type TurnSurroundings } from './turn';

export interface ActorHostOptions extends TurnSurroundings {
  // biome-ignore lint/suspicious/noExplicitAny: a host keeps actors of many state types side by side.
  actors: readonly ActorDefinition<any>[];
  /** Where what actors show in lists is kept. By actor type; one without a list shows nothing. */
  lists?: Readonly<Record<string, Pick<ListIndex, 'put'>>>;
}

type TurnMode = Pick<ActorMethod<unknown>, 'publish' | 'readOnly'> & {
  readsAnew?: boolean;
  unread?: boolean;
  fresh?: boolean;
  onlyHere?: boolean;
};

interface Ran<Output> {
  turn: RunningTurn<unknown>;
  output: Output;
}

/** Calls that wait for one turn, which will take them all. */
interface Gathering {
  inputs: unknown[];
  outputs: Promise<readonly unknown[]>;
}

interface Hosted {
  envelope: Envelope<unknown>;
  epoch: number;
  /** Up to which version its list is known to show it. */
  listedVersion?: number;
}

/**
 * Hosts actors on Dapr's actor HTTP API: `routeOf` has what the sidecar asks. A turn is: wait for the one before,
 * load (or take what the last turn left), run the method, publish what it saved. What is kept between turns is
 * dropped on any failure, on deactivation, and when the sidecar starts anew: another host may have had the actor.
 */
export class ActorHost implements SidecarRoutes {
  readonly #definitions: Map<string, ActorDefinition<unknown>>;
  readonly #queue = new ActorQueue();
  readonly #hosted = new Map<string, Hosted>();
  /** When the sidecar last brought a turn of an actor, on {@link ActorHostOptions.clock}. */
  readonly #broughtAt = new Map<string, number>();
  /** Actors that were taken away while a turn ran: what that turn leaves is not kept. */
  readonly #goneUnderTurn = new Set<string>();
  readonly #background = new Set<Promise<void>>();
  readonly #telling = new Map<string, Promise<void>>();
  readonly #gatherings = new Map<string, Gathering>();
  readonly #log: Logger;
  readonly #surroundings: TurnSurroundings;
  #epoch = 0;
  #fence: Promise<Fence> | undefined;

  constructor(private readonly options: ActorHostOptions) {
    this.#log = options.log;
    this.#surroundings = { ...options, fence: () => this.#askFence() };
    this.#definitions = new Map(options.actors.map((definition) => [definition.type, definition]));
  }

  /** Waits for turns under way and for what they still publish; new ones must be kept out before. */
  async drain(): Promise<void> {
    await this.#queue.idle();
    while (this.#background.size > 0) await Promise.allSettled(this.#background);
  }

  routeOf(method: string, [first, type = '', id = '', ...rest]: readonly string[]) {
    if (first === 'dapr') {
      const isConfig = method === 'GET' && type === 'config' && id === '' && rest.length === 0;
      return isConfig ? () => this.#begin() : undefined;
    }
    if (first !== 'actors' || id === '') return undefined;
    if (method === 'DELETE' && rest.length === 0) return () => this.#letGo(keyOf(type, id));
    const [kind, name = '', reminder] = rest;
    if (method !== 'PUT' || kind !== 'method' || name === '' || rest.length > 3) return undefined;
    if (reminder === undefined)
      return (input: unknown) => {
        this.#noteBrought(type, id);
        return this.#answer(type, id, name, (definition) => this.#call(definition, id, name, input));
      };
    if (name !== 'remind' || reminder === '') return undefined;
    return () => {
      this.#noteBrought(type, id);
      return this.#answer(type, id, `reminder ${reminder}`, async (definition) => {
        await this.#wake(definition, id, reminder);
        return {};
      });
    };
  }

  /**
   * Takes a turn that this process asks for itself, where the actor is known to be here; undefined where it is not, and
   * where nothing would find out that another host has it. Answers as it answers the sidecar.
   */
  async takeTurnHere(
    type: string,
    id: string,
    name: string,
    input: unknown,
  ): Promise<SidecarAnswer | undefined> {
    const method = this.#definitions.get(type)?.methods[name];
    if (!method || !this.#isHere(keyOf(type, id))) return undefined;
    const isSafe = method.readOnly ? method.mayBeOld : (await this.#askFence()) !== 'none';
    if (!isSafe) return undefined;
    try {
      return await this.#answer(type, id, name, (definition) =>
        this.#call(definition, id, name, input, true),
      );
    } catch (error) {
      if (error instanceof NotHere) return undefined;
      throw error;
    }
  }

  // The sidecar lets go an actor that it has not brought for as long as the idle timeout, whatever else it was asked here,
  // and stores nothing for it then. Half of that leaves the turn all the time that it may take.
  #isHere(key: string): boolean {
    const broughtAt = this.#broughtAt.get(key);
    if (broughtAt === undefined || this.#hosted.get(key)?.epoch !== this.#epoch) return false;
    return this.options.clock().getTime() - broughtAt < idleSeconds * 500;
  }

  #noteBrought(type: string, id: string): void {
    this.#broughtAt.set(keyOf(type, id), this.options.clock().getTime());
  }

  // It starts anew, and learns what is hosted here.
  #begin(): SidecarAnswer {
    this.#epoch += 1;
    this.#fence = undefined;
    this.#hosted.clear();
    this.#broughtAt.clear();
    const body = {
      entities: [...this.#definitions.keys()],
      actorIdleTimeout: `${idleSeconds}s`,
      // While a sidecar waits for the turns of types whose hosts changed, it lets no call and no state read in, theirs
      // neither: a turn that needs one cannot end before the wait does, and all of the type stand still meanwhile. So
      // it does not wait: who asked asks again (askAgain.ts), and what the cut turn still does, queue and fence bear.
      drainOngoingCallTimeout: '2s',
      drainRebalancedActors: false,
    };
    return { status: 200, body };
  }

  // daprd takes exactly 200 for success, so a refusal is one; only what no caller can help is a 500.
  async #answer(
    type: string,
    id: string,
    what: string,
    work: (definition: ActorDefinition<unknown>) => Promise<unknown>,
  ): Promise<SidecarAnswer> {
    const definition = this.#definitions.get(type);
    if (!definition) return { status: 404, body: { error: `no actor type ${type} here` } };
    return withLogContext({ actor: `${type}/${id}` }, async () => {
      try {
        return { status: 200, body: await work(definition) };
      } catch (error) {
        if (error instanceof NotHere) throw error;
        this.#log.error({ err: error, what }, 'turn failed');
        return { status: 500, body: { error: 'the turn failed; its outcome is unknown' } };
      }
    });
  }

  async #call(
    definition: ActorDefinition<unknown>,
    id: string,
    name: string,
    rawInput: unknown,
    onlyHere = false,
  ): Promise<unknown> {
    const method = definition.methods[name];
    if (!method) throw new Error(`${definition.type} has no method ${name}`);
    const input = method.input.safeParse(rawInput ?? {});
    if (!input.success) return refuse('value_invalid', { issues: input.error.issues });
    if (method.runTogether) return this.#callTogether(definition, id, name, input.data, onlyHere);
    const run = (turn: RunningTurn<unknown>) => method.run(turn, input.data);
    const { repeated, isDone = () => true } = method;
    const fresh = method.isFresh?.(input.data) ?? false;
    const request = keyedRequest.safeParse((rawInput as { request?: unknown } | undefined)?.request);
    if (!repeated || !request.success) {
      const unread = method.beginsUnread?.(input.data) ?? false;
      return this.#takeTurn(definition, id, { ...method, unread, fresh, onlyHere }, run);
    }
    const answers = { repeated: (state: unknown) => repeated(state, id), isDone };
    return this.#takeTurn(definition, id, { ...method, onlyHere }, (turn) =>
      runOnce(turn, request.data, answers, () => run(turn)),
    );
  }

  async #callTogether(
    definition: ActorDefinition<unknown>,
    id: string,
    name: string,
    input: unknown,
    onlyHere: boolean,
  ): Promise<unknown> {
    // What the sidecar brings cannot be sent elsewhere.
    const key = `${keyOf(definition.type, id)}/${name}/${onlyHere}`;
    const gathering = this.#gatherings.get(key) ?? this.#gather(definition, id, name, onlyHere, key);
    const place = gathering.inputs.push(input) - 1;
    return (await gathering.outputs)[place];
  }

  #gather(
    definition: ActorDefinition<unknown>,
    id: string,
    name: string,
    onlyHere: boolean,
    key: string,
  ): Gathering {
    const method = definition.methods[name] as ActorMethod<unknown>;
    const inputs: unknown[] = [];
    const close = () => {
      if (this.#gatherings.get(key)?.inputs === inputs) this.#gatherings.delete(key);
    };
    const outputs = this.#takeTurn(definition, id, { ...method, onlyHere }, async (turn) => {
      close();
      return (await method.runTogether?.(turn, inputs)) ?? [];
    }).finally(close);
    const gathering = { inputs, outputs };
    this.#gatherings.set(key, gathering);
    return gathering;
  }

  async #wake(definition: ActorDefinition<unknown>, id: string, reminder: string): Promise<void> {
    const [name = ''] = reminder.split('.');
    const work = name === 'finish' ? (definition.recover ?? nothing) : definition.reminders?.[name];
    const isGuard = name === 'finish';
    const mode = { publish: 'before-answer', readsAnew: true } as const;
    await this.#takeTurn(definition, id, mode, async (turn) => {
      // A reminder that nobody here knows any more would fire for ever.
      if (!work) return turn.forget(reminder);
      // Before the work, which may keep it, and needs no second one.
      if (isGuard) turn.guardName = reminder;
      await work(turn);
      if (isGuard) await turn.fenceOff(reminder);
    }).catch((error) => {
      // The scheduler drops a reminder that fails a few times: answer well, its period brings it back.
      this.#log.warn({ err: error, reminder }, 'a reminder failed and will fire again');
    });
  }

  #takeTurn<Output>(
    definition: ActorDefinition<unknown>,
    id: string,
    mode: TurnMode,
    run: (turn: RunningTurn<unknown>) => Promise<Output>,
  ): Promise<Output> {
    const key = keyOf(definition.type, id);
    return this.#queue.run(key, async () => {
      // The turn before may have failed, or lost it.
      if (mode.onlyHere && !this.#isHere(key)) throw new NotHere();
      const epoch = this.#epoch;
      try {
        const { ran, found } = await this.#runUnread(definition, id, mode, run);
        const { turn, output } =
          ran ??
          (await this.#run(definition.type, id, found ?? (await this.#load(definition, id, mode)), run));
        const { listedVersion } = this.#hosted.get(key) ?? {};
        if (!this.#goneUnderTurn.has(key)) {
          this.#hosted.set(key, {
            envelope: turn.envelope,
            epoch,
            ...(listedVersion ? { listedVersion } : {}),
          });
        }
        await this.#runEffects(definition, turn, mode);
        return output;
      } catch (error) {
        this.#hosted.delete(key);
        throw error;
      } finally {
        this.#goneUnderTurn.delete(key);
      }
    });
  }

  // A sidecar that loses actors says so of each, and answers placement only then; until then it lets no turn of theirs read
  // or call. One that waited here for a turn would wait for itself, until placement throws it out.
  #letGo(key: string): SidecarAnswer {
    this.#hosted.delete(key);
    this.#broughtAt.delete(key);
    if (this.#queue.isBusy(key)) this.#goneUnderTurn.add(key);
    return { status: 200, body: {} };
  }

  async #run<Output>(
    type: string,
    id: string,
    loaded: Envelope<unknown>,
    run: (turn: RunningTurn<unknown>) => Promise<Output>,
  ): Promise<Ran<Output>> {
    const turn = this.#turnOf(type, id, loaded);
    return { turn, output: await run(turn) };
  }

  #turnOf(type: string, id: string, loaded: Envelope<unknown>): RunningTurn<unknown> {
    return new RunningTurn(type, id, this.#log, loaded, this.#surroundings);
  }

  // That nothing was stored is known only once a save that takes nothing but an absent key went through. One that did not
  // has looked what lies there.
  async #runUnread<Output>(
    { type, initial }: ActorDefinition<unknown>,
    id: string,
    { unread }: TurnMode,
    run: (turn: RunningTurn<unknown>) => Promise<Output>,
  ): Promise<{ ran?: Ran<Output>; found?: Envelope<unknown> }> {
    if (!unread || this.#hosted.has(keyOf(type, id)) || (await this.#askFence()) === 'none') return {};
    const turn = this.#turnOf(type, id, emptyEnvelope(structuredClone(initial)));
    try {
      const output = await run(turn);
      return turn.hasWritten ? { ran: { turn, output } } : {};
    } catch (error) {
      this.#log.debug({ err: error }, 'not the first word about this actor');
      return turn.foundStored ? { found: turn.foundStored } : {};
    }
  }

  // A sidecar that starts anew may have another store.
  #askFence(): Promise<Fence> {
    const { fence } = this.options;
    if (typeof fence === 'string') return Promise.resolve(fence);
    if (!this.#fence) {
      const asked = fence();
      asked.catch(() => {
        if (this.#fence === asked) this.#fence = undefined;
      });
      this.#fence = asked;
    }
    return this.#fence;
  }

  async #load(
    definition: ActorDefinition<unknown>,
    id: string,
    { readsAnew, fresh }: TurnMode,
  ): Promise<Envelope<unknown>> {
    const { envelope, epoch } = this.#hosted.get(keyOf(definition.type, id)) ?? {};
    const known = epoch === this.#epoch ? envelope : undefined;
    if (known && !readsAnew) return known;
    const isFresh = fresh === true && (await this.#askFence()) !== 'none';
    const stored = isFresh
      ? undefined
      : await this.options.sidecar.readActorState(definition.type, id, stateKey);
    // What a reminder comes back for may have been left by another host, whose state this one never saw. Where none has
    // written, this one knows more: what of the outbox is published.
    if (known && stored !== undefined && parseEnvelope(stored).turnId === known.turnId) return known;
    // A copy, so that what one turn does to the state in its hands is no other actor's beginning.
    return stored === undefined ? emptyEnvelope(structuredClone(definition.initial)) : parseEnvelope(stored);
  }

  async #runEffects(
    definition: ActorDefinition<unknown>,
    turn: RunningTurn<unknown>,
    mode: Pick<ActorMethod<unknown>, 'publish' | 'readOnly'>,
  ): Promise<void> {
    for (const work of turn.laterWork) this.#inBackground('work after a turn', work);
    if (mode.readOnly) return;
    const key = keyOf(turn.type, turn.id);
    const tell = async () => {
      await this.#tell(key, definition, turn);
      for (const work of turn.workOnceTold) this.#inBackground('work once all is told', work);
    };
    if (mode.publish === 'after-answer') {
      this.#inBackground('publish', tell);
    } else {
      await tell();
      await this.#removeGuard(turn);
    }
  }

  // A guard is named after the version that its turn is to save. A turn that saved nothing leaves that name to the next
  // one, whose guard a removal still on its way would take: that one is waited for.
  async #removeGuard(turn: RunningTurn<unknown>): Promise<void> {
    const { guardName } = turn;
    if (!guardName || turn.hasOpenIntent) return;
    const removal = this.#inBackground('guard removal', () => turn.forget(guardName));
    if (!turn.hasWritten) await removal;
  }

  // One at a time for an actor: a turn that finds what the last one tells on its way waits for it to be out.
  async #tell(key: string, definition: ActorDefinition<unknown>, turn: RunningTurn<unknown>): Promise<void> {
    const before = this.#telling.get(key) ?? Promise.resolve();
    const mine = before.catch(nothing).then(async () => {
      const told = await Promise.allSettled([
        this.#publishWhatIsLeft(key, turn),
        this.#listWhatIsNew(key, definition, turn),
      ]);
      for (const each of told) if (each.status === 'rejected') throw each.reason;
    });
    this.#telling.set(key, mine);
    try {
      await mine;
    } finally {
      if (this.#telling.get(key) === mine) this.#telling.delete(key);
    }
  }

  // What was published leaves the outbox in memory now and in the store with the next save; a repeat is harmless.
  async #publishWhatIsLeft(key: string, turn: RunningTurn<unknown>): Promise<void> {
    const { outbox } = this.#hosted.get(key)?.envelope ?? turn.envelope;
    if (outbox.length === 0) return;
    await publishOutbox(this.options.sidecar, outbox);
    const hosted = this.#hosted.get(key);
    if (!hosted) return;
    const published = new Set(outbox.map(({ event }) => event.eventId));
    const left = hosted.envelope.outbox.filter(({ event }) => !published.has(event.eventId));
    this.#hosted.set(key, { ...hosted, envelope: { ...hosted.envelope, outbox: left } });
  }

  // An actor that was loaded anew may have died before its list heard of the last save: it is told again.
  async #listWhatIsNew(
    key: string,
    { type, listed }: ActorDefinition<unknown>,
    turn: RunningTurn<unknown>,
  ): Promise<void> {
    const list = this.options.lists?.[type];
    const { envelope, listedVersion = 0 } = this.#hosted.get(key) ?? { envelope: turn.envelope };
    const { version, state } = envelope;
    if (!list || !listed || version <= listedVersion) return;
    await list.put(turn.id, version, listed(turn.id, state));
    const hosted = this.#hosted.get(key);
    if (hosted) this.#hosted.set(key, { ...hosted, listedVersion: version });
  }

  #inBackground(what: string, work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error) => this.#log.warn({ err: error, what }, 'left for whoever comes back for it'))
      .finally(() => this.#background.delete(running));
    this.#background.add(running);
    return running;
  }
}

/** Nothing was done: who has the actor is to be asked by way of the sidecar. */
class NotHere extends Error {}

const idleSeconds = 60;

function keyOf(type: string, id: string): string {
  return `${type}/${id}`;
}

async function nothing(): Promise<void> {}
