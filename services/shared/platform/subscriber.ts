import { Router } from 'express';
import { z } from 'zod';
import type { StampedEvent } from './actorHost/definition';
import { deadLetterRoutes } from './deadLetterRoutes';
import { createDeadLetters, type DeadLettersOptions, HopelessError } from './deadLetters';
import { type Logger, withLogContext } from './logger';

/** What a service does with one topic. A handler that returns has taken the event in for good; one that throws has not. */
export type TopicHandler =
  | { topic: string; handle(event: StampedEvent): Promise<void> }
  | {
      topic: string;
      handleMany(events: readonly StampedEvent[]): Promise<void>;
      max: number;
      waitMs: number;
    };

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

const bulkRequest = z.object({
  entries: z.array(z.object({ entryId: z.string(), event: z.looseObject({ data: z.unknown() }) })),
});

const deadCloudEvent = z.looseObject({ id: z.string().catch('unknown'), topic: z.string().catch('unknown') });

/**
 * Subscribes to topics through the sidecar. The answer is SUCCESS only after the handler returned, else RETRY: the
 * component's inbound retry policy repeats it, then the dead-letter topic takes it. What is no event of ours goes there
 * at once, by DROP: no repeat would mend it, and in bulk its repeats would hold up the whole topic.
 */
export function createSubscriber(options: SubscriberOptions): Router {
  const { pubsubName, deadLetterTopic, handlers, log } = options;
  const router = Router();
  const deadLetters = options.deadLetters && createDeadLetters({ ...options.deadLetters, log }, handOver);
  const subscription = (topic: string) => ({
    pubsubname: pubsubName,
    topic,
    deadLetterTopic,
    routes: { default: `/events/${topic}` },
  });
  router.get('/dapr/subscribe', (_req, res) => {
    res.json([
      ...handlers.map((handler) => ({ ...subscription(handler.topic), ...bulkSubscribeOf(handler) })),
      // What cannot be kept just now goes to the end of its own topic: the broker acknowledges what failed for good.
      ...(deadLetters ? [subscription(deadLetterTopic)] : []),
    ]);
  });
  if (deadLetters) {
    router.use(deadLetterRoutes(deadLetters));
    router.post(`/events/${deadLetterTopic}`, async (req, res) => {
      res.json({ status: await keepDead(req.body) });
    });
    deadLetters.startTrying();
  }
  for (const handler of handlers) {
    router.post(`/events/${handler.topic}`, async (req, res) => {
      res.json(
        'handleMany' in handler
          ? await takeMany(handler, req.body)
          : { status: await takeOne(handler, req.body) },
      );
    });
  }

  async function takeOne(
    handler: Extract<TopicHandler, { handle: unknown }>,
    cloudEvent: unknown,
  ): Promise<string> {
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

  // One bad entry must not take the others to the dead letters with it, and none may be acknowledged that failed.
  async function takeMany(handler: Extract<TopicHandler, { handleMany: unknown }>, body: unknown) {
    const { entries } = bulkRequest.parse(body);
    const read = entries.map(({ entryId, event }) => ({
      entryId,
      parsed: stampedEvent.safeParse(event.data),
    }));
    const events = read.flatMap(({ parsed }) => (parsed.success ? [parsed.data] : []));
    const failed = await takeTogetherOrApart(handler, events);
    return {
      statuses: read.map(({ entryId, parsed }) => {
        if (!parsed.success) return { entryId, status: drop(handler.topic, parsed.error) };
        return { entryId, status: failed.has(parsed.data) ? 'RETRY' : 'SUCCESS' };
      }),
    };
  }

  /** The events that could not be taken in: tried all together, and where that fails, one by one. */
  async function takeTogetherOrApart(
    handler: Extract<TopicHandler, { handleMany: unknown }>,
    events: readonly StampedEvent[],
  ): Promise<Set<StampedEvent>> {
    const failed = new Set<StampedEvent>();
    if (events.length === 0) return failed;
    try {
      await handler.handleMany(events);
    } catch (error) {
      log.warn(
        { err: error, topic: handler.topic, count: events.length },
        'events not taken in; the broker will bring them again',
      );
      const [first] = events;
      if (first && events.length === 1) {
        deadLetters?.noteFailure(letterId(handler.topic, first.eventId), error);
        return new Set(events);
      }
      for (const event of events) {
        for (const bad of await takeTogetherOrApart(handler, [event])) failed.add(bad);
      }
    }
    return failed;
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
    await withLogContext({ orderId: event.orderId }, () =>
      'handleMany' in handler ? handler.handleMany([event]) : handler.handle(event),
    );
  }

  return router;
}

function bulkSubscribeOf(handler: TopicHandler): object {
  if (!('handleMany' in handler)) return {};
  const { max, waitMs } = handler;
  return { bulkSubscribe: { enabled: true, maxMessagesCount: max, maxAwaitDurationMs: waitMs } };
}

function letterId(topic: string, eventId: string): string {
  return `${topic}:${eventId}`;
}
