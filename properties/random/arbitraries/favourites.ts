/**
 * Favourites: arguments that a program uses again and again. Half of the calls of such a program take their numbers from one to three
 * sets of them, so that three runs in a row of the same odd count, or frees at the same place of a result, are likely. One program
 * in four has some.
 */
import { type Arbitrary, array, constant, nat, oneof, tuple } from '../fast-check.ts';
import type { Drawn } from './operations.ts';

/**
 * Sets of numbers from which the arguments of a call are drawn.
 * @public
 */
export type Favourites = readonly (readonly [number, number, number])[];

const WIDE = 0x7fff_ffff;

/** Arbitrary favourites of a program; none of most. */
export const anyFavourites: Arbitrary<Favourites> = oneof(
  { arbitrary: constant([]), weight: 3 },
  {
    arbitrary: array(tuple(nat(WIDE), nat(WIDE), nat(WIDE)), { minLength: 1, maxLength: 3, size: 'max' }),
    weight: 1,
  },
);

/** Returns the numbers of a command, or those of a favourite in place of the ones for arguments. */
export function orFavourite(drawn: Drawn, favourites: Favourites): Drawn {
  if (favourites.length === 0) return drawn;
  const [c] = drawn;
  // The lower bits choose the call.
  const favourite = favourites[(c >>> 24) % (2 * favourites.length)];
  return favourite === undefined ? drawn : [c, ...favourite];
}
