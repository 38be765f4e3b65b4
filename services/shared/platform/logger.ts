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

const personalFields = new Set(['name', 'phone', 'cardNo', 'to', 'text', 'recipient']);

/**
 * A JSON logger on stdout. Personal fields are removed by name, at any depth, and digits that could be a card or a
 * phone by shape.
 */
export function createLogger(service: string, level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: contextFields,
    hooks: { streamWrite: withoutPersonalData },
  };
  return destination ? pino(options, destination) : pino(options);
}

function contextFields(): Record<string, string> {
  const { traceparent, ...fields } = context.getStore() ?? {};
  const traceId = traceparent?.split('-')[1];
  return traceId ? { traceId, ...fields } : { ...fields };
}

// On the finished line: what an error, a child logger or a serializer brought in is there too, at its own depth. Most lines
// have nothing in them that looks like it, and are not taken apart.
function withoutPersonalData(line: string): string {
  if (!mayBePersonal.test(line)) return line;
  return `${JSON.stringify(JSON.parse(line), maskField)}\n`;
}

function maskField(field: string, value: unknown): unknown {
  if (personalFields.has(field)) return '[personal]';
  if (typeof value === 'string') return maskDigits(value);
  if (typeof value === 'number' && maskDigits(String(value)) === '[card]') return '[card]';
  return value;
}

// Thirteen or more digits, with the separators people type, are a card number. Hex ids, fractions and instants must
// survive; no card begins with 0 or 1, which leaves out epoch milliseconds until the year 2033.
const cardShape = /(?<![\w-]|\d\.)[2-9](?:[ -]?\d){12,18}(?![\w-]|\.\d)/g;
// A plus and eight digits or more are a phone, and so is a Korean mobile prefix with what follows it.
const phoneShape =
  /\+\d(?:[ .()-]{0,2}\d){7,14}(?!\d)|(?<![\w-]|\d\.)(?:82[ .-]?0?|\(?0)1[016789]\)?[ .-]?\d{3,4}[ .-]?\d{4}(?![\w-])/g;

// Finds all that the two find and the fields by their names, and more: as it does not look at what is beside a number, it can be
// asked of a whole line, where an escape may stand there.
const mayBePersonal = new RegExp(
  [
    `"(?:${[...personalFields].join('|')})":`,
    String.raw`[2-9](?:[ -]?\d){12}`,
    String.raw`\+\d(?:[ .()-]{0,2}\d){7}`,
    String.raw`(?:82[ .-]?0?|\(?0)1[016789]\)?[ .-]?\d{3,4}[ .-]?\d{4}`,
  ].join('|'),
);

/** An error text from a library may quote what it was given; this is the last line of defence. */
export function maskDigits(text: string): string {
  return text
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
