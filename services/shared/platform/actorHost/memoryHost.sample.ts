import { createLogger } from '../logger';
import {
  type Invocation,
  type InvocationAnswer,
  type PublishedEvent,
  type ReminderTiming,
  type Sidecar,
  SidecarError,
} from '../sidecar';
import { type SidecarAnswer, type SidecarRoutes, segmentsOf } from '../sidecarDoor';
import type { ActorDefinition, StampedEvent } from './definition';
import { ActorHost } from './host';

/**
 * For tests: actors on a real host, over a sidecar that is nothing but memory. `before` sees every call that leaves the
 * host, by its name, and may delay it or throw; `restart` is what a kill and a new process are.
 */
export class MemoryHost implements Sidecar {
  readonly log = createLogger('test', 'silent');
  readonly stored = new Map<string, unknown>();
  readonly published: { topic: string; event: StampedEvent }[] = [];
  readonly reminders = new Map<string, ReminderTiming>();
  readonly calls: string[] = [];
  before: (call: string) => Promise<void> = async () => {};
  /** Actors that are not hosted here, and services that are asked; one that is not given cannot be reached. */
  otherActor: (type: string, id: string, method: string, input: unknown) => Promise<unknown> = notThere;
  service: (call: Invocation) => Promise<InvocationAnswer> = notThere;
  now = new Date('2026-07-24T03:00:00.000Z');
  // biome-ignore lint/suspicious/noExplicitAny: a host keeps actors of many state types side by side.
  #definitions: readonly ActorDefinition<any>[] = [];
  #host: ActorHost | undefined;

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  serve(...actors: ActorDefinition<any>[]): this {
    this.#definitions = actors;
    this.restart();
    return this;
  }

  restart(): void {
    this.#host = new ActorHost({
      sidecar: this,
      log: this.log,
      clock: () => this.now,
      fence: 'redis',
      actors: this.#definitions,
    });
  }

  /** Waits for turns under way and the work that they began. */
  async quiet(): Promise<void> {
    await this.#host?.drain();
  }

  /** Lets every reminder of an actor that begins like this fire once. */
  async fire(reminder: string): Promise<void> {
    for (const key of [...this.reminders.keys()].filter((each) => each.startsWith(reminder))) {
      const [type = '', id = '', name = ''] = key.split('/');
      await put(this.#serving(), `/actors/${type}/${id}/method/remind/${name}`, {});
    }
    await this.quiet();
  }

  async callActor(type: string, id: string, method: string, input: unknown): Promise<unknown> {
    await this.#passes(`call ${type}.${method}`);
    if (!this.#definitions.some((each) => each.type === type))
      return this.otherActor(type, id, method, input);
    const path = `/actors/${type}/${encodeURIComponent(id)}/method/${method}`;
    const { status, body } = await put(this.#serving(), path, copy(input ?? {}));
    if (status !== 200)
      throw new SidecarError('refused', `actor ${type}.${method}`, JSON.stringify(body), status);
    return copy(body);
  }

  async invoke(call: Invocation): Promise<InvocationAnswer> {
    await this.#passes(`invoke ${call.appId}${call.path}`);
    return this.service(call);
  }

  async readActorState(type: string, id: string, key: string): Promise<unknown> {
    await this.#passes(`read ${type}`);
    return copy(this.stored.get(`${type}/${id}/${key}`));
  }

  async writeActorState(type: string, id: string, key: string, value: unknown, etag?: string): Promise<void> {
    await this.#passes(`write ${type}`);
    const path = `${type}/${id}/${key}`;
    const before = this.stored.get(path) as { version?: number } | undefined;
    if (before && etag !== undefined && String(before.version) !== etag)
      throw new SidecarError('refused', `write ${type}`, 'another value is stored', 400);
    this.stored.set(path, copy(value));
  }

  async publish(topic: string, events: readonly PublishedEvent[]): Promise<void> {
    await this.#passes(`publish ${topic}`);
    this.published.push(...events.map((event) => ({ topic, event: copy(event) as StampedEvent })));
  }

  async setReminder(type: string, id: string, name: string, timing: ReminderTiming): Promise<void> {
    await this.#passes(`remind ${type}`);
    this.reminders.set(`${type}/${id}/${name}`, timing);
  }

  async deleteReminder(type: string, id: string, name: string): Promise<void> {
    await this.#passes(`forget ${type}`);
    this.reminders.delete(`${type}/${id}/${name}`);
  }

  send = notThere;
  isHealthy = async () => true;
  isStoreReachable = async () => true;
  close = async () => {};

  #serving(): ActorHost {
    if (!this.#host) throw new Error('nothing is served');
    return this.#host;
  }

  async #passes(call: string): Promise<void> {
    this.calls.push(call);
    await this.before(call);
  }
}

async function notThere(): Promise<never> {
  throw new SidecarError('unreachable', 'a call in memory', 'nobody is there');
}

function copy(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** As the sidecar asks it. */
export async function put(routes: SidecarRoutes, path: string, body: unknown): Promise<SidecarAnswer> {
  const handler = routes.routeOf('PUT', segmentsOf(path) ?? []);
  return handler ? handler(body) : { status: 404, body: {} };
}
