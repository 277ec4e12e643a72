/** Draws: a small seeded generator of numbers, for workloads that must be the same each time. Not for statistics. */

/**
 * A source of drawn numbers.
 * @internal
 */
export interface Draws {
  /** Returns an integer in [0, limit); 0 where limit is 0. */
  below(limit: number): number;
  /** Returns one of the choices. */
  of<A>(choices: readonly A[]): A;
}

/**
 * Returns the draws of a seed: the generator "mulberry32", whose period is 2^32.
 * @internal
 */
export function drawsFrom(seed: number): Draws {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => (limit === 0 ? 0 : next() % limit);
  return {
    below,
    of: (choices) => {
      const chosen = choices[below(choices.length)];
      if (chosen === undefined) throw new RangeError('expected at least one choice, found none');
      return chosen;
    },
  };
}
