import { randomFrom } from '../../tools/random';

export const faultKinds = [
  'lose request',
  'lose answer',
  'crash before',
  'crash after',
  'twice',
  'two hosts',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Something that is to happen: a call on its way, an answer, a message, a reminder. */
export interface Op {
  what: string;
  /** False once nobody is left to do it. */
  isWanted(): boolean;
  run(fault: FaultKind | undefined): void;
}

/** What a command brings with it: how its ops are mixed with all others, and which of them fail. */
export interface Disturbance {
  /** 0: in the order of their making. */
  mix: number;
  faults: readonly { at: number; how: FaultKind }[];
}

export const calm: Disturbance = { mix: 0, faults: [] };

/**
 * Decides what happens next. Everything that leaves a process is an op; one at a time is taken, and all that follows
 * from it at once is let happen before the next. So whatever happens is a function of the seeds alone.
 */
export class Schedule {
  readonly #pending: Op[] = [];
  #random: (() => number) | undefined;
  #faults = new Map<number, FaultKind>();
  #count = 0;
  /** Ops done since the beginning. */
  done = 0;
  /** Names of the ops done, where they are wanted. */
  trace: string[] | undefined;

  disturb({ mix, faults }: Disturbance): void {
    this.#random = mix === 0 ? undefined : randomFrom(mix);
    this.#faults = new Map(faults.map(({ at, how }) => [at, how]));
    this.#count = 0;
  }

  add(op: Op): void {
    this.#pending.push(op);
  }

  /** True for every other choice, at random; always false while nothing is mixed. */
  flip(): boolean {
    return this.#random !== undefined && this.#random() < 0.5;
  }

  /** Does up to `max` ops. Returns whether there are more. */
  async run(max: number): Promise<boolean> {
    for (let i = 0; i < max; ) {
      const op = this.#take();
      if (!op) return false;
      if (!op.isWanted()) continue;
      i += 1;
      this.done += 1;
      this.#count += 1;
      const fault = this.#faults.get(this.#count);
      this.trace?.push(`${fault ? `${fault}: ` : ''}${op.what}`);
      op.run(fault);
      await settled();
    }
    return this.#pending.length > 0;
  }

  #take(): Op | undefined {
    if (!this.#random || this.#pending.length < 2) return this.#pending.shift();
    const [op] = this.#pending.splice(Math.floor(this.#random() * this.#pending.length), 1);
    return op;
  }
}

/** Once every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
