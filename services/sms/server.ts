import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import type { Logger } from 'pino';
import { operations, type SmsBinding } from './binding';
import { InvalidSms } from './message';
import { SmsRefused, SmsUnavailable } from './provider';
import { claimSocket, restrictSocket } from './socketFile';

/** Messages of `dapr.proto.components.v1`, as far as they are used; defaults are filled in by the loader. */
interface InitRequest {
  metadata: { properties: Record<string, string> } | null;
}
interface InvokeRequest {
  data: Buffer;
  metadata: Record<string, string>;
  operation: string;
}
interface InvokeResponse {
  data: Buffer;
  metadata: Record<string, string>;
  contentType: string;
}

const serviceName = 'dapr.proto.components.v1.OutputBinding';
const shutdownMillisMax = 10_000;

export interface SmsServerParts {
  socketPath: string;
  binding: SmsBinding;
  log: Logger;
}

export interface SmsServer {
  /** Takes no new call, lets those under way finish, and removes the socket. */
  stop(): Promise<void>;
}

/**
 * Serves the binding as a Dapr pluggable component.
 *
 * @throws {CannotStart} when the socket is in use.
 */
export async function startSmsServer({ socketPath, binding, log }: SmsServerParts): Promise<SmsServer> {
  const definitions = loadSync(join(__dirname, 'outputbinding.proto'), { defaults: true });
  const server = new grpc.Server();
  server.addService(definitions[serviceName] as grpc.ServiceDefinition, handlersOf(binding, log));
  // The sidecar takes the component for every kind of component that reflection lists.
  new ReflectionService(definitions, { services: [serviceName] }).addToServer(server);

  await claimSocket(socketPath);
  await bind(server, socketPath);
  await restrictSocket(socketPath);
  return { stop: () => stop(server) };
}

function handlersOf(binding: SmsBinding, log: Logger): grpc.UntypedServiceImplementation {
  return {
    Init: unary(log, async ({ metadata }: InitRequest) => {
      await binding.init(metadata?.properties ?? {});
      return {};
    }),
    Invoke: unary(log, async ({ operation, data, metadata }: InvokeRequest): Promise<InvokeResponse> => {
      const { providerId } = await binding.invoke(operation, data, metadata);
      return {
        data: Buffer.from(JSON.stringify({ providerId })),
        metadata: { providerId },
        contentType: 'application/json',
      };
    }),
    ListOperations: unary(log, async () => ({ operations })),
    Ping: unary(log, async () => ({})),
  };
}

function unary<Request, Response>(
  log: Logger,
  handle: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    handle(request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(error, log)),
    );
  };
}

/** The one place where an error becomes a gRPC status. The sidecar repeats `details` to its caller and its log. */
function statusOf(error: unknown, log: Logger): Partial<grpc.StatusObject> {
  if (error instanceof InvalidSms) {
    return { code: grpc.status.INVALID_ARGUMENT, details: error.message };
  }
  if (error instanceof SmsRefused) {
    return { code: grpc.status.FAILED_PRECONDITION, details: `${error.reason}: ${error.message}` };
  }
  if (error instanceof SmsUnavailable) {
    return { code: grpc.status.UNAVAILABLE, details: error.message };
  }
  log.error({ error: withoutMessage(error) }, 'SMS binding failed unexpectedly');
  return { code: grpc.status.INTERNAL, details: 'The SMS binding failed unexpectedly; its log tells where.' };
}

/** The message of a foreign error may quote a phone number or a text, its kind and place don't. */
function withoutMessage(error: unknown): { name: string; frames: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { name: error.name, frames: frames.map((line) => line.trim()) };
}

function bind(server: grpc.Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, grpc.ServerCredentials.createInsecure(), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Closing the listener removes the socket file at once, so that a successor can bind while calls still finish. */
function stop(server: grpc.Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.forceShutdown(), shutdownMillisMax);
    server.tryShutdown(() => {
      clearTimeout(deadline);
      resolve();
    });
  });
}
