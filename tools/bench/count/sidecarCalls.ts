import { readFileSync } from 'node:fs';
import type { System } from '../../system/system';

/** Reads how often each kind of call was made so far to the APIs of all sidecars. For a system with `apiLogging`. */
export function sidecarCallCounter({ apps }: System): () => Map<string, number> {
  const counts = new Map<string, number>();
  const logs = Object.values(apps).map(({ sidecar }) => ({ file: sidecar.logFile, read: 0 }));
  return () => {
    for (const log of logs) {
      const fresh = readFileSync(log.file).subarray(log.read);
      // The line that is being written now is read whole next time.
      const whole = fresh.subarray(0, fresh.lastIndexOf(10) + 1);
      log.read += whole.length;
      for (const call of callsIn(whole.toString())) counts.set(call, (counts.get(call) ?? 0) + 1);
    }
    return new Map(counts);
  };
}

export function callsIn(log: string): string[] {
  return log.split('\n').flatMap((line) => {
    const [, call] =
      /method="?([^" ]+(?: [^" ]+)?)"? .*scope=dapr\.runtime\.(?:http|grpc)-info/.exec(line) ?? [];
    return call && !isSidecarProbe(call) ? [kindOf(call)] : [];
  });
}

/** A call without what differs from booking to booking. */
export function kindOf(call: string): string {
  return call
    .replace(/\?.*/, '')
    .replace(/\/(Order|Slot|Customer|CenterCalendar|Payment|Reservation|Dispatcher)\/[^/]+\//, '/$1/{id}/')
    .replace(/\/(sweep|finish)\.\d+$/, '/$1')
    .replace(/\/(orders|mypages|paymentHistories|reservations)\/[0-9a-f-]{36}/, '/$1/{id}');
}

/** What sidecars are asked whether or not anybody books. */
export function isSidecarProbe(call: string): boolean {
  return /healthz|\/metadata$|readiness-probe/.test(kindOf(call));
}

/** What follows a booking once my page shows it: the slot's visits, the messages, reminders. */
export function isAfterMyPage(kind: string): boolean {
  return /method\/(resolve|settle|remind)|\/reminders\/|\/bindings\/|\/Dispatcher\//.test(kind);
}

/** Whether a call to a sidecar is answered once something is on the disk. */
export function isDurableWrite(kind: string): boolean {
  return /^POST \/v1\.0\/actors\/.*\/state$|\/reminders\/|\/publish\//.test(kind);
}
