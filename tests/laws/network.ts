import type { StampedEvent } from '../../services/shared/platform/actorHost/definition';
import { SidecarError } from '../../services/shared/platform/sidecar';
import { compose, subscribersOf } from './compose';
import { Process } from './process';
import { type Delivery, type ServiceName, services, type World } from './world';

const redeliverMs = 5_000;
/** How many ops pass until somebody starts what died. */
const restartAfterOps = 8;

/** Which processes there are, and what comes to them from broker and scheduler. */
export class Network {
  readonly clients: Process;
  readonly #running = new Map<ServiceName, Process[]>();
  readonly #deadSince = new Map<ServiceName, number>();

  constructor(readonly world: World) {
    for (const service of services) this.#running.set(service, [this.#start(service)]);
    this.clients = new Process(world, this, 'clients', () => ({
      host: { routeOf: () => undefined } as never,
      routers: [],
      handlers: [],
    }));
  }

  /** The process that a call reaches; undefined while none runs. Where two hold the same actors, either. */
  processOf(service: ServiceName): Process | undefined {
    const running = (this.#running.get(service) ?? []).filter(({ isAlive }) => isAlive);
    this.#running.set(service, running);
    if (running.length === 0) return this.#restart(service);
    return running.length > 1 && this.world.schedule.flip() ? running[1] : running[0];
  }

  /** From now on two processes take calls for the same actors, each with what it remembers. */
  split(service: ServiceName | 'clients'): void {
    if (service === 'clients') return;
    const running = (this.#running.get(service) ?? []).filter(({ isAlive }) => isAlive);
    if (running.length === 1) this.#running.set(service, [this.#start(service), ...running]);
  }

  /** Whatever was dead runs, and every actor has one host, which remembers nothing of when it had two. */
  heal(): void {
    for (const service of services) {
      const [first, second] = (this.#running.get(service) ?? []).filter(({ isAlive }) => isAlive);
      this.#running.set(service, [first && !second ? first : this.#start(service)]);
    }
    this.#deadSince.clear();
  }

  kill(service: ServiceName): void {
    for (const process of this.#running.get(service) ?? []) process.die();
  }

  subscribersOf(topic: string): readonly ServiceName[] {
    return subscribersOf[topic] ?? [];
  }

  /** Brings what is due of the messages on its way. */
  deliver(): void {
    const { world } = this;
    for (const delivery of world.undelivered) {
      if (delivery.isUnderWay || delivery.notBefore > world.now) continue;
      delivery.isUnderWay = true;
      world.schedule.add({
        what: `deliver ${delivery.topic} to ${delivery.service}`,
        isWanted: () => world.undelivered.has(delivery),
        run: (fault) => {
          const process = fault === 'lose request' ? undefined : this.processOf(delivery.service);
          if (fault === 'two hosts') this.split(delivery.service);
          if (!process || fault === 'crash before') {
            process?.die();
            return this.#bringAgain(delivery);
          }
          const taken = this.#handle(process, delivery);
          taken.then(
            () => {
              if (!process.isAlive || fault === 'lose answer' || fault === 'twice')
                this.#bringAgain(delivery);
              else world.undelivered.delete(delivery);
            },
            () => this.#bringAgain(delivery),
          );
          if (fault === 'crash after') process.die();
        },
      });
    }
  }

  /** Fires every reminder that is due; however late, once. */
  fire(): void {
    const { world } = this;
    for (const [key, { dueAt, periodMs }] of [...world.reminders]) {
      if (dueAt > world.now) continue;
      if (periodMs) world.reminders.set(key, { dueAt: world.now + periodMs, periodMs });
      else world.reminders.delete(key);
      const [service, type, id, name] = key.split('/') as [ServiceName, string, string, string];
      const path = `/actors/${type}/${id}/method/remind/${name}`;
      world.schedule.add({
        what: `reminder ${type} ${name}`,
        isWanted: () => true,
        run: (fault) => {
          if (fault === 'lose request') return;
          if (fault === 'two hosts') this.split(service);
          const process = this.processOf(service);
          process?.take('PUT', path, undefined).catch(() => {});
          if (fault === 'twice') process?.take('PUT', path, undefined).catch(() => {});
          if (fault === 'crash after' || fault === 'crash before') process?.die();
        },
      });
    }
  }

  #bringAgain(delivery: Delivery): void {
    delivery.isUnderWay = false;
    delivery.notBefore = this.world.now + redeliverMs;
  }

  async #handle(process: Process, { topic, event, service }: Delivery): Promise<void> {
    const handler = process.parts.handlers.find((each) => each.topic === topic);
    if (!handler) return;
    const stamped = JSON.parse(event) as StampedEvent;
    const handled = handler.handle(stamped);
    // One that dies takes the word with it: the broker hears nothing, and brings the message again.
    if (this.world.plant.acksFirst?.(service)) return void handled.catch(() => {});
    await Promise.race([handled, process.untilDeath()]);
    if (!process.isAlive) throw new SidecarError('unreachable', topic, 'who took it in died');
  }

  #restart(service: ServiceName): Process | undefined {
    const { done } = this.world.schedule;
    const since = this.#deadSince.get(service);
    if (since === undefined) this.#deadSince.set(service, done);
    if (since === undefined || done < since + restartAfterOps) return undefined;
    this.#deadSince.delete(service);
    const process = this.#start(service);
    this.#running.set(service, [process]);
    return process;
  }

  #start(service: ServiceName): Process {
    return new Process(this.world, this, service, compose[service]);
  }
}
