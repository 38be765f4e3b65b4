import { setTimeout as sleep } from 'node:timers/promises';
import type { DaprClient } from '@dapr/dapr';
import { type Dispatcher, Pool } from 'undici';
import { watchActors } from './actorSilence';
import { gatherPublishes } from './gatherPublishes';
import { currentTraceparent } from './logger';
import { createSurelySend, notBegunHeader, repeatsHeader } from './neverBegun';
import {
  type Invocation,
  type InvocationAnswer,
  type PublishedEvent,
  type ReminderTiming,
  type Sidecar,
  SidecarError,
  type SidecarFailure,
} from './sidecar';
import { askWhole, type WholeAnswer } from './wholeAnswer';
import { withinDeadline } from './withinDeadline';

interface DaprSidecarOptions {
  host?: string;
  httpPort: number;
  pubsubName: string;
  /** Deadline for calls that name none. */
  deadlineMs?: number;
  apiToken?: string;
}

export interface DaprSidecar extends Sidecar {
  /** The type of a component that the sidecar has loaded, such as `state.redis`. Throws where there is none so named. */
  componentType(name: string): Promise<string>;
  /** Asks the sidecar to finish what it has and to end. Resolves once it has ended, or after `withinMs`. */
  shutDown(withinMs: number): Promise<void>;
}

/**
 * The port on Dapr's HTTP API. `@dapr/dapr` carries bindings; the rest goes by undici, because the SDK's client cannot
 * abort a call, hides the status of an invocation, and costs more: decisions/0003 has the figures.
 */
export function createDaprSidecar(options: DaprSidecarOptions): DaprSidecar {
  const { host = '127.0.0.1', httpPort, pubsubName, deadlineMs: standardDeadlineMs = 5_000 } = options;
  // No limit on connections: a turn that holds one needs another to call the next actor, so with a limit, as many turns
  // at once as it has connections would wait for each other for ever.
  const pool = new Pool(`http://${host}:${httpPort}`, { keepAliveTimeout: 30_000, pipelining: 1 });
  // Loaded by who sends to a binding: it takes as long as all else that a service loads.
  let sdk: Promise<DaprClient> | undefined;
  const sdkClient = () => {
    sdk ??= createSdkClient(host, httpPort, options.apiToken);
    return sdk;
  };
  const actors = watchActors();
  const surelySend = createSurelySend();
  const token: Record<string, string> = options.apiToken ? { 'dapr-api-token': options.apiToken } : {};

  async function request(
    operation: string,
    method: Dispatcher.HttpMethod,
    path: string,
    body?: unknown,
    extra: { headers?: Record<string, string>; deadlineMs?: number } = {},
  ): Promise<WholeAnswer> {
    const traceparent = currentTraceparent();
    const asked = {
      method,
      path,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(traceparent ? { traceparent } : {}),
        ...token,
        ...extra.headers,
      },
    };
    try {
      return await askWhole(pool, asked, extra.deadlineMs ?? standardDeadlineMs);
    } catch (error) {
      throw asSidecarError(operation, error);
    }
  }

  function expectSuccess(operation: string, { status, body }: WholeAnswer): string {
    const text = String(body);
    if (status < 300) return text;
    throw new SidecarError('refused', operation, text, status);
  }

  async function answersWell(operation: string, path: string): Promise<boolean> {
    try {
      const { status } = await request(operation, 'GET', path, undefined, { deadlineMs: 2_000 });
      return status < 300;
    } catch {
      return false;
    }
  }

  async function listens(): Promise<boolean> {
    try {
      await request('look', 'GET', '/v1.0/healthz', undefined, { deadlineMs: 1_000 });
      return true;
    } catch (error) {
      return (error as SidecarError).failure === 'timeout';
    }
  }

  async function publish(topic: string, events: readonly PublishedEvent[]): Promise<void> {
    const operation = `publish ${topic}`;
    const [only] = events;
    if (!only) return;
    const answer =
      events.length === 1
        ? await request(
            operation,
            'POST',
            `/v1.0/publish/${pubsubName}/${topic}?${new URLSearchParams({
              'metadata.partitionKey': only.orderId,
              'metadata.cloudevent.id': only.eventId,
            })}`,
            only,
          )
        : await request(
            operation,
            'POST',
            `/v1.0-alpha1/publish/bulk/${pubsubName}/${topic}`,
            events.map(bulkEntry),
          );
    expectSuccess(operation, answer);
  }

  return {
    async invoke({
      appId,
      path,
      method = 'POST',
      body,
      headers,
      deadlineMs,
    }: Invocation): Promise<InvocationAnswer> {
      const operation = `invoke ${appId}${path}`;
      const within = deadlineMs ?? standardDeadlineMs;
      const until = performance.now() + within;
      const send = async () => {
        const left = Math.max(1, Math.ceil(until - performance.now()));
        const answer = await request(operation, method, `/v1.0/invoke/${appId}/method${path}`, body, {
          headers: { ...headers, [repeatsHeader]: '1' },
          deadlineMs: left,
        });
        return { status: answer.status, headers: answer.headers, text: String(answer.body) };
      };
      const answer = await surelySend(appId, send, within / 2);
      const { text } = answer;
      if (answer.headers[notBegunHeader] !== undefined)
        throw new SidecarError('refused', operation, 'who was asked is about to go', answer.status);
      const parsed = answer.status === 200 ? wholeJson(operation, text) : parseJson(text);
      if (isDaprFailure(parsed)) {
        throw new SidecarError(failureIn(text), operation, text, answer.status);
      }
      return { status: answer.status, headers: answer.headers, body: parsed };
    },

    publish: gatherPublishes(publish, publishGapMs),

    async send(binding, data, metadata = {}, deadlineMs = standardDeadlineMs) {
      const operation = `binding ${binding}`;
      try {
        // The SDK cannot abort a call.
        const answer = await withinDeadline(
          operation,
          deadlineMs,
          sdkClient().then((client) => client.binding.send(binding, 'create', data as object, metadata)),
        );
        return (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>;
      } catch (error) {
        const answer = sdkAnswer(error);
        throw answer
          ? new SidecarError('refused', operation, answer.error_msg, answer.status)
          : asSidecarError(operation, error);
      }
    },

    async callActor(type, id, method, input, deadlineMs = 10_000) {
      const operation = `actor ${type}.${method}`;
      const answer = await actors.watch(
        request(operation, 'PUT', `${actorPath(type, id)}/method/${method}`, input ?? {}, { deadlineMs }),
      );
      return wholeJson(operation, expectSuccess(operation, answer));
    },

    async readActorState(type, id, key) {
      const operation = `actor state ${type} read`;
      const answer = await actors.watch(request(operation, 'GET', `${actorPath(type, id)}/state/${key}`));
      const text = expectSuccess(operation, answer);
      return answer.status === 204 || text === '' ? undefined : parseJson(text);
    },

    async writeActorState(type, id, key, value, etag) {
      const operation = `actor state ${type} write`;
      const upsert = {
        operation: 'upsert',
        request: { key, value, ...(etag === undefined ? {} : { etag }) },
      };
      expectSuccess(operation, await request(operation, 'POST', `${actorPath(type, id)}/state`, [upsert]));
    },

    async setReminder(type, id, name, { dueMs, periodMs }: ReminderTiming) {
      const operation = `reminder ${type}.${name} set`;
      const body = {
        dueTime: `${dueMs}ms`,
        ...(periodMs ? { period: `${periodMs}ms` } : {}),
        overwrite: true,
      };
      expectSuccess(
        operation,
        await request(operation, 'POST', `${actorPath(type, id)}/reminders/${name}`, body),
      );
    },

    async deleteReminder(type, id, name) {
      const operation = `reminder ${type}.${name} delete`;
      expectSuccess(
        operation,
        await request(operation, 'DELETE', `${actorPath(type, id)}/reminders/${name}`),
      );
    },

    async componentType(name) {
      const operation = `type of ${name}`;
      const text = expectSuccess(operation, await request(operation, 'GET', '/v1.0/metadata'));
      const { components = [] } = parseJson(text) as { components?: { name: string; type: string }[] };
      const found = components.find((component) => component.name === name);
      if (!found) throw new SidecarError('refused', operation, 'no such component is loaded');
      return found.type;
    },

    async shutDown(withinMs) {
      const operation = 'shut down';
      expectSuccess(operation, await request(operation, 'POST', '/v1.0/shutdown'));
      const until = performance.now() + withinMs;
      while ((await listens()) && performance.now() < until) await sleep(100);
    },

    isHealthy: async () =>
      !actors.areSilent() && (await answersWell('health probe', '/v1.0/healthz/outbound')),

    isStoreReachable: (store) => answersWell(`state ${store} probe`, `/v1.0/state/${store}/readiness-probe`),

    async close() {
      await Promise.allSettled([pool.destroy(), sdk?.then((client) => client.stop())]);
    },
  };
}

// As long as my page may lag behind for each of the three steps of a booking.
const publishGapMs = 100;

async function createSdkClient(
  host: string,
  httpPort: number,
  apiToken: string | undefined,
): Promise<DaprClient> {
  const { DaprClient: Client, LogLevel } = await import('@dapr/dapr');
  const client = new Client({
    daprHost: host,
    daprPort: String(httpPort),
    // It writes plain text to stdout, between our JSON lines.
    logger: { level: LogLevel.Error },
    ...(apiToken ? { daprApiToken: apiToken } : {}),
  });
  // Else the first calls to a sidecar that is away ask for it for a minute, past any deadline: they hold up the exit of
  // this process, or do late what was given up long ago.
  client.daprClient.setIsInitialized(true);
  return client;
}

function actorPath(type: string, id: string): string {
  return `/v1.0/actors/${type}/${encodeURIComponent(id)}`;
}

function bulkEntry(event: PublishedEvent) {
  return {
    entryId: event.eventId,
    event,
    contentType: 'application/json',
    metadata: { partitionKey: event.orderId, 'cloudevent.id': event.eventId },
  };
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// A timeout of the sidecar's that ends between an answer's head and its body leaves a 200 with nothing in it: whoever
// answered may have done all that it was asked.
function wholeJson(operation: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SidecarError('timeout', operation, 'the answer was cut off', 200);
  }
}

// Dapr's own failures carry `errorCode`; an app's problem+json never does.
function isDaprFailure(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'errorCode' in body;
}

// Of a breaker that is open, and of one that is trying whether it may close: nothing but their words tells them apart
// from what failed on its way. tests/failures/overload.test.ts sees them said.
const breakerTexts = /circuit breaker is open|too many requests/;

// grpc-go 1.80, `ErrClientConnClosing`: before a call is sent, and to a call under way as well (stream.go, `newClientStreamWithParams`).
const cutOffText = 'grpc: the client connection is closing';

function failureIn(text: string): SidecarFailure {
  if (breakerTexts.test(text)) return 'breaker open';
  return text.includes(cutOffText) ? 'cut off' : 'refused';
}

function asSidecarError(operation: string, error: unknown): SidecarError {
  if (error instanceof SidecarError) return error;
  const { name, message = String(error) } = (error ?? {}) as Partial<Error>;
  return new SidecarError(name === 'TimeoutError' ? 'timeout' : 'unreachable', operation, message);
}

/** The SDK puts what the sidecar answered into the text of a plain error. */
function sdkAnswer(error: unknown): { status: number; error_msg: string } | undefined {
  const answer = parseJson(error instanceof Error ? error.message : '') as { status?: unknown } | undefined;
  return typeof answer?.status === 'number' ? (answer as { status: number; error_msg: string }) : undefined;
}
