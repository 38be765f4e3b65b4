// Loaded into each service before its own code, by `node --require`: takes a CPU profile between two SIGUSR2. Node's own
// --cpu-prof would take all of a process's life, most of which is its start.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const folder = process.env.BENCH_PROFILE_DIR;
if (folder) profileBetweenSignals(folder);

function profileBetweenSignals(dir: string): void {
  mkdirSync(dir, { recursive: true });
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  let isRunning = false;
  process.on('SIGUSR2', () => {
    if (!isRunning) {
      session.post('Profiler.start');
    } else {
      session.post('Profiler.stop', (error, result) => {
        if (error) throw error;
        writeFileSync(join(dir, `${process.env.APP_ID}.cpuprofile`), JSON.stringify(result.profile));
      });
    }
    isRunning = !isRunning;
  });
}
