const samePressMs = 1_000;

/** What people and other programs tell us to stop with. */
export class StopRequest {
  /** Resolves with the first one, in words. */
  readonly first: Promise<string>;
  /** Called when they insist. */
  onInsist: () => void = () => {};
  #since: number | undefined;

  constructor() {
    this.first = new Promise((resolve) => {
      const request = (how: string) => {
        // One press of Ctrl-C may come twice: from the terminal, and handed on by npm.
        if (this.#since === undefined) {
          this.#since = Date.now();
          resolve(how);
        } else if (Date.now() - this.#since > samePressMs) {
          this.onInsist();
        }
      };
      process.on('SIGINT', () => request('Ctrl-C'));
      process.on('SIGTERM', () => request('SIGTERM'));
      process.on('SIGHUP', () => request('the end of the terminal'));
      watchNpm(() => request('the end of npm'));
    });
    // Nobody may be reading any more when the terminal is gone; that must not keep us from stopping in order.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  }
}

/** npm hands a signal to its shell only, which ends without a word to us. */
function watchNpm(onEnd: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onEnd();
  }, 1_000);
  timer.unref();
}
