/**
 * One turn at a time per actor, in the order of arrival. Dapr's own lock ends when its HTTP call ends, by timeout or
 * by the caller's abort, while the turn here still runs: this queue is what keeps the next one out until then.
 */
export class ActorQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, turn: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(turn, turn);
    const tail = result.catch(() => undefined);
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return result;
  }

  /** Whether a turn of it is queued or under way. */
  isBusy(key: string): boolean {
    return this.#tails.has(key);
  }

  /** Resolves when no turn is queued or under way. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}
