import type { Request, Response, Router } from 'express';
import type { StampedEvent } from '../../services/shared/platform/actorHost/definition';
import type { Envelope } from '../../services/shared/platform/actorHost/envelope';
import type { ActorHost } from '../../services/shared/platform/actorHost/host';
import { type Sidecar, SidecarError } from '../../services/shared/platform/sidecar';
import { segmentsOf } from '../../services/shared/platform/sidecarDoor';
import type { TopicHandler } from '../../services/shared/platform/subscriber';
import type { Network } from './network';
import type { FaultKind } from './schedule';
import type { ServiceName, World } from './world';

/** What a service is made of, as its main.ts puts it together. */
export interface ServiceParts {
  host: ActorHost;
  routers: readonly Router[];
  handlers: readonly TopicHandler[];
}

export interface Answer {
  status: number;
  body: unknown;
}

/**
 * One process of a service with its sidecar. Whatever leaves it is an op of the schedule; once it is dead, its ops are
 * never done and its promises never end, so that what it had in memory is gone.
 */
export class Process {
  isAlive = true;
  readonly parts: ServiceParts;
  readonly #callers = new Set<(error: Error) => void>();

  constructor(
    readonly world: World,
    readonly network: Network,
    readonly service: ServiceName | 'clients',
    compose: (process: Process) => ServiceParts,
  ) {
    this.parts = compose(this);
  }

  die(): void {
    if (!this.isAlive || this.service === 'clients') return;
    this.isAlive = false;
    for (const fail of this.#callers) fail(new SidecarError('unreachable', 'a call', 'who was called died'));
    this.#callers.clear();
  }

  /** Fails once this process is dead. */
  untilDeath(): Promise<never> {
    return new Promise((_resolve, reject) => {
      if (this.isAlive) this.#callers.add(reject);
      else reject(new SidecarError('unreachable', 'a message', 'who took it in is dead'));
    });
  }

  /** Something outside that is done in one step: a store's write, a question to the card company. */
  ask<Result>(what: string, work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.op(what, (fault) => {
        if (fault === 'crash before') return this.die();
        if (fault === 'lose request') return reject(new SidecarError('unreachable', what, 'lost on its way'));
        let result: Result;
        try {
          result = work();
          if (fault === 'twice') work();
        } catch (error) {
          return reject(error);
        }
        if (fault === 'crash after') return this.die();
        if (fault === 'lose answer') return reject(new SidecarError('timeout', what, 'its answer was lost'));
        resolve(result);
      });
    });
  }

  /** A call of another process, or of an actor wherever it is. Given up, it goes on there. */
  call(what: string, service: ServiceName, method: string, path: string, body: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const send = JSON.stringify(body ?? {});
      this.op(what, (fault) => {
        if (fault === 'crash before') return this.die();
        const called = fault === 'lose request' ? undefined : this.network.processOf(service);
        if (!called) return reject(new SidecarError('unreachable', what, 'nobody is there'));
        const arrives = (answer: Answer) =>
          this.op(`answer of ${what}`, (late) =>
            late === 'lose answer' || late === 'lose request'
              ? reject(new SidecarError('timeout', what, 'its answer was lost'))
              : resolve(answer),
          );
        called.take(method, path, JSON.parse(send)).then(arrives, reject);
        if (fault === 'twice') void called.take(method, path, JSON.parse(send)).catch(() => {});
        if (fault === 'lose answer') reject(new SidecarError('timeout', what, 'no answer in time'));
        if (fault === 'crash after') this.die();
      });
    });
  }

  /** Answers a request, by the routes of this service. Fails when this process dies under it. */
  take(method: string, path: string, body: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#callers.add(reject);
      const end = (work: () => void) => {
        this.#callers.delete(reject);
        if (this.isAlive) work();
      };
      let status = 200;
      const res = {
        status(code: number) {
          status = code;
          return res;
        },
        json(answer: unknown) {
          const text = JSON.stringify(answer);
          end(() => resolve({ status, body: text === undefined ? undefined : JSON.parse(text) }));
        },
      };
      const { host, routers } = this.parts;
      const turn = host.routeOf(method, segmentsOf(path) ?? []);
      const next = (index: number) => (error?: unknown) => {
        const router = routers[index];
        if (error || !router) return end(() => resolve({ status: error ? 500 : 404, body: {} }));
        router(
          { method, url: path, body, headers: {} } as unknown as Request,
          res as unknown as Response,
          next(index + 1),
        );
      };
      if (turn)
        void Promise.resolve(turn(body)).then((answer) => res.status(answer.status).json(answer.body));
      else next(0)();
    });
  }

  op(what: string, run: (fault: FaultKind | undefined) => void): void {
    this.world.schedule.add({
      what: `${this.service} ${what}`,
      isWanted: () => this.isAlive,
      run: (fault) => {
        if (fault === 'two hosts') this.network.split(this.service);
        run(fault);
      },
    });
  }
}

/** The sidecar of a process of `service`. */
export function sidecarOf(process: Process, service: ServiceName): Sidecar {
  const { world } = process;
  const { plant } = world;
  const sidecar: Omit<Sidecar, 'isHealthy' | 'isStoreReachable' | 'close'> = {
    async callActor(type, id, method, input) {
      const path = `/actors/${type}/${id}/method/${method}`;
      const { status, body } = await process.call(`${type}.${method}`, service, 'PUT', path, input);
      if (status !== 200) throw new SidecarError('refused', `${type}.${method}`, 'the turn failed', status);
      return body;
    },
    async invoke(call) {
      const { appId, path, body } = call;
      const planted = plant.invoke?.(world, call);
      if (planted !== undefined) return { status: 200, headers: {}, body: planted };
      const asked = process.call(`${appId}${path}`, appId as ServiceName, 'POST', path, body);
      return { headers: {}, ...(await asked) };
    },
    readActorState: (type, id) =>
      process.ask(`read ${type}`, () => {
        const stored = world.stored.get(`${service}/${type}/${id}`);
        return stored && (JSON.parse(stored.json) as unknown);
      }),
    async writeActorState(type, id, _key, value, etag) {
      const envelope = value as Envelope<unknown>;
      if (plant.publishesFirst) {
        for (const { topic, event } of envelope.outbox) await sidecar.publish(topic, [event]);
      }
      await process.ask(`write ${type}`, () => {
        if (!world.write(`${service}/${type}/${id}`, envelope, etag)) {
          throw new SidecarError('refused', `write ${type}`, 'another has written');
        }
      });
    },
    async publish(topic, events) {
      const { network } = process;
      const published = process.ask(`publish ${topic}`, () => {
        for (const event of events) {
          world.publish(topic, event as StampedEvent, network.subscribersOf(topic));
        }
        network.deliver();
      });
      await (plant.publishLosesQuietly ? published.catch(() => {}) : published);
    },
    setReminder: (type, id, name, { dueMs, periodMs }) =>
      process.ask(`remind ${type}`, () => {
        if (plant.dropsReminder?.(name)) return;
        world.reminders.set(`${service}/${type}/${id}/${name}`, { dueAt: world.now + dueMs, periodMs });
      }),
    deleteReminder: (type, id, name) =>
      process.ask(`forget ${type}`, () => void world.reminders.delete(`${service}/${type}/${id}/${name}`)),
    async send(_binding, _text, metadata) {
      const { messageId = '' } = metadata ?? {};
      return process.ask('send', () => {
        if (!world.sent.includes(messageId)) world.sent.push(messageId);
        return { providerId: `sms-${messageId}` };
      });
    },
  };
  return sidecar as Sidecar;
}
