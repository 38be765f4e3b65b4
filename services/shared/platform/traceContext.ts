import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The caller's W3C trace context; one that has none gets one, so that one booking can be followed through all logs. */
export function traceparentOf(req: IncomingMessage): string {
  const given = req.headers.traceparent;
  if (typeof given === 'string') return given;
  return `00-${randomHex()}-${randomHex().slice(0, 16)}-01`;
}

// Thirty-two digits. Node draws many UUIDs' bytes at once, and asks the system for other random bytes each time.
function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}
