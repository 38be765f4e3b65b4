import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

export interface WholeAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Sends a request and reads its answer to the end; the deadline is for both. It is called off when `gone` says that nobody
 * waits for the answer any more. undici's `request` makes a stream of every
 * answer, and `AbortSignal.timeout` a timer that outlives its call and ends in an exception: docs/performance.md has what
 * the two cost.
 * @throws a `TimeoutError` after `deadlineMs`, an `AbortError` when called off, or undici's error of what failed on the way.
 */
export function askWhole(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  deadlineMs: number,
  gone?: AbortSignal,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let request: Dispatcher.DispatchController | undefined;
    let calledOff: Error | undefined;
    const callOff = (name: string, message: string) => {
      calledOff = Object.assign(new Error(message), { name });
      stopWaiting();
      request?.abort(calledOff);
      reject(calledOff);
    };
    const leave = () => callOff('AbortError', 'nobody waits for the answer any more');
    const timer = setTimeout(() => callOff('TimeoutError', `no answer within ${deadlineMs} ms`), deadlineMs);
    const stopWaiting = () => {
      clearTimeout(timer);
      gone?.removeEventListener('abort', leave);
    };
    if (gone?.aborted) return leave();
    gone?.addEventListener('abort', leave);
    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        request = controller;
        // It waited for a connection until then.
        if (calledOff) controller.abort(calledOff);
      },
      onResponseStart(_controller, statusCode, answered) {
        status = statusCode;
        headers = answered;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        stopWaiting();
        const [only] = chunks;
        resolve({ status, headers, body: only && chunks.length === 1 ? only : Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        stopWaiting();
        reject(error);
      },
    });
  });
}
