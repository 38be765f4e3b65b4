import { randomFrom } from '../../../tools/random';

/** Numbers that depend on a seed and a name alone: each user has a stream of its own, whatever the others draw. */
export interface Random {
  /** From 0 on, below 1. */
  next(): number;
  /** A whole number from `low` to `high`, both possible. */
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
}

export function seeded(seed: number, name: string): Random {
  const mixedIn = (hash: number, letter: string) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  const next = randomFrom([...name].reduce(mixedIn, seed | 0));
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error('nothing to pick from');
      return list[between(0, list.length - 1)] as T;
    },
    shuffled<T>(list: readonly T[]): T[] {
      const deck = [...list];
      for (let last = deck.length - 1; last > 0; last--) {
        const other = between(0, last);
        [deck[last], deck[other]] = [deck[other] as T, deck[last] as T];
      }
      return deck;
    },
  };
}
