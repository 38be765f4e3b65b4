import { AsyncLocalStorage } from 'node:async_hooks';
import pino, { type Logger } from 'pino';

export type { Logger };

/** What a line says about the work it belongs to; set by the actor host and the HTTP middleware. */
export interface LogContext {
  /** W3C trace context of the call under way; the log shows its trace id. */
  traceparent?: string;
  orderId?: string;
  actor?: string;
}

const context = new AsyncLocalStorage<LogContext>();

/** Runs `work` so that each line logged within it carries `extra`. */
export function withLogContext<T>(extra: LogContext, work: () => T): T {
  return context.run({ ...context.getStore(), ...extra }, work);
}

export function currentTraceparent(): string | undefined {
  return context.getStore()?.traceparent;
}

const personalFields = ['name', 'phone', 'cardNo', 'to', 'text', 'recipient'];

/** A JSON logger on stdout. Personal fields are removed by name, and digits that could be a card or a phone by shape. */
export function createLogger(service: string, level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: personalFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '[personal]',
    },
    mixin: contextFields,
    hooks: {
      // The last line of defence: an error text from a library may quote what it was given.
      streamWrite: (line) => maskDigits(line),
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

function contextFields(): Record<string, string> {
  const { traceparent, ...fields } = context.getStore() ?? {};
  const traceId = traceparent?.split('-')[1];
  return traceId ? { traceId, ...fields } : { ...fields };
}

// Thirteen or more digits, with the separators people type, are a card number; a plus and eight or more, or a
// Korean mobile prefix, are a phone. Hex ids, ISO instants and epoch milliseconds must survive.
const cardShape = /(?<![\w.:-])\d(?:[ -]?\d){12,18}(?![\w:-]|\.\d)/g;
const phoneShape = /\+\d{8,15}\b|(?<![\w.-])01[016789][ -]?\d{3,4}[ -]?\d{4}(?![\w-])/g;

export function maskDigits(line: string): string {
  return line
    .replace(cardShape, (digits) => (isCardNumber(digits) ? '[card]' : digits))
    .replace(phoneShape, '[phone]');
}

/** The Luhn check of ISO/IEC 7812-1, annex B. */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
