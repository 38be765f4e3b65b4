import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const bytesMax = 64 * 1024;

/** The last lines of a log, however large it is; none if it can't be read. */
export function logTail(file: string, lines = Number.POSITIVE_INFINITY): string[] {
  try {
    const log = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(bytesMax);
      const read = readSync(log, buffer, 0, bytesMax, Math.max(0, fstatSync(log).size - bytesMax));
      const text = buffer.toString('utf8', 0, read).trimEnd();
      return text === '' ? [] : text.split('\n').slice(-lines);
    } finally {
      closeSync(log);
    }
  } catch {
    return [];
  }
}
