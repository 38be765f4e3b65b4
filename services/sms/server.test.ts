import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import pino from 'pino';
import type { SmsBinding } from './binding';
import { CannotStart } from './config';
import { InvalidSms } from './message';
import { SmsRefused, SmsUnavailable } from './provider';
import { type SmsServer, startSmsServer } from './server';

const contract = loadSync(join(__dirname, 'outputbinding.proto'), { defaults: true });
const outputBinding = contract['dapr.proto.components.v1.OutputBinding'] as grpc.ServiceDefinition;

let folder: string;
let socketPath: string;
let server: SmsServer | undefined;
let client: grpc.Client | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sms-'));
  socketPath = join(folder, 'sockets', 'sms.sock');
});
afterEach(async () => {
  client?.close();
  await server?.stop();
  client = undefined;
  server = undefined;
  await rm(folder, { recursive: true });
});

describe('calls', () => {
  test('When a message is sent, then the answer holds the provider id as data and as metadata', async () => {
    await serve({
      invoke: async (operation, data, { toNumber }) => ({ providerId: `${operation}:${data}:${toNumber}` }),
    });

    const answer = await call('Invoke', {
      operation: 'create',
      data: Buffer.from('hello'),
      metadata: { toNumber: '+821012345678' },
    });

    expect(answer).toMatchObject({
      metadata: { providerId: 'create:hello:+821012345678' },
      contentType: 'application/json',
    });
    expect(JSON.parse(String(answer.data))).toEqual({ providerId: 'create:hello:+821012345678' });
  });

  test('When the sidecar initializes, then the binding gets the properties of the Component', async () => {
    const init = jest.fn();
    await serve({ init });

    await call('Init', { metadata: { properties: { provider: 'log' } } });
    await call('Init', {});

    expect(init.mock.calls).toEqual([[{ provider: 'log' }], [{}]]);
  });

  test('When asked what it does, then it lists create and answers to a ping', async () => {
    await serve();

    expect(await call('ListOperations')).toEqual({ operations: ['create'] });
    expect(await call('Ping')).toEqual({});
  });

  test.each([
    [new InvalidSms('to is wrong.'), grpc.status.INVALID_ARGUMENT, 'to is wrong.'],
    [new SmsUnavailable('Later.'), grpc.status.UNAVAILABLE, 'Later.'],
    [
      new SmsRefused('number_unreachable', 'Opted out.'),
      grpc.status.FAILED_PRECONDITION,
      'number_unreachable: Opted out.',
    ],
  ])('When the binding throws %s, then the status is %i', async (error, code, details) => {
    await serve({ invoke: () => Promise.reject(error) });

    await expect(call('Invoke')).rejects.toMatchObject({ code, details });
  });

  test('When something unforeseen fails, then neither the answer nor the log repeats its message', async () => {
    const logged: string[] = [];
    await serve({ invoke: () => Promise.reject(new TypeError('bad number +821012345678')) }, logged);

    const error = await call('Invoke').catch((reason) => reason);

    expect(error.code).toBe(grpc.status.INTERNAL);
    expect(error.details + logged.join('')).not.toContain('8210');
    expect(JSON.parse(logged[0] ?? '').error).toMatchObject({
      name: 'TypeError',
      frames: expect.arrayContaining([expect.stringMatching(/^at .*server\.test\.ts/)]),
    });
  });
});

describe('reflection', () => {
  test('When the sidecar asks what is served, then only the output binding is listed', async () => {
    await serve();

    expect(await listedServices()).toEqual(['dapr.proto.components.v1.OutputBinding']);
  });
});

describe('the socket', () => {
  test('When it is served, then only the owner may use it', async () => {
    await serve();

    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
  });

  test('When another process serves it, then the binding does not start and the other goes on', async () => {
    await serve();

    await expect(startSmsServer(parts())).rejects.toThrow(CannotStart);
    expect(await call('Ping')).toEqual({});
  });

  test('When the path is an ordinary file, then the binding does not start and the file stays', async () => {
    socketPath = join(folder, 'sms.sock');
    await writeFile(socketPath, 'precious');

    await expect(startSmsServer(parts())).rejects.toThrow(/is not a socket/);
    expect((await stat(socketPath)).isFile()).toBe(true);
  });

  test('When the server stops, then the call under way is answered and the socket is gone', async () => {
    const called = gate<void>();
    const provider = gate<{ providerId: string }>();
    const running = await serve({
      invoke: () => {
        called.open();
        return provider.opened;
      },
    });
    const answer = call('Invoke');
    await called.opened;

    const stopping = running.stop();
    await expect(stat(socketPath)).rejects.toThrow('ENOENT');
    provider.open({ providerId: 'late' });

    expect(await answer).toMatchObject({ metadata: { providerId: 'late' } });
    await stopping;
  });

  test('When the server stops while a successor already serves, then the successor keeps its socket', async () => {
    const first = await serve();
    const stopping = first.stop();
    server = await startSmsServer(parts());
    await stopping;

    client?.close();
    client = undefined;
    expect(await call('Ping')).toEqual({});
  });
});

function parts(binding: Partial<SmsBinding> = {}, logged: string[] = []) {
  return {
    socketPath,
    binding: { init: async () => {}, invoke: async () => ({ providerId: 'p-1' }), ...binding },
    log: pino({}, { write: (line) => logged.push(line) }),
  };
}

async function serve(binding: Partial<SmsBinding> = {}, logged: string[] = []): Promise<SmsServer> {
  server = await startSmsServer(parts(binding, logged));
  return server;
}

function call(method: string, request: object = {}): Promise<Record<string, unknown>> {
  const { path, requestSerialize, responseDeserialize } = methodOf(outputBinding, method);
  return new Promise((resolve, reject) => {
    connection().makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => {
      if (error) reject(error);
      else resolve(response ?? {});
    });
  });
}

/** Asks as the sidecar does: by version v1alpha of the reflection service. */
function listedServices(): Promise<string[]> {
  const proto = require.resolve('@grpc/reflection/build/proto/grpc/reflection/v1alpha/reflection.proto');
  const reflection = loadSync(proto)['grpc.reflection.v1alpha.ServerReflection'] as grpc.ServiceDefinition;
  const { path, requestSerialize, responseDeserialize } = methodOf(reflection, 'ServerReflectionInfo');
  const stream = connection().makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('data', ({ listServicesResponse }: { listServicesResponse: { service: { name: string }[] } }) =>
      resolve(listServicesResponse.service.map(({ name }) => name)),
    );
    stream.write({ listServices: '' });
    stream.end();
  });
}

function methodOf(service: grpc.ServiceDefinition, name: string) {
  const method = service[name];
  if (!method) throw new Error(`The contract has no ${name}.`);
  return method;
}

function connection(): grpc.Client {
  client ??= new grpc.Client(`unix:${socketPath}`, grpc.credentials.createInsecure());
  return client;
}

/** A promise that the test settles by hand. */
function gate<T>() {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
