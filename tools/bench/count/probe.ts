// Loaded into each service before its own code, by `node --require`, while calls are counted or traced: writes down what
// comes in, what goes out to sidecar and Redis, and which of what went out belongs to which of what came in. Services
// know nothing of it. What it costs is why it is never there while anything is timed.
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { appendFileSync, mkdirSync } from 'node:fs';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Span } from './spans';

const folder = process.env.BENCH_PROBE_DIR;
if (folder) watch(folder);

function watch(dir: string): void {
  mkdirSync(dir, { recursive: true });
  const service = process.env.APP_ID ?? '';
  const file = join(dir, `${service}-${process.pid}.jsonl`);
  const within = new AsyncLocalStorage<string>();
  let ended: string[] = [];
  let count = 0;

  const flush = () => {
    if (ended.length > 0) appendFileSync(file, `${ended.join('\n')}\n`);
    ended = [];
  };
  setInterval(flush, 100).unref();
  process.on('exit', flush);

  const begin = (kind: Span['kind'], what: string): Span => {
    count += 1;
    const id = `${service}.${process.pid}.${count}`;
    return { kind, what, id, within: within.getStore() ?? '', begun: nowMicros(), ended: 0, service };
  };
  const end = (span: Span | undefined) => {
    if (!span || span.ended > 0) return;
    span.ended = nowMicros();
    ended.push(JSON.stringify(span));
  };

  watchServer(begin, end, (span, serve) => within.run(span.id, serve));
  watchSidecarCalls(begin, end);
  watchRedis(begin, end);
}

interface UndiciRequest {
  method: string;
  path: string;
  addHeader(name: string, value: string): void;
}

const callHeader = 'x-bench-call';

type Begin = (kind: Span['kind'], what: string) => Span;
type End = (span: Span | undefined) => void;

/** One clock for all processes of a machine. */
function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

function watchServer(begin: Begin, end: End, run: (span: Span, serve: () => boolean) => boolean): void {
  const emit = Server.prototype.emit;
  const passOn = (server: Server, event: string | symbol, args: unknown[]): boolean =>
    Reflect.apply(emit, server, [event, ...args]);
  Server.prototype.emit = function watched(
    this: Server,
    event: string | symbol,
    ...args: unknown[]
  ): boolean {
    if (event === 'connection') end(begin('connection', 'taken'));
    if (event !== 'request') return passOn(this, event, args);
    const [request, response] = args as [IncomingMessage, ServerResponse];
    const span = begin('in', `${request.method} ${request.url}`);
    // Of the public, at the gateway, there is none.
    span.within = String(request.headers[callHeader] ?? '');
    // Before the answer can be with its caller: what is still under way then was not waited for.
    response.prependOnceListener('finish', () => end(span));
    response.once('close', () => end(span));
    return run(span, () => passOn(this, event, args));
  } as typeof emit;
}

function watchSidecarCalls(begin: Begin, end: End): void {
  const underWay = new WeakMap<object, Span>();
  const on = (name: string, work: (message: never) => void) =>
    channel(name).subscribe((message) => work(message as never));
  on('undici:request:create', ({ request }: { request: UndiciRequest }) => {
    const span = begin('out', `${request.method} ${request.path}`);
    underWay.set(request, span);
    // Sidecars pass it on, so that what arrives tells which call it was.
    request.addHeader(callHeader, span.id);
  });
  on('undici:request:trailers', ({ request }: { request: object }) => end(underWay.get(request)));
  on('undici:request:error', ({ request }: { request: object }) => end(underWay.get(request)));
  on('undici:client:connected', () => end(begin('connection', 'opened')));
  // The SDK's client, which carries bindings, goes by Node's own.
  on('http.client.request.start', ({ request }: { request: IncomingMessage & { path: string } }) => {
    underWay.set(request, begin('out', `${request.method} ${request.path}`));
  });
  on('http.client.response.finish', ({ request }: { request: object }) => end(underWay.get(request)));
}

function watchRedis(begin: Begin, end: End): void {
  const underWay = new WeakMap<object, Span>();
  const ofCommand = (context: unknown) => context as { command: string; args: readonly string[] };
  const finish = (context: unknown) => end(underWay.get(context as object));
  tracingChannel('node-redis:command').subscribe({
    start(context) {
      const { command, args } = ofCommand(context);
      // The keys of a script are what tells which it is.
      const key = command === 'EVAL' ? args[3] : args[1];
      underWay.set(context as object, begin('redis', `${command} ${key ?? ''}`));
    },
    end() {},
    asyncStart() {},
    asyncEnd: finish,
    error: finish,
  });
}
