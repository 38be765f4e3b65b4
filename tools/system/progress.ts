const tickMs = 5_000;

/** Tells when each part is ready, and every five seconds without such news what is still awaited. */
export class Progress {
  readonly #began = performance.now();
  readonly #pending: Set<string>;
  #timer: NodeJS.Timeout;

  constructor(parts: readonly string[]) {
    this.#pending = new Set(parts);
    this.#timer = this.#tickLater();
  }

  /** What is still awaited, in words. */
  get pending(): string {
    return [...this.#pending].join(', ');
  }

  awaits(part: string): boolean {
    return this.#pending.has(part);
  }

  get seconds(): string {
    return `${((performance.now() - this.#began) / 1_000).toFixed(1)} s`;
  }

  readonly ready = (part: string): void => {
    if (!this.#pending.delete(part)) return;
    console.log(`· ${part}: ready (${this.seconds})`);
    this.#tickLater();
  };

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tickLater(): NodeJS.Timeout {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      console.log(`  … waiting for ${this.pending}, ${this.seconds}`);
      this.#tickLater();
    }, tickMs);
    return this.#timer;
  }
}
