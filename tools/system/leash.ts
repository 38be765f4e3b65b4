// Runs as a process of its own. It is told the ids of what a test or benchmark starts, and when the one who tells is
// gone, in whatever way, it ends what is left: a stopped `npm test` must leave nothing behind.
import { createInterface } from 'node:readline';

const held = new Set<number>();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const pid = Number(line.slice(1));
    if (line.startsWith('+')) held.add(pid);
    else held.delete(pid);
  })
  .on('close', () => {
    for (const pid of held) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone by itself.
      }
    }
  });

// A signal to the whole group is not for this one: the end of its input is.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
