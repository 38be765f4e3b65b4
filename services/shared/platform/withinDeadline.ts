import { SidecarError } from './sidecar';

/** Gives up waiting for work that cannot be broken off: it goes on, and what it does is unknown. */
export function withinDeadline<T>(operation: string, deadlineMs: number, work: Promise<T>): Promise<T> {
  if (deadlineMs === Number.POSITIVE_INFINITY) return work;
  let timer: NodeJS.Timeout;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new SidecarError('timeout', operation, `no answer within ${deadlineMs} ms`)),
      deadlineMs,
    );
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
