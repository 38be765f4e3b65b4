import type { ErrorRequestHandler, Request, Response } from 'express';
import {
  isRefusal,
  type Language,
  type Refusal,
  type RefusalCode,
  refusalTable,
  refuse,
} from '../contracts/refusals';
import type { Logger } from './logger';
import { SidecarError } from './sidecar';

/** A refusal that a route meets on its way; the error middleware answers it. */
export class RefusedError extends Error {
  constructor(
    readonly refusal: Refusal,
    options?: ErrorOptions,
  ) {
    super(refusal.refused, options);
  }
}

/** Passes a value on, and turns a refusal into the error that the middleware answers. */
export function orRefuse<T>(answer: T | Refusal): Exclude<T, Refusal> {
  if (isRefusal(answer)) throw new RefusedError(answer);
  return answer as Exclude<T, Refusal>;
}

export function callerLanguage(req: Request): Language {
  return req.acceptsLanguages('en', 'ko') === 'ko' ? 'ko' : 'en';
}

/** Writes a refusal as RFC 9457 problem details, in the caller's language. */
export function writeProblem(req: Request, res: Response, refusal: Refusal): void {
  const { status } = refusalTable[refusal.refused];
  const language = callerLanguage(req);
  res.vary('Accept-Language');
  const waitSeconds = status === 503 ? (refusal.retryAfterSeconds ?? 2) : undefined;
  if (waitSeconds !== undefined) res.set('Retry-After', String(waitSeconds));
  if (refusal.forAllMs !== undefined) res.set(refusedForAllHeader, String(refusal.forAllMs));
  if (refusal.thenAskMax !== undefined) res.set(thenAskHeader, String(refusal.thenAskMax));
  if (refusal.lineMs !== undefined) res.set(lineHeader, String(refusal.lineMs));
  res
    .status(status)
    .set('Content-Language', language)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `/problems/${refusal.refused}`,
        title: refusalTable[refusal.refused][language],
        status,
        code: refusal.refused,
        ...(waitSeconds === undefined ? {} : { detail: whenToComeBack[language](waitSeconds) }),
        instance: req.baseUrl + req.path,
        ...refusal.facts,
      }),
    );
}

/** For the edge, which keeps it to itself. */
export const refusedForAllHeader = 'x-refused-for-all-ms';
export const thenAskHeader = 'x-then-ask-max';
export const lineHeader = 'x-line-ms';

const whenToComeBack = {
  ko: (seconds: number) => `${seconds}초 뒤에 다시 시도해 주세요.`,
  en: (seconds: number) => `Please try again in ${seconds} second${seconds === 1 ? '' : 's'}.`,
} as const satisfies Record<Language, (seconds: number) => string>;

/** The one place where a thrown error becomes an answer. */
export function problemMiddleware(log: Logger): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const refusal = asRefusal(error);
    report(log, error, req);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    writeProblem(req, res, refusal);
  };
}

// A refusal is no fault of ours, even a 503: at most what lies behind it is worth a line.
function report(log: Logger, error: unknown, req: Request): void {
  if (!(error instanceof RefusedError)) {
    if (refusalTable[asRefusal(error).refused].status >= 500) {
      log.error({ err: error, path: req.path }, 'request failed');
    }
  } else if (error.cause) {
    log.warn({ err: error.cause, path: req.path, code: error.refusal.refused }, 'request refused');
  }
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  if (error instanceof SidecarError) return refuse('service_unavailable');
  // A path with a broken escape, such as `/orders/%zz`, which the router cannot read.
  if (error instanceof URIError) return refuse('not_found');
  const { type = '', status } = error as { type?: string; status?: number };
  // What the body parser passes on from elsewhere, such as a body that is not the gzip it says it is, has no type.
  return refuse(parserRefusals[type] ?? (status === 400 ? 'body_malformed' : 'internal_error'));
}

// The `type` values of body-parser's errors.
const parserRefusals: Record<string, RefusalCode> = {
  'entity.parse.failed': 'body_malformed',
  'entity.too.large': 'body_too_large',
  'encoding.unsupported': 'media_type_unsupported',
  'charset.unsupported': 'media_type_unsupported',
  'request.aborted': 'body_malformed',
  'request.size.invalid': 'body_malformed',
};
