import { uuidv7 } from 'uuidv7';
import {
  type KeyedRequest,
  type RememberedRequest,
  recall,
  remember,
  stillKnown,
} from '../../contracts/keyedRequests';
import { reachCrashPoint } from '../crashPoint';
import type { Logger } from '../logger';
import type { ReminderTiming, Sidecar } from '../sidecar';
import type { SaveOptions, Turn } from './definition';
import { type Envelope, parseEnvelope, seenMax, stateKey } from './envelope';
import { stampEvents } from './outbox';

export interface TurnSurroundings {
  sidecar: Sidecar;
  log: Logger;
  clock: () => Date;
  fence: Fence | (() => Promise<Fence>);
  /** Makes unique ids, each greater than those before it; UUIDv7 where it is absent. */
  newId?: () => string;
}

/** What keeps a host that lost an actor from overwriting it. */
export type Fence = 'redis' | 'none';

/** One turn of one actor: what its method sees, and what the host learns from it afterwards. */
export class RunningTurn<State> implements Turn<State> {
  readonly laterWork: (() => Promise<void>)[] = [];
  readonly workOnceTold: (() => Promise<void>)[] = [];
  guardName: string | undefined;
  /** What lay in the store instead of this turn's save, where that failed. */
  foundStored: Envelope<unknown> | undefined;
  #envelope: Envelope<State>;
  #saved = false;
  #wrote = false;
  #intended = false;
  #request: KeyedRequest | undefined;
  #requestIsDone = false;

  constructor(
    readonly type: string,
    readonly id: string,
    readonly log: Logger,
    loaded: Envelope<State>,
    private readonly surroundings: TurnSurroundings,
  ) {
    this.#envelope = loaded;
  }

  get state(): Readonly<State> {
    return this.#envelope.state;
  }

  get envelope(): Envelope<State> {
    return this.#envelope;
  }

  get hasWritten(): boolean {
    return this.#wrote;
  }

  /** Whether what it intended is neither done nor called off by a save: somebody has to come back. */
  get hasOpenIntent(): boolean {
    return this.#intended && !this.#saved;
  }

  now(): Date {
    return this.surroundings.clock();
  }

  newId(): string {
    return (this.surroundings.newId ?? uuidv7)();
  }

  hasSeen(eventId: string): boolean {
    return this.#envelope.seen.includes(eventId);
  }

  get requestIsDone(): boolean {
    return this.#requestIsDone;
  }

  recall(request: KeyedRequest): ReturnType<typeof recall> {
    return recall(this.#envelope.requests ?? [], request, this.now());
  }

  take(request: KeyedRequest): void {
    this.#request = request;
  }

  async closeRequest(): Promise<void> {
    await this.#store('answer', this.state as State, { outcome: 'done' });
  }

  async intend(state: State): Promise<void> {
    if (this.#saved) throw new Error(`${this.type} intends something after its save`);
    await this.#store('intent', state);
    this.#intended = true;
  }

  async save(state: State, options: SaveOptions = {}): Promise<void> {
    if (this.#saved) throw new Error(`${this.type} saved twice in one turn`);
    await this.#store('save', state, options);
    this.#saved = true;
  }

  async #store(
    what: 'intent' | 'save' | 'answer',
    state: State,
    { events = [], seen, outcome }: SaveOptions = {},
  ): Promise<void> {
    const before = this.#envelope;
    const requests = this.#requests(before.requests ?? [], outcome);
    const next: Envelope<State> = {
      version: before.version + 1,
      turnId: this.newId(),
      state,
      eventCount: before.eventCount + events.length,
      outbox: [...before.outbox, ...stampEvents(this, before, events, this.now())],
      seen: seen ? [...before.seen, seen].slice(-seenMax) : before.seen,
      ...(requests.length > 0 ? { requests } : {}),
    };
    reachCrashPoint(`${this.type}.before-${what}`);
    await this.#write(next);
    this.#wrote = true;
    this.#envelope = next;
    if (outcome) this.#requestIsDone = true;
    reachCrashPoint(`${this.type}.after-${what}`);
  }

  #requests(
    before: readonly RememberedRequest[],
    outcome: SaveOptions['outcome'],
  ): readonly RememberedRequest[] {
    if (!this.#request) return stillKnown(before, this.now());
    return remember(before, this.#request, outcome ?? 'open', this.now());
  }

  async guard(): Promise<void> {
    if (this.guardName) return;
    const name = this.#freshGuardName();
    await this.remind(name, { dueMs: guardDueMs, periodMs: guardPeriodMs });
    this.guardName = name;
  }

  keepGuard(): void {
    // The next turn's guard would have the same name, and take this one with it.
    if (this.guardName === this.#freshGuardName()) {
      throw new Error(`${this.type} keeps a guard without having written down what for`);
    }
    this.guardName = undefined;
  }

  /**
   * For the host, once a guard's work is done: its turn may still be under way elsewhere, before its save. That save
   * would come when nobody looks after it any more, so it is kept from coming.
   */
  async fenceOff(guard: string): Promise<void> {
    const version = Number(guard.split('.')[1]);
    const mayYetSave = !this.#wrote && this.#envelope.version < version;
    if (mayYetSave) await this.#store('intent', this.#envelope.state);
  }

  #freshGuardName(): string {
    return `finish.${this.#envelope.version + 1}`;
  }

  remind(name: string, timing: ReminderTiming): Promise<void> {
    return this.surroundings.sidecar.setReminder(this.type, this.id, name, timing);
  }

  forget(name: string): Promise<void> {
    return this.surroundings.sidecar.deleteReminder(this.type, this.id, name);
  }

  afterTurn(work: () => Promise<void>): void {
    this.laterWork.push(work);
  }

  afterTold(work: () => Promise<void>): void {
    this.workOnceTold.push(work);
  }

  async #write(next: Envelope<State>): Promise<void> {
    const { sidecar, fence } = this.surroundings;
    const kind = typeof fence === 'string' ? fence : await fence();
    try {
      await sidecar.writeActorState(this.type, this.id, stateKey, next, fenceTag(kind, next.version - 1));
    } catch (error) {
      if (!(await this.#isStored(next))) throw error;
      this.log.warn({ err: error }, 'a save whose answer was lost had taken effect');
    }
  }

  // A save that failed may have been stored all the same; what lies there now says which.
  async #isStored(next: Envelope<State>): Promise<boolean> {
    const stored = await this.surroundings.sidecar.readActorState(this.type, this.id, stateKey);
    if (stored === undefined) return false;
    const found = parseEnvelope(stored);
    if (found.turnId === next.turnId) return true;
    this.foundStored = found;
    return false;
  }
}

/**
 * Redis counts the writes of a key as its ETag, which is our version: a host that lost the actor carries an old one
 * and is refused. For a first write any number that no stored value can have: an absent key takes all, a present
 * one none. Other stores have ETags that cannot be foreseen; decisions/0004.
 */
function fenceTag(fence: Fence, storedVersion: number): string | undefined {
  if (fence === 'none') return undefined;
  return storedVersion === 0 ? '-1' : String(storedVersion);
}

const guardDueMs = 5_000;
const guardPeriodMs = 10_000;
