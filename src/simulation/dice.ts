/** The only source of chance in a simulation: integers from a seed, the same on every machine. */
export type Dice = {
  /** An integer from 0 to `below - 1`. */
  roll(below: number): number;
  /** True in so many of a thousand cases. */
  happens(perMille: number): boolean;
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** Dice of their own for another purpose, so that one more roll here changes nothing there. */
  split(): Dice;
};

/** No chance at all: always the middle, and no accident but a certain one. For transcripts, which one request more must not upset. */
export const steadyDice: Dice = {
  roll: (below) => below >> 1,
  happens: (perMille) => perMille >= 1_000,
  between: (low, high) => (low + high) >> 1,
  pick: (list) => createDice(0).pick(list.slice(0, 1)),
  split: () => steadyDice,
};

/** Dice that always fall alike for one seed (an integer). The generator is mulberry32: 32 bits of state, integers only. */
export function createDice(seed: number): Dice {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const dice: Dice = {
    roll: (below) => next() % below,
    happens: (perMille) => next() % 1000 < perMille,
    between: (low, high) => low + (next() % (high - low + 1)),
    pick: (list) => {
      const chosen = list[next() % list.length];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    },
    split: () => createDice(next()),
  };
  return dice;
}
