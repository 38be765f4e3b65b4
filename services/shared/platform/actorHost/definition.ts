import type { z } from 'zod';
import type { Refusal } from '../../contracts/refusals';
import type { ListedEntry } from '../listIndex';
import type { Logger } from '../logger';
import type { PublishedEvent, ReminderTiming } from '../sidecar';

/** One kind of actor: how its state starts, what it can be asked, what it does when woken. */
export interface ActorDefinition<State> {
  type: string;
  initial: State;
  /** What a list shows of it, kept up after every save with the same certainty as its events; undefined: nothing. */
  listed?: (id: string, state: State) => ListedEntry | undefined;
  methods: Record<string, ActorMethod<State>>;
  /** By reminder name. A name may carry a suffix after a dot (`sweep.3`), which is not looked at here. */
  reminders?: Record<string, (turn: Turn<State>) => Promise<void>>;
  /** What a guarded command left unfinished when its process died; runs before the outbox is published again. */
  recover?: (turn: Turn<State>) => Promise<void>;
}

export interface ActorMethod<State> {
  input: z.ZodType;
  /** A read neither saves nor publishes what is left in the outbox. */
  readOnly?: boolean;
  /**
   * A read that may be asked in its own process, past the sidecar (nearby.ts): what it says may be as old as what
   * this host last heard of whose the actor is, half a minute at the most.
   */
  mayBeOld?: boolean;
  /**
   * `before-answer` (default): who asked hears of success only when the events are out, and asks again otherwise.
   * `after-answer`: the caller does not wait; somebody else durable must come back for this actor.
   */
  publish?: 'before-answer' | 'after-answer';
  /**
   * Has the method honour the Idempotency-Key that its input may carry as `request`: what a repeat of a command that is
   * done is answered, and whether an output that is no refusal says so (it does where this is absent).
   */
  repeated?: (state: State, id: string) => unknown;
  isDone?: (output: unknown) => boolean;
  /**
   * Whether an input is as a rule the first word about its actor. The turn then begins without a read; where its save
   * finds that something is stored, or it does not save, the method is run again from what is stored. Only for methods
   * that bring about nothing before their save; and only where the store has a fence.
   */
  beginsUnread?: (input: unknown) => boolean;
  /**
   * Whether an input says that its actor was named a moment ago, for this call alone: then nothing can be stored of it,
   * and nothing is read. Should a repeat of the call meet it all the same, its save fails. Only where the store has a
   * fence.
   */
  isFresh?: (input: unknown) => boolean;
  /**
   * Where calls for one actor have come while its turn before was under way: takes them all in one turn, as if they had come
   * one after the other, and answers each, in their order. Not for methods that honour an Idempotency-Key.
   */
  runTogether?(turn: Turn<State>, inputs: readonly unknown[]): Promise<readonly unknown[]>;
  run(turn: Turn<State>, input: unknown): Promise<unknown>;
}

/** Declares a method that takes what has come meanwhile in one turn ({@link ActorMethod.runTogether}). */
export function methodForMany<State, Schema extends z.ZodType, Output>(declared: {
  input: Schema;
  runTogether(turn: Turn<State>, inputs: readonly z.infer<Schema>[]): Promise<readonly (Output | Refusal)[]>;
}): ActorMethod<State> {
  const { runTogether } = declared as Pick<Required<ActorMethod<State>>, 'runTogether'>;
  return {
    input: declared.input,
    runTogether,
    run: async (turn, input) => (await runTogether(turn, [input]))[0],
  };
}

/** Declares a method whose `run` sees its checked input with its type. */
export function method<State, Schema extends z.ZodType, Output>(declared: {
  input: Schema;
  readOnly?: boolean;
  mayBeOld?: boolean;
  publish?: 'before-answer' | 'after-answer';
  repeated?: (state: State, id: string) => Output | Refusal;
  isDone?: (output: unknown) => boolean;
  beginsUnread?: (input: z.infer<Schema>) => boolean;
  isFresh?: (input: z.infer<Schema>) => boolean;
  run(turn: Turn<State>, input: z.infer<Schema>): Promise<Output | Refusal>;
}): ActorMethod<State> {
  return declared as ActorMethod<State>;
}

/** An event to be told once the state that it belongs to is stored. The host adds identity, version and instant. */
export interface NewEvent {
  topic: string;
  type: string;
  /** What must stay in order among itself: the order, or for a calendar's event its centre. */
  orderId: string;
  /** When what it tells of came about, UTC; the instant of the save where it is absent. */
  occurredAt?: string;
  data: Record<string, unknown>;
}

/** As it lies in the outbox and travels. */
export interface StampedEvent extends PublishedEvent {
  type: string;
  /** Counts the events of one source actor from 1, without gaps. */
  version: number;
  /** UTC, ISO-8601. */
  occurredAt: string;
  data: Record<string, unknown>;
}

export interface SaveOptions {
  events?: readonly NewEvent[];
  /** The event that caused this save; its repeats are recognised by {@link Turn.hasSeen}. */
  seen?: string;
  /**
   * How the command that this turn was asked for ends with this save: a repeat under its Idempotency-Key hears the same.
   * Absent where the save does not say.
   */
  outcome?: 'done' | Refusal;
}

/** What an actor's method works with: its state, one save, and the ways to be woken again. */
export interface Turn<State> {
  readonly type: string;
  readonly id: string;
  readonly state: Readonly<State>;
  readonly log: Logger;
  now(): Date;
  /** A new id, unique, and greater than those made before (UUIDv7). */
  newId(): string;
  /**
   * Writes down what this turn is about to ask of somebody whose answer may never come, so that `recover` can find out
   * how it ended. It tells nobody and does not stand for {@link save}; {@link guard} comes before it, and stays after a
   * turn that ends without a save.
   */
  intend(state: State): Promise<void>;
  /** Stores state and outbox in one atomic write; at most once a turn. Throws if the outcome stays unknown. */
  save(state: State, options?: SaveOptions): Promise<void>;
  hasSeen(eventId: string): boolean;
  /**
   * Sets a durable reminder that finishes this turn should the process die from here on; the host removes it when
   * the turn's effects are done. To be called before the first effect that must not be left half done.
   */
  guard(): Promise<void>;
  /**
   * Leaves the guard standing after this turn: what was asked is not known yet, and `recover` has to find out. What it is
   * to find out has been written down before, by {@link intend} or {@link save}.
   */
  keepGuard(): void;
  remind(name: string, timing: ReminderTiming): Promise<void>;
  forget(name: string): Promise<void>;
  /** Work that must not run inside the turn, for it calls actors that may call this one. */
  afterTurn(work: () => Promise<void>): void;
  /** The same, once all that this turn tells is told; not at all where that fails. */
  afterTold(work: () => Promise<void>): void;
}
