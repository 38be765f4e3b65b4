import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

export interface WholeAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Sends a request and reads its answer to the end; the deadline is for both. undici's `request` makes a stream of every
 * answer, and `AbortSignal.timeout` a timer that outlives its call and ends in an exception: docs/performance.md has what
 * the two cost.
 * @throws a `TimeoutError` after `deadlineMs`, or undici's error of what failed on the way.
 */
export function askWhole(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  deadlineMs: number,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let request: Dispatcher.DispatchController | undefined;
    let tooLate: Error | undefined;
    const timer = setTimeout(() => {
      tooLate = Object.assign(new Error(`no answer within ${deadlineMs} ms`), { name: 'TimeoutError' });
      request?.abort(tooLate);
      reject(tooLate);
    }, deadlineMs);
    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        request = controller;
        // It waited for a connection until then.
        if (tooLate) controller.abort(tooLate);
      },
      onResponseStart(_controller, statusCode, answered) {
        status = statusCode;
        headers = answered;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        clearTimeout(timer);
        const [only] = chunks;
        resolve({ status, headers, body: only && chunks.length === 1 ? only : Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        clearTimeout(timer);
        reject(error);
      },
    });
  });
}
