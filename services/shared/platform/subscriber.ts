import type { Router } from 'express';
import { z } from 'zod';
import type { StampedEvent } from './actorHost/definition';
import { deadLetterRoutes } from './deadLetterRoutes';
import { createDeadLetters, type DeadLettersOptions, HopelessError } from './deadLetters';
import { type Logger, withLogContext } from './logger';
import type { SidecarRoutes } from './sidecarDoor';

/**
 * What a service does with one topic. A handler that returns has taken the event in for good; one that throws has not.
 * Events come one by one, for what comes in bulk can be lost (decisions/0015).
 */
export interface TopicHandler {
  topic: string;
  handle(event: StampedEvent): Promise<void>;
}

interface SubscriberOptions {
  pubsubName: string;
  /** Where the broker puts what this service could not take in after all retries. */
  deadLetterTopic: string;
  handlers: readonly TopicHandler[];
  log: Logger;
  /** Where what comes on that topic is kept, to be looked at and tried again; without it, it stays on its topic. */
  deadLetters?: Omit<DeadLettersOptions, 'log'>;
}

const stampedEvent = z.object({
  eventId: z.string().min(1),
  orderId: z.string().min(1),
  type: z.string().min(1),
  version: z.number().int().positive(),
  occurredAt: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});

const deadCloudEvent = z.looseObject({ id: z.string().catch('unknown'), topic: z.string().catch('unknown') });

/**
 * Subscribes to topics through the sidecar. The answer is SUCCESS only after the handler returned, else RETRY: the
 * component's inbound retry policy repeats it, then the dead-letter topic takes it. What is no event of ours goes there
 * at once, by DROP: no repeat would mend it.
 */
export function createSubscriber(options: SubscriberOptions): SidecarRoutes & { routers: readonly Router[] } {
  const { pubsubName, deadLetterTopic, handlers, log } = options;
  const deadLetters = options.deadLetters && createDeadLetters({ ...options.deadLetters, log }, handOver);
  const subscription = (topic: string) => ({
    pubsubname: pubsubName,
    topic,
    deadLetterTopic,
    routes: { default: `/events/${topic}` },
  });
  const subscriptions = [
    ...handlers.map(({ topic }) => subscription(topic)),
    // What cannot be kept just now goes to the end of its own topic: the broker acknowledges what failed for good.
    ...(deadLetters ? [subscription(deadLetterTopic)] : []),
  ];
  const takers = new Map(
    handlers.map((handler) => [handler.topic, (event: unknown) => takeOne(handler, event)]),
  );
  if (deadLetters) {
    takers.set(deadLetterTopic, keepDead);
    deadLetters.startTrying();
  }

  async function takeOne(handler: TopicHandler, cloudEvent: unknown): Promise<string> {
    const read = stampedEvent.safeParse((cloudEvent as { data?: unknown } | undefined)?.data);
    if (!read.success) return drop(handler.topic, read.error);
    const event = read.data;
    try {
      await withLogContext({ orderId: event.orderId }, () => handler.handle(event));
      return 'SUCCESS';
    } catch (error) {
      deadLetters?.noteFailure(letterId(handler.topic, event.eventId), error);
      log.warn({ err: error, topic: handler.topic }, 'event not taken in; the broker will bring it again');
      return 'RETRY';
    }
  }

  function drop(topic: string, error: z.ZodError): string {
    log.error({ err: error, topic }, 'no event of ours; it goes to the dead letters');
    return 'DROP';
  }

  async function keepDead(body: unknown): Promise<string> {
    const { id: cloudId, topic, data, data_base64 } = deadCloudEvent.parse(body);
    const event = data ?? data_base64;
    const { eventId } = (event ?? {}) as { eventId?: unknown };
    const id = letterId(topic, typeof eventId === 'string' && eventId !== '' ? eventId : cloudId);
    if (!stampedEvent.safeParse(event).success) {
      deadLetters?.noteFailure(id, new HopelessError('no event of ours'));
    }
    try {
      await deadLetters?.keep({ id, topic, event });
      return 'SUCCESS';
    } catch (error) {
      log.warn(
        { err: error, deadLetter: id },
        'a dead letter could not be kept; the broker will bring it again',
      );
      return 'RETRY';
    }
  }

  async function handOver(topic: string, data: unknown): Promise<void> {
    const handler = handlers.find((each) => each.topic === topic);
    if (!handler) throw new HopelessError(`nobody here takes in topic ${topic}`);
    const read = stampedEvent.safeParse(data);
    if (!read.success) throw new HopelessError('no event of ours');
    const event = read.data;
    await withLogContext({ orderId: event.orderId }, () => handler.handle(event));
  }

  return {
    /** For who operates the service. */
    routers: deadLetters ? [deadLetterRoutes(deadLetters)] : [],
    routeOf(method, [first, second = '', ...rest]) {
      if (rest.length > 0) return undefined;
      if (method === 'GET' && first === 'dapr' && second === 'subscribe')
        return () => ({ status: 200, body: subscriptions });
      const take = method === 'POST' && first === 'events' ? takers.get(second) : undefined;
      return take && (async (event) => ({ status: 200, body: { status: await take(event) } }));
    },
  };
}

function letterId(topic: string, eventId: string): string {
  return `${topic}:${eventId}`;
}
