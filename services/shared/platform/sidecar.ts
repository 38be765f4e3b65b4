/**
 * The one port to a service's own Dapr sidecar. Domain code never sees it; actors and routes get it as an argument.
 * Every call has a deadline. A call that did not come back with an answer throws {@link SidecarError}: what it did is
 * then unknown, and the caller must resolve it, never guess.
 */
export interface Sidecar extends ActorCalls {
  /** Service invocation. An answer of the called app, of any status, is returned; only Dapr's own failures throw. */
  invoke(call: Invocation): Promise<InvocationAnswer>;
  /** Publishes one or many to a topic, in bulk where there are many. All were taken, or it throws. */
  publish(topic: string, events: readonly PublishedEvent[]): Promise<void>;
  /** Invokes an output binding with operation `create`. One that answers nothing resolves to an empty object. */
  send(
    binding: string,
    data: unknown,
    metadata?: Record<string, string>,
    deadlineMs?: number,
  ): Promise<Record<string, unknown>>;
  /** The stored value of one key of an actor that is active here; undefined where there is none. */
  readActorState(type: string, id: string, key: string): Promise<unknown>;
  /** Stores one key of an actor in one write. With an `etag`, only if the stored one equals it. */
  writeActorState(type: string, id: string, key: string, value: unknown, etag?: string): Promise<void>;
  /** Sets or replaces a durable reminder. Without a period it fires once. */
  setReminder(type: string, id: string, name: string, timing: ReminderTiming): Promise<void>;
  deleteReminder(type: string, id: string, name: string): Promise<void>;
  /** Whether the sidecar itself answers and is ready to reach other apps. */
  isHealthy(): Promise<boolean>;
  /** Whether the sidecar can read the named state store. */
  isStoreReachable(store: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Calls a method of an actor of this app. Resolves to the JSON that the actor host answered. */
export interface ActorCalls {
  callActor(type: string, id: string, method: string, input: unknown, deadlineMs?: number): Promise<unknown>;
}

export interface Invocation {
  appId: string;
  /** Path on the called app, with a leading slash; fixed, because a breaker is kept per path: ids go in the body. */
  path: string;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  deadlineMs?: number;
}

export interface InvocationAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface PublishedEvent {
  /** Stable across repeats: consumers know a repeat by it. */
  eventId: string;
  /** What must stay in order among itself on brokers that partition. */
  orderId: string;
}

export interface ReminderTiming {
  dueMs: number;
  periodMs?: number;
}

/**
 * `refused`: it answered with an error. `breaker open`: so it did, without having tried. `cut off`: it took down its
 * connection to a process that goes, while it was asking; that process may have done it.
 */
export type SidecarFailure = 'timeout' | 'unreachable' | 'refused' | 'breaker open' | 'cut off';

/** The sidecar, or what it tried to reach, gave no usable answer. */
export class SidecarError extends Error {
  constructor(
    readonly failure: SidecarFailure,
    readonly operation: string,
    detail: string,
    readonly status?: number,
  ) {
    super(`${operation}: ${failure}${status ? ` ${status}` : ''}: ${detail.slice(0, 300)}`);
    this.name = 'SidecarError';
  }
}
